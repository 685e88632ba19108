//! Reads rules out of a tree of values, so that every complaint names the key it is about.

use serde_json::{Map, Value};

/// The error in a value, and its place within the rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct RuleReadError {
    pub(crate) path: String,
    pub(crate) message: String,
}

impl RuleReadError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            path: String::new(),
            message: message.into(),
        }
    }

    pub(crate) fn under(mut self, key: &str) -> Self {
        let joint = if self.path.is_empty() || self.path.starts_with('[') {
            ""
        } else {
            "."
        };
        self.path = format!("{key}{joint}{}", self.path);
        self
    }
}

/// A table whose keys are all known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table<'a>(&'a Map<String, Value>);

impl<'a> Table<'a> {
    /// Opens `value`; refuses anything except a table, and keys that are not in `keys`.
    pub(crate) fn open(value: &'a Value, keys: &[&str]) -> Result<Self, RuleReadError> {
        let entries = entries(value)?;
        match entries.keys().find(|key| !keys.contains(&key.as_str())) {
            Some(stranger) => Err(RuleReadError::new(unknown("key", stranger, keys))),
            None => Ok(Self(entries)),
        }
    }

    /// Reads the value of `key`, if it exists.
    pub(crate) fn read<T>(
        self,
        key: &str,
        reader: impl FnOnce(&'a Value) -> Result<T, RuleReadError>,
    ) -> Result<Option<T>, RuleReadError> {
        self.0
            .get(key)
            .map(reader)
            .transpose()
            .map_err(|problem| problem.under(key))
    }

    /// Reads the value of `key`, which is required.
    pub(crate) fn need<T>(
        self,
        key: &str,
        reader: impl FnOnce(&'a Value) -> Result<T, RuleReadError>,
    ) -> Result<T, RuleReadError> {
        self.read(key, reader)?
            .ok_or_else(|| RuleReadError::new(format!("`{key}` is missing")))
    }

    /// The keys of `of` that the table has, in that order.
    pub(crate) fn present<'k>(self, of: &[&'k str]) -> Vec<&'k str> {
        of.iter()
            .copied()
            .filter(|key| self.0.contains_key(*key))
            .collect()
    }
}

/// Reads a table with keys of the user's own.
pub(crate) fn entries(value: &Value) -> Result<&Map<String, Value>, RuleReadError> {
    value.as_object().ok_or_else(|| expected("a table", value))
}

/// Reads a list of at least one, or one alone.
pub(crate) fn each<T>(
    value: &Value,
    reader: impl Fn(&Value) -> Result<T, RuleReadError>,
) -> Result<Vec<T>, RuleReadError> {
    match value {
        Value::Array(items) if items.is_empty() => Err(RuleReadError::new(
            "the list is empty: leave the key out, or name at least one",
        )),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| reader(item).map_err(|p| p.under(&format!("[{index}]"))))
            .collect(),
        one => reader(one).map(|item| vec![item]),
    }
}

pub(crate) fn text(value: &Value) -> Result<String, RuleReadError> {
    value
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| expected("a text", value))
}

pub(crate) fn flag(value: &Value) -> Result<bool, RuleReadError> {
    value
        .as_bool()
        .ok_or_else(|| expected("true or false", value))
}

pub(crate) fn number(value: &Value) -> Result<f64, RuleReadError> {
    value.as_f64().ok_or_else(|| expected("a number", value))
}

pub(crate) fn whole(value: &Value) -> Result<u64, RuleReadError> {
    value
        .as_u64()
        .ok_or_else(|| expected("a whole number, 0 or more", value))
}

/// Reads a whole number that is 1 or more.
pub(crate) fn count(value: &Value) -> Result<u64, RuleReadError> {
    whole(value)
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| expected("a whole number, 1 or more", value))
}

pub(crate) fn expected(what: &str, found: &Value) -> RuleReadError {
    let found = match found {
        Value::Null => "nothing".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a table".to_owned(),
        Value::String(text) => format!("the text {text:?}"),
        Value::Bool(_) | Value::Number(_) => found.to_string(),
    };
    RuleReadError::new(format!("expected {what}, found {found}"))
}

/// Reports that `name` is unknown, with the nearest of `valid`, and the others.
pub(crate) fn unknown(kind: &str, name: &str, valid: &[&str]) -> String {
    let all = valid.join("`, `");
    let hint = nearest(name, valid).unwrap_or_default();
    format!("unknown {kind} `{name}`, the nearest valid one is `{hint}` (of `{all}`)")
}

/// The name that takes the fewest edits to reach; case, `_` and `-` do not count.
#[must_use]
pub fn nearest<'a>(name: &str, valid: &[&'a str]) -> Option<&'a str> {
    let name = bare(name);
    valid
        .iter()
        .copied()
        .min_by_key(|candidate| distance(&name, &bare(candidate)))
}

/// The nearest name, if it is similar enough.
#[must_use]
pub fn similar<'a>(name: &str, valid: &[&'a str]) -> Option<&'a str> {
    nearest(name, valid).filter(|found| distance(&bare(name), &bare(found)) <= 2)
}

fn bare(name: &str) -> Vec<char> {
    name.chars()
        .filter(|c| !matches!(c, '_' | '-'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Counts the edits (Levenshtein), one row of the matrix at a time.
fn distance(from: &[char], to: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, source) in from.iter().enumerate() {
        let (mut diagonal, mut left) = (line, line + 1);
        for (above, target) in row.iter_mut().skip(1).zip(to) {
            let changed = diagonal + usize::from(source != target);
            diagonal = *above;
            left = changed.min(left + 1).min(*above + 1);
            *above = left;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{bare, distance, nearest, similar};

    #[test]
    fn distance_counts_edits() {
        for (from, to, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
            ("ab", "ba", 2),
        ] {
            assert_eq!(distance(&bare(from), &bare(to)), expected, "{from} to {to}");
        }
    }

    #[test]
    fn nearest_overlooks_spelling_conventions() {
        let valid = ["statusCode", "code", "message"];
        for (name, expected) in [
            ("status_code", "statusCode"),
            ("Code", "code"),
            ("mesage", "message"),
        ] {
            assert_eq!(nearest(name, &valid), Some(expected));
        }
        assert_eq!(nearest("code", &[]), None);
        assert_eq!(similar("statuscod", &valid), Some("statusCode"));
        assert_eq!(similar("truncate", &valid), None);
    }
}
