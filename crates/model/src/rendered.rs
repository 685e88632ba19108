//! Parts of replies that are written once and sent many times.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};
use serde_json::value::{RawValue, to_raw_value};

/// A value as its JSON in a reply; copies are cheap.
///
/// Lists consist of these, because writing their rows took nine tenths of the time of a list. It
/// serialises like the value, with `serde_json` only.
#[derive(Clone)]
pub struct Rendered(Result<Arc<RawValue>, Arc<str>>);

impl Rendered {
    /// The JSON of a value. If it has none, neither has the value that contains it.
    #[must_use]
    pub fn of(value: &impl Serialize) -> Self {
        Self(match to_raw_value(value) {
            Ok(json) => Ok(json.into()),
            Err(error) => Err(error.to_string().into()),
        })
    }

    /// The JSON as the body of a reply, not copied; `None` if it is missing.
    #[must_use]
    pub fn body(&self) -> Option<Bytes> {
        let json = self.0.as_ref().ok()?;
        Some(Bytes::from_owner(Shared(Arc::clone(json))))
    }

    /// The JSON, empty if it is missing.
    #[must_use]
    pub fn json(&self) -> &str {
        self.0.as_deref().map_or("", RawValue::get)
    }
}

/// JSON that is shared.
struct Shared(Arc<RawValue>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        self.0.get().as_bytes()
    }
}

impl PartialEq for Rendered {
    fn eq(&self, other: &Self) -> bool {
        self.json() == other.json()
    }
}

/// Shows no value, because it may be sensitive.
impl fmt::Debug for Rendered {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} bytes of JSON", self.json().len())
    }
}

impl Serialize for Rendered {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Ok(json) => json.serialize(serializer),
            Err(error) => Err(ser::Error::custom(error)),
        }
    }
}

impl<'de> Deserialize<'de> for Rendered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self(Ok(json.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::Rendered;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[test]
    fn a_value_is_written_as_it_would_be_itself() {
        let value = json!({"name": "an \"odd\" one", "keys": [1, null]});
        let rendered = Rendered::of(&value);
        let list = vec![rendered.clone(), rendered];
        let text = serde_json::to_string(&list).unwrap();
        assert_eq!(text, json!([value, value]).to_string());
        assert_eq!(serde_json::from_str::<Vec<Rendered>>(&text).unwrap(), list);
        assert_eq!(list[0].body().unwrap(), value.to_string());
    }

    #[test]
    fn what_has_no_json_fails_when_it_is_written() {
        let rendered = Rendered::of(&BTreeMap::from([([1, 2], "keys are texts")]));
        assert_eq!((rendered.json(), rendered.body()), ("", None));
        assert!(serde_json::to_string(&rendered).is_err());
    }
}
