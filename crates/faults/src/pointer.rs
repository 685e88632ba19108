//! JSON pointers (RFC 6901) into a body that is edited.

use serde_json::Value;

use crate::read::{RuleReadError, text};

/// Reads a pointer to something below the whole.
pub(crate) fn read(value: &Value) -> Result<String, RuleReadError> {
    let pointer = text(value)?;
    check(&pointer).map(|()| pointer)
}

/// Refuses what points nowhere, and the whole body, which `replaceBody` is for.
pub(crate) fn check(pointer: &str) -> Result<(), RuleReadError> {
    if pointer.starts_with('/') {
        return Ok(());
    }
    Err(RuleReadError::new(format!(
        "`{pointer}` is not a JSON pointer such as `/profiles/0/name`"
    )))
}

/// Removes the target of the pointer, if it exists.
pub(crate) fn remove(body: &mut Value, pointer: &str) {
    let Some((parent, name)) = parts(pointer) else {
        return;
    };
    match body.pointer_mut(parent) {
        Some(Value::Object(members)) => {
            members.shift_remove(&name);
        }
        Some(Value::Array(items)) => {
            let index = name.parse().ok().filter(|index| *index < items.len());
            index.map(|index| items.remove(index));
        }
        _ => {}
    }
}

/// Sets the target of the pointer; `-` is after the end of a list. Nothing happens if its parent
/// does not exist.
pub(crate) fn set(body: &mut Value, pointer: &str, value: Value) {
    let Some((parent, name)) = parts(pointer) else {
        return;
    };
    match body.pointer_mut(parent) {
        Some(Value::Object(members)) => {
            members.insert(name, value);
        }
        Some(Value::Array(items)) if name == "-" => items.push(value),
        Some(Value::Array(items)) => {
            let item = name.parse().ok().and_then(|at: usize| items.get_mut(at));
            if let Some(item) = item {
                *item = value;
            }
        }
        _ => {}
    }
}

fn parts(pointer: &str) -> Option<(&str, String)> {
    let (parent, name) = pointer.rsplit_once('/')?;
    Some((parent, name.replace("~1", "/").replace("~0", "~")))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{remove, set};

    fn body() -> Value {
        json!({"a": [1, 2], "b/c": {"d": 3}})
    }

    #[test]
    fn what_is_there_is_taken_out() {
        for (pointer, expected) in [
            ("/a/0", json!({"a": [2], "b/c": {"d": 3}})),
            ("/b~1c", json!({"a": [1, 2]})),
            ("/b~1c/d", json!({"a": [1, 2], "b/c": {}})),
            ("/a/2", body()),
            ("/x/y", body()),
            ("/a/0/z", body()),
        ] {
            let mut edited = body();
            remove(&mut edited, pointer);
            assert_eq!(edited, expected, "{pointer}");
        }
    }

    #[test]
    fn values_are_put_in() {
        for (pointer, expected) in [
            ("/a/0", json!({"a": [null, 2], "b/c": {"d": 3}})),
            ("/a/-", json!({"a": [1, 2, null], "b/c": {"d": 3}})),
            ("/e", json!({"a": [1, 2], "b/c": {"d": 3}, "e": null})),
            ("/a/9", body()),
            ("/x/y", body()),
        ] {
            let mut edited = body();
            set(&mut edited, pointer, Value::Null);
            assert_eq!(edited, expected, "{pointer}");
        }
    }
}
