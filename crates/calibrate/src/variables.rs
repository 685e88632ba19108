//! Variables in requests: `${profile}`, `${x*300}`, and lists that repeat an item.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use serde_json::Value;

/// A variable that no step has set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableError(pub(crate) String);

impl fmt::Display for VariableError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "no reply gave the variable {}", self.0)
    }
}

impl Error for VariableError {}

/// Values by name.
#[derive(Clone, Debug, Default)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// The value of a variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A text with values instead of variables.
    ///
    /// # Errors
    ///
    /// A variable is not set.
    pub fn text(&self, text: &str) -> Result<String, VariableError> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, after)) = after.split_once('}') else {
                break;
            };
            filled.push_str(before);
            filled.push_str(&self.value_of(name)?);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// The value of a name, or a text repeated: `x*300`.
    fn value_of(&self, name: &str) -> Result<String, VariableError> {
        const MOST: usize = 1_000_000;
        if let Some(value) = self.get(name) {
            return Ok(value.to_owned());
        }
        let repeated = name.rsplit_once('*').and_then(|(text, count)| {
            let count: usize = count.parse().ok()?;
            (text.len().saturating_mul(count) <= MOST).then(|| text.repeat(count))
        });
        repeated.ok_or_else(|| VariableError(name.to_owned()))
    }

    /// The same for each text of a value. An object `{"$repeat": 3, "item": …}` in a list is
    /// replaced by this many items, in which `${i}` is the index.
    ///
    /// # Errors
    ///
    /// A variable is not set.
    pub(crate) fn fill(&self, value: &Value) -> Result<Value, VariableError> {
        match value {
            Value::String(text) => self.text(text).map(Value::String),
            Value::Array(items) => {
                let mut filled = Vec::with_capacity(items.len());
                for item in items {
                    self.fill_item(item, &mut filled)?;
                }
                Ok(Value::Array(filled))
            }
            Value::Object(members) => {
                let filled = members
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), self.fill(value)?)));
                filled.collect::<Result<_, _>>().map(Value::Object)
            }
            other => Ok(other.clone()),
        }
    }

    fn fill_item(&self, item: &Value, filled: &mut Vec<Value>) -> Result<(), VariableError> {
        let repeat = item.get("$repeat").and_then(Value::as_u64);
        let (Some(count), Some(inner)) = (repeat, item.get("item")) else {
            filled.push(self.fill(item)?);
            return Ok(());
        };
        let mut numbered = self.clone();
        for number in 1..=count {
            numbered.set("i", number.to_string());
            filled.push(numbered.fill(inner)?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{VariableError, Variables};

    #[test]
    fn variables_are_filled_in() {
        let mut variables = Variables::default();
        variables.set("profile", "p-1");
        for (text, expected) in [
            ("", Ok("")),
            ("a ${profile}${profile} b", Ok("a p-1p-1 b")),
            ("${x*3}", Ok("xxx")),
            ("${", Ok("${")),
            ("$${profile", Ok("$${profile")),
            ("${none}", Err("none")),
            ("${x*99999999999999999999}", Err("x*99999999999999999999")),
            ("${xx*999999}", Err("xx*999999")),
        ] {
            let expected = expected.map(str::to_owned);
            assert_eq!(
                variables.text(text),
                expected.map_err(|name| VariableError(name.to_owned()))
            );
        }
        let input = json!({"a": ["${profile}", {"$repeat": 2, "item": {"k": "${i}"}}], "n": 1});
        let expected = json!({"a": ["p-1", {"k": "1"}, {"k": "2"}], "n": 1});
        assert_eq!(variables.fill(&input), Ok(expected));
    }
}
