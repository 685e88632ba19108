//! The evidence for a value or a loop, for the comment beside it.

use super::leaves::is_by_place;
use super::standard;
use super::template::{Expression, Path, Select, Support, Value};
use super::tree::{SchemaId, Tree};

/// What a value rests on.
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

/// What a loop rests on; none where it has all records of a kind, or those of a qualifier or a key.
pub(super) fn loop_note(tree: &Tree, each: &[Path]) -> Option<String> {
    let mut notes = Vec::new();
    for path in each {
        cautions(tree, path, &mut notes);
    }
    (!notes.is_empty()).then(|| notes.join("; "))
}

/// Whether a constant says something that a person would want to look at.
pub(super) fn is_noteworthy(value: &Value, element: Option<&str>) -> bool {
    value.unexplained && !element.is_some_and(standard::is_fixed)
}

fn has_extreme(path: &Path) -> bool {
    let mut selects = path.steps.iter().flat_map(|step| &step.select);
    selects.any(|select| matches!(select, Select::Extreme(..)))
}

/// What is to be said of an expression.
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
        Expression::Otherwise(..) => Some("with a default".to_owned()),
        Expression::Beyond(..) | Expression::Choose(..) => Some(THRESHOLD.to_owned()),
        Expression::Signed(..) => Some("these codes are negative, no others".to_owned()),
        _ => None,
    }
}

const THRESHOLD: &str = "the threshold is the roundest that fits";

/// What is to be said of the selections of a path, each once.
fn cautions(tree: &Tree, path: &Path, notes: &mut Vec<String>) {
    for select in path.steps.iter().flat_map(|step| &step.select) {
        let note = match select {
            Select::Equals(field, _) if !is_qualifier(tree, field) => {
                "one code, seen in the example"
            }
            Select::OneOf(..) => "these codes, no others",
            Select::Differs(..) => "all codes but one",
            Select::Exists(_) => "those with a value",
            Select::Missing(_) => "those without a value",
            Select::Beyond(..) => THRESHOLD,
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

/// Whether the standard made an element the qualifier of its segment.
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
