//! How a text of JSON is laid out.

use serde_json::Value;

/// A layout that the emulator can write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A string literal that holds the document.
    Literal,
    /// Two blanks a level.
    Pretty,
    /// On one line, without blanks.
    Compact,
    /// Anything else.
    Other,
}

/// The layout of a text.
pub(crate) fn form(text: &str) -> Form {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::String(_)) => Form::Literal,
        Ok(value) if serde_json::to_string(&value).is_ok_and(|compact| compact == text) => {
            Form::Compact
        }
        Ok(value) if serde_json::to_string_pretty(&value).is_ok_and(|pretty| pretty == text) => {
            Form::Pretty
        }
        _ => Form::Other,
    }
}

/// Whether two texts are the same JSON, laid out in different ways or one of them as a literal.
pub(crate) fn same_document(one: &str, other: &str) -> bool {
    let read = |text: &str| match serde_json::from_str::<Value>(text) {
        Ok(Value::String(literal)) => serde_json::from_str::<Value>(&literal).ok(),
        Ok(value) => Some(value),
        Err(_) => None,
    };
    let document = read(one).filter(|value| value.is_object() || value.is_array());
    document.is_some() && document == read(other)
}
