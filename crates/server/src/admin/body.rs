//! JSON bodies of the admin routes.

use serde_json::{Map, Value};

use super::call::AdminError;
use crate::query::unknown;

/// A body that is not JSON.
#[derive(Debug, thiserror::Error)]
#[error("the body is not JSON: {0}")]
struct JsonError(#[source] serde_json::Error);

/// Reads a body as JSON.
///
/// # Errors
///
/// It is not JSON, with the line and column.
pub(super) fn json(body: &[u8]) -> Result<Value, AdminError> {
    let read = serde_json::from_slice(body);
    read.map_err(|error| AdminError::bad_request(JsonError(error)))
}

/// The members of an object that may have these keys.
///
/// # Errors
///
/// The value is not an object, or it has another key.
pub(super) fn members<'a>(
    value: &'a Value,
    known: &[&str],
) -> Result<&'a Map<String, Value>, AdminError> {
    let members = value.as_object().ok_or_else(|| {
        let keys = known.join(", ");
        let found = kind(value);
        AdminError::bad_request(format!("expected a JSON object with {keys}; found {found}"))
    })?;
    match members.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(AdminError::bad_request(unknown("key", key, known))),
        None => Ok(members),
    }
}

/// The text that a member must be.
///
/// # Errors
///
/// The member is missing, is not a text, or is empty.
pub(super) fn text<'a>(members: &'a Map<String, Value>, key: &str) -> Result<&'a str, AdminError> {
    match members.get(key) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        found => Err(wrong(key, "a text that is not empty", found)),
    }
}

/// Says what a member should be and what it actually is.
pub(super) fn wrong(key: &str, expected: &str, found: Option<&Value>) -> AdminError {
    let found = found.map_or("nothing", kind);
    AdminError::bad_request(format!("`{key}` must be {expected}; found {found}"))
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
