//! Finds the input values that each output value depends on.
//!
//! JSONata does not record this, so it is found by trial: each value of the input is changed in
//! turn, a digit to another digit and a letter to another letter. The output values that change
//! depend on it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::engine::{Run, Template};
use crate::jsonata::tokens::{Kind, tokens};
use crate::problem::{Cause, MappingError, Position};

/// A value of an output, and what it depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The value's path in the output, such as `lines[1].sku`.
    pub path: String,
    /// The position of the member's name in the template, if that is known.
    pub position: Option<Position>,
    /// Paths of the input values that it contains.
    pub sources: Vec<String>,
    /// Paths of the input values that determine whether it exists or which value it has.
    pub conditions: Vec<String>,
}

/// The maximum number of input values that are tried.
const MOST_TRIED: usize = 5_000;

/// The dependencies of each output value, in the order of the output.
///
/// The template is evaluated once for each value of the input.
///
/// # Errors
///
/// The input cannot be mapped, or has too many values.
pub fn provenance(
    template: &str,
    compiled: &dyn Template,
    input: &Value,
    run: &Run,
) -> Result<Vec<Provenance>, MappingError> {
    let inputs = leaves(input);
    if inputs.len() > MOST_TRIED {
        let reason = format!(
            "The input has {} values; {MOST_TRIED} can be explained at most",
            inputs.len()
        );
        return Err(MappingError::new(Cause::Limit, None, reason));
    }
    let before = leaves(&mapped(compiled, input, run)?);
    let mut found: Vec<Provenance> = before
        .iter()
        .map(|(path, _)| Provenance {
            path: path.clone(),
            position: position(template, path),
            sources: Vec::new(),
            conditions: Vec::new(),
        })
        .collect();
    for (path, _) in &inputs {
        let mut changed = input.clone();
        change(&mut changed, "", path);
        // If a template fails without a value, all outputs depend on it.
        let after = mapped(compiled, &changed, run).unwrap_or_default();
        compare(&mut found, &before, &leaves(&after), path);
    }
    Ok(found)
}

fn mapped(compiled: &dyn Template, input: &Value, run: &Run) -> Result<Value, MappingError> {
    let output = compiled.evaluate(&input.to_string(), run)?;
    Ok(output
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default())
}

/// Records what depends on a value of the input, by comparing the outputs before and after changing
/// it.
fn compare(
    found: &mut [Provenance],
    before: &[(String, Value)],
    after: &[(String, Value)],
    path: &str,
) {
    let paths = |leaves: &[(String, Value)]| {
        leaves
            .iter()
            .map(|(path, _)| path.clone())
            .collect::<Vec<_>>()
    };
    // If values appear and disappear, others may move to their places.
    let is_condition = paths(before) != paths(after);
    let after: BTreeMap<&String, &Value> =
        after.iter().map(|(path, value)| (path, value)).collect();
    for (entry, (output, value)) in found.iter_mut().zip(before) {
        if after.get(output) == Some(&value) {
            continue;
        }
        let list = if is_condition {
            &mut entry.conditions
        } else {
            &mut entry.sources
        };
        list.push(path.to_owned());
    }
}

/// The scalars of a document with their paths, in order.
fn leaves(value: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    collect(value, String::new(), &mut found);
    found
}

fn collect(value: &Value, path: String, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                collect(value, joined(&path, name), found);
            }
        }
        Value::Array(items) => {
            for (nth, item) in items.iter().enumerate() {
                collect(item, format!("{path}[{nth}]"), found);
            }
        }
        scalar => found.push((path, scalar.clone())),
    }
}

fn joined(path: &str, name: &str) -> String {
    let is_plain = name
        .chars()
        .all(|letter| letter.is_alphanumeric() || letter == '_');
    let name = if is_plain {
        name.to_owned()
    } else {
        format!("`{name}`")
    };
    if path.is_empty() {
        return name;
    }
    format!("{path}.{name}")
}

/// Changes the scalar at a path.
fn change(value: &mut Value, path: &str, wanted: &str) {
    if !wanted.starts_with(path) {
        return;
    }
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                change(value, &joined(path, name), wanted);
            }
        }
        Value::Array(items) => {
            for (nth, item) in items.iter_mut().enumerate() {
                change(item, &format!("{path}[{nth}]"), wanted);
            }
        }
        scalar if path == wanted => *scalar = other(scalar),
        _ => {}
    }
}

/// Another value of the same form.
fn other(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.chars().map(next).collect()),
        Value::Number(number) => number
            .as_f64()
            .map_or(Value::Null, |number| (number + 1.0).into()),
        Value::Bool(is) => Value::Bool(!is),
        other => other.clone(),
    }
}

const fn next(letter: char) -> char {
    match letter {
        '0'..='8' | 'a'..='y' | 'A'..='Y' => (letter as u8 + 1) as char,
        // Not 0: it would make a number shorter, and a date invalid.
        '9' => '1',
        'z' => 'a',
        'Z' => 'A',
        other => other,
    }
}

/// The position where the template names the last member of a path.
fn position(template: &str, path: &str) -> Option<Position> {
    let name = path
        .rsplit('.')
        .next()?
        .split('[')
        .next()?
        .trim_matches('`');
    let all = tokens(template);
    let mut keys = all.iter().zip(all.iter().skip(1)).filter(|(one, two)| {
        one.kind == Kind::Text && two.is(":") && one.text.trim_matches(['"', '\'']) == name
    });
    let (key, _) = keys.next()?;
    // If several members have the name, the right one is unknown.
    keys.next()
        .is_none()
        .then(|| Position::after(template, key.start))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::provenance;
    use crate::{Engine as _, Jsonata, Limits, Run};

    #[test]
    fn values_depend_on_what_changes_them() {
        let input = json!({
            "number": "PO-7", "date": "20260228",
            "parties": [{"role": "ST", "name": "Cellar"}, {"role": "BT", "name": "Office"}],
            "lines": [{"price": 2.5, "quantity": 3}],
        });
        let template = "{\n  \"po\": number & '/' & $substring(date, 0, 4),\n  \"shipTo\": parties[role = 'ST'].name,\n  \
                        \"total\": $sum(lines.(price * quantity)),\n  \"kind\": 'order'\n}";
        let run = Run::new(0, 1, Limits::standard());
        let compiled = Jsonata.compile(template).unwrap();
        let found = provenance(template, compiled.as_ref(), &input, &run).unwrap();
        let rows: Vec<String> = found
            .iter()
            .map(|row| {
                let line = row.position.map_or(0, |position| position.line);
                format!(
                    "{line} {} < {} ? {}",
                    row.path,
                    row.sources.join(" "),
                    row.conditions.join(" ")
                )
            })
            .collect();
        assert_eq!(
            rows,
            [
                "2 po < number date ? ",
                "3 shipTo < parties[0].name ? parties[0].role",
                "4 total < lines[0].price lines[0].quantity ? ",
                "5 kind <  ? ",
            ]
        );
    }
}
