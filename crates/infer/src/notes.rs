//! The evidence for a value or a loop, for the comment beside it.

use super::leaves::is_by_place;
use super::standard;
use super::template::{Expression, Path, Select, Support, Value};
use super::tree::{SchemaId, Tree};

/// The evidence for a value.
pub(super) fn note(tree: &Tree, value: &Value) -> String {
    if value.unexplained {
        return "constant: not found in the input".to_owned();
    }
    let Support { seen, places } = value.support;
    let mut notes = vec![match (seen, places) {
        (_, 0 | 1) => "seen once".to_owned(),
        (seen, places) => format!("from {seen} of {places}"),
    }];
    let mut paths = Vec::new();
    value.expression.paths(&mut paths);
    if is_by_place(&value.expression) && !paths.iter().any(|path| has_extreme(path)) {
        notes.push("position, not qualifier".to_owned());
    }
    for path in paths {
        cautions(tree, path, &mut notes);
    }
    notes.extend(caution(&value.expression));
    notes.join("; ")
}

/// The evidence for a loop; `None` if it uses all records of a kind, or those selected by a
/// qualifier or a key.
pub(super) fn loop_note(tree: &Tree, each: &[Path]) -> Option<String> {
    let mut notes = Vec::new();
    for path in each {
        cautions(tree, path, &mut notes);
    }
    (!notes.is_empty()).then(|| notes.join("; "))
}

/// Whether a user should review a constant.
pub(super) fn is_noteworthy(value: &Value, element: Option<&str>) -> bool {
    value.unexplained && !element.is_some_and(standard::is_fixed)
}

fn has_extreme(path: &Path) -> bool {
    let mut selects = path.steps.iter().flat_map(|step| &step.select);
    selects.any(|select| matches!(select, Select::Extreme(..)))
}

/// The note for an expression, if it needs one.
fn caution(expression: &Expression) -> Option<String> {
    match expression {
        Expression::Number(of)
        | Expression::Text(of)
        | Expression::Round(of, _)
        | Expression::Magnitude(of)
        | Expression::Fixed(of, _)
        | Expression::Scale(of, _) => caution(of),
        Expression::Table(_, entries) => Some(format!("{} codes, no others", entries.len())),
        Expression::Is(..) => Some("one code for true".to_owned()),
        Expression::Otherwise(of, _) => Some(match caution(of) {
            Some(caution) => format!("{caution}; with a default"),
            None => "with a default".to_owned(),
        }),
        Expression::Beyond(..) => Some(THRESHOLD.to_owned()),
        Expression::Choose(is, ..) => caution(is),
        Expression::Classes(..) => Some("the thresholds are the roundest that fit".to_owned()),
        Expression::Signed(..) => Some("these codes are negative, no others".to_owned()),
        _ => None,
    }
}

const THRESHOLD: &str = "the threshold is the roundest that fits";

/// Adds the notes for the selections of a path, without repeating any.
fn cautions(tree: &Tree, path: &Path, notes: &mut Vec<String>) {
    for select in path.steps.iter().flat_map(|step| &step.select) {
        let note = match select {
            Select::Equals(field, _) | Select::Contains(field, _) if !is_qualifier(tree, field) => {
                "one code, seen in the example"
            }
            Select::OneOf(..) => "these codes, no others",
            Select::Differs(..) => "all codes but one",
            Select::Exists(_) => "those with a value",
            Select::Missing(_) => "those without a value",
            Select::Beyond(..) | Select::ProductBeyond(..) => THRESHOLD,
            Select::Extreme(..) => "of the greatest or least record",
            Select::Sorted(..) | Select::SortedByProduct(..) | Select::Reversed => {
                "in the order of the example"
            }
            _ => continue,
        };
        if !notes.iter().any(|known| known == note) {
            notes.push(note.to_owned());
        }
    }
}

/// Whether an element is the standard qualifier of its segment.
fn is_qualifier(tree: &Tree, field: &[SchemaId]) -> bool {
    let code = field
        .last()
        .and_then(|&last| tree.schema(last).label.code());
    let is_it = |code: String| {
        let segment = code.get(..code.len().saturating_sub(2)).unwrap_or_default();
        standard::qualifier(segment).as_deref() == Some(code.as_str())
    };
    code.is_some_and(is_it)
}
