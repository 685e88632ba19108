//! Names for the variables of a printed template.

use super::tree::{SchemaId, Tree};

/// A name for one record of a kind: `transaction` for `transactions`, `line` for `lines`, `po1` for
/// a loop that PO1 opens.
pub(super) fn record_name(tree: &Tree, schema: SchemaId) -> String {
    let label = &tree.schema(schema).label;
    let name = match &label.class {
        Some(_) => label.code().unwrap_or_default().to_lowercase(),
        None => singular(label.field.rsplit(':').next().unwrap_or_default()),
    };
    let plain = camel(&name);
    if plain.is_empty() || plain.starts_with(|c: char| c.is_ascii_digit()) {
        return "record".to_owned();
    }
    let mut letters = plain.chars();
    let first = letters.next().map(|item| item.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// A name in camel case without punctuation: `functional_group` becomes `functionalGroup`.
fn camel(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let mut camel = String::new();
    for word in words.filter(|word| !word.is_empty()) {
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if !camel.is_empty() => camel.push(first.to_ascii_uppercase()),
            Some(first) => camel.push(first),
            None => {}
        }
        camel.extend(letters);
    }
    camel
}

fn singular(name: &str) -> String {
    if let Some(stem) = name.strip_suffix("ies") {
        return format!("{stem}y");
    }
    match name.strip_suffix('s') {
        Some(stem) if !stem.is_empty() && !stem.ends_with('s') => stem.to_owned(),
        _ => name.to_owned(),
    }
}
