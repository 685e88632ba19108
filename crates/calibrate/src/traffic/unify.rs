//! Compares a value with a recorded value that contains placeholders.

use serde_json::Value;

use super::placeholder::{Bindings, Part, kind, leading, parts};
use super::redactor::number;

/// The first place where a value differs from the recorded one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mismatch {
    /// The place as a JSON pointer.
    pub(super) at: String,
    /// The recorded value.
    pub(super) recorded: Value,
    /// The recorded text.
    pub(super) given: Value,
}

/// Binds the placeholders of a recorded value to what a given one has in their place.
///
/// # Errors
///
/// The values differ, or a placeholder is bound to something else. Bindings are as before then.
pub(super) fn unify(
    recorded: &Value,
    given: &Value,
    bindings: &mut Bindings,
) -> Result<(), Mismatch> {
    let mut tried = bindings.clone();
    at(recorded, given, "", &mut tried)?;
    *bindings = tried;
    Ok(())
}

/// Binds what can be bound, wherever else the two differ.
pub(super) fn bind(recorded: &Value, given: &Value, bindings: &mut Bindings) {
    match (recorded, given) {
        (Value::Object(recorded), Value::Object(given)) => {
            for (name, value) in recorded {
                if let Some(given) = given.get(name) {
                    bind(value, given, bindings);
                }
            }
        }
        (Value::Array(recorded), Value::Array(given)) => {
            for (recorded, given) in recorded.iter().zip(given) {
                bind(recorded, given, bindings);
            }
        }
        (Value::String(recorded), Value::String(given)) => {
            text(recorded, given, bindings);
        }
        _ => {}
    }
}

fn at(
    recorded: &Value,
    given: &Value,
    place: &str,
    bindings: &mut Bindings,
) -> Result<(), Mismatch> {
    let mismatch = || Mismatch {
        at: place.to_owned(),
        recorded: recorded.clone(),
        given: given.clone(),
    };
    match (recorded, given) {
        (Value::Object(theirs), Value::Object(ours)) => members(theirs, ours, place, bindings),
        (Value::Array(theirs), Value::Array(ours)) if theirs.len() == ours.len() => {
            for (index, (theirs, ours)) in theirs.iter().zip(ours).enumerate() {
                at(theirs, ours, &format!("{place}/{index}"), bindings)?;
            }
            Ok(())
        }
        (Value::String(theirs), Value::String(ours)) if text(theirs, ours, bindings) => Ok(()),
        (theirs, ours) if !theirs.is_string() && *theirs == number(ours) => Ok(()),
        _ => Err(mismatch()),
    }
}

fn members(
    recorded: &serde_json::Map<String, Value>,
    given: &serde_json::Map<String, Value>,
    place: &str,
    bindings: &mut Bindings,
) -> Result<(), Mismatch> {
    let mut names: Vec<&str> = Vec::with_capacity(recorded.len());
    for (name, value) in recorded {
        let found = given.iter().find(|(given, _)| text(name, given, bindings));
        let ours = found.map_or(&Value::Null, |(_, ours)| ours);
        at(value, ours, &format!("{place}/{name}"), bindings)?;
        names.extend(found.map(|(name, _)| name.as_str()));
    }
    match given
        .iter()
        .find(|(name, _)| !names.contains(&name.as_str()))
    {
        Some((name, value)) => Err(Mismatch {
            at: format!("{place}/{name}"),
            recorded: Value::Null,
            given: value.clone(),
        }),
        None => Ok(()),
    }
}

/// Whether a placeholder may represent a value: an id of another placeholder is a different id.
fn is_free(name: &str, value: &str, bindings: &Bindings) -> bool {
    const OWN: [&str; 5] = ["hex", "id", "token", "uuid", "word"];
    let kind_of_it = kind(name);
    let mut others = bindings.iter();
    !OWN.contains(&kind_of_it)
        || !others.any(|(other, bound)| bound == value && kind(other) == kind_of_it)
}

/// Binds the placeholders of a text; if it does not match, none is bound.
fn text(recorded: &str, given: &str, bindings: &mut Bindings) -> bool {
    let mut found: Vec<(&str, &str)> = Vec::new();
    let mut rest = given;
    for part in parts(recorded) {
        let after = match part {
            Part::Literal(literal) => rest.strip_prefix(literal),
            Part::Placeholder(name) => {
                let new = found.iter().find(|(known, _)| *known == name);
                let new = new.map(|(_, value)| *value);
                match bindings.get(name).map(String::as_str).or(new) {
                    Some(value) => rest.strip_prefix(value),
                    None => leading(name, rest)
                        .filter(|(value, _)| is_free(name, value, bindings))
                        .map(|(value, after)| {
                            found.push((name, value));
                            after
                        }),
                }
            }
        };
        let Some(after) = after else {
            return false;
        };
        rest = after;
    }
    let fits = rest.is_empty();
    if fits {
        let found = found.into_iter();
        bindings.extend(found.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
    fits
}
