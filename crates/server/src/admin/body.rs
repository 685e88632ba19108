//! JSON bodies of the server's own routes.

use serde_json::{Map, Value};

use crate::query::unknown;

/// Reads a body as JSON.
///
/// # Errors
///
/// It is not JSON, with the line and column.
pub(super) fn json(body: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(body).map_err(|error| format!("the body is not JSON: {error}"))
}

/// The members of an object that may have these keys.
///
/// # Errors
///
/// The value is no object, or it has another key.
pub(super) fn members<'a>(
    value: &'a Value,
    known: &[&str],
) -> Result<&'a Map<String, Value>, String> {
    let members = value.as_object().ok_or_else(|| {
        let keys = known.join(", ");
        format!("expected a JSON object with {keys}; found {}", kind(value))
    })?;
    match members.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(unknown("key", key, known)),
        None => Ok(members),
    }
}

/// The text that a member must be.
///
/// # Errors
///
/// The member is missing, is no text, or is empty.
pub(super) fn text<'a>(members: &'a Map<String, Value>, key: &str) -> Result<&'a str, String> {
    match members.get(key) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        found => Err(wrong(key, "a text that is not empty", found)),
    }
}

/// Says what a member should be and what it is.
pub(super) fn wrong(key: &str, expected: &str, found: Option<&Value>) -> String {
    let found = found.map_or("nothing", kind);
    format!("`{key}` must be {expected}; found {found}")
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number out of range or of another kind",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
