//! Converts names of API members to names of properties: `businessName` is `BusinessName`.

use serde_json::{Map, Value};

/// A model as the API writes it.
pub(super) fn to_api(model: Map<String, Value>) -> Map<String, Value> {
    renamed_members(model, u8::to_ascii_lowercase)
}

/// Converts a reply of the API to a model.
pub(super) fn to_model(reply: Map<String, Value>) -> Map<String, Value> {
    renamed_members(reply, u8::to_ascii_uppercase)
}

fn renamed_members(members: Map<String, Value>, case: fn(&u8) -> u8) -> Map<String, Value> {
    let present = members.into_iter().filter(|(_, value)| !value.is_null());
    present
        .map(|(name, value)| (with_first(name, case), renamed(value, case)))
        .collect()
}

fn renamed(value: Value, case: fn(&u8) -> u8) -> Value {
    match value {
        Value::Object(members) => Value::Object(renamed_members(members, case)),
        Value::Array(items) => {
            let items = items.into_iter();
            Value::Array(items.map(|item| renamed(item, case)).collect())
        }
        other => other,
    }
}

fn with_first(name: String, case: fn(&u8) -> u8) -> String {
    match name.as_bytes().split_first() {
        Some((first, _)) if first.is_ascii() => {
            let first = char::from(case(first));
            let rest = name.get(1..).unwrap_or_default();
            format!("{first}{rest}")
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{to_api, to_model};

    #[test]
    fn names_change_their_first_letter_at_every_depth() {
        let model = json!({"A": {"X12": [{"InputConversion": "Text Stays"}]}, "B": 1});
        let api = json!({"a": {"x12": [{"inputConversion": "Text Stays"}]}, "b": 1});
        let (Value::Object(model), Value::Object(api)) = (model, api) else {
            unreachable!("both are objects")
        };
        assert_eq!(to_api(model.clone()), api);
        assert_eq!(to_model(api), model);
    }
}
