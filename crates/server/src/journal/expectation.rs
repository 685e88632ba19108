//! Expectations of `/_b2bi/verify`.

use serde_json::{Map, Value, json};

use super::filter::FilterError;
use super::{Entry, Filter, Journal};

/// How many entries must match a filter.
#[derive(Debug)]
pub(crate) struct Expectation {
    written: Map<String, Value>,
    filter: Filter,
    at_least: u64,
    at_most: u64,
}

/// An expectation that cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExpectationError {
    #[error("An expectation is an object such as {{\"operation\": \"*\", \"count\": 1}}")]
    NoObject,
    #[error("`count` does not go with `atLeast` or `atMost`")]
    Counts,
    #[error("`where` must be an object")]
    Where,
    #[error("{0} must be a whole number, 0 or more")]
    Number(String),
    #[error(transparent)]
    Filter(#[from] FilterError),
}

impl Expectation {
    /// Reads `{"operation": "CreateProfile", "executed": true, "count": 1}`, with `atLeast` and
    /// `atMost` for ranges; without any of the three, at least one entry must match. The filters
    /// may be in `where`, and `exactly` is a synonym for `count`.
    ///
    /// # Errors
    ///
    /// It is not an object, a key is unknown or a value is invalid.
    pub(crate) fn read(value: &Value) -> Result<Self, ExpectationError> {
        let written = value.as_object().ok_or(ExpectationError::NoObject)?;
        let mut filter = Filter::default();
        let (mut count, mut at_least, mut at_most) = (None, None, None);
        for (key, value) in written {
            match key.as_str() {
                "count" | "exactly" => count = Some(whole(key, value)?),
                "atLeast" => at_least = Some(whole(key, value)?),
                "atMost" => at_most = Some(whole(key, value)?),
                "where" => add_all(&mut filter, value)?,
                _ => filter.add_value(key, value)?,
            }
        }
        if count.is_some() && (at_least.is_some() || at_most.is_some()) {
            return Err(ExpectationError::Counts);
        }
        let default = u64::from(at_most.is_none());
        Ok(Self {
            written: written.clone(),
            filter,
            at_least: count.or(at_least).unwrap_or(default),
            at_most: count.or(at_most).unwrap_or(u64::MAX),
        })
    }

    /// The difference, with the counted entries; `None` if the expectation is met.
    pub(crate) fn difference(&self, journal: &Journal) -> Option<Value> {
        let (_, entries): (u64, Vec<Entry>) = journal.find(&self.filter);
        let found = u64::try_from(entries.len()).unwrap_or(u64::MAX);
        let is_met = (self.at_least..=self.at_most).contains(&found);
        (!is_met).then(|| json!({"expected": self.written, "found": found, "entries": entries}))
    }
}

fn add_all(filter: &mut Filter, value: &Value) -> Result<(), ExpectationError> {
    let members = value.as_object().ok_or(ExpectationError::Where)?;
    let mut members = members.iter();
    Ok(members.try_for_each(|(key, value)| filter.add_value(key, value))?)
}

fn whole(key: &str, value: &Value) -> Result<u64, ExpectationError> {
    let number = value.as_u64();
    number.ok_or_else(|| ExpectationError::Number(key.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Entry, Expectation, Journal};

    fn check(written: Value, entries: usize, expected: bool) {
        let journal = Journal::new(9);
        (0..entries).for_each(|_| journal.push(Entry::default()));
        let difference = Expectation::read(&written).unwrap().difference(&journal);
        assert_eq!(difference.is_none(), expected, "{written} of {entries}");
        if let Some(difference) = difference {
            assert_eq!(difference["expected"], written);
            assert_eq!(difference["found"], json!(entries));
        }
    }

    #[test]
    fn entries_are_counted() {
        check(json!({}), 0, false);
        check(json!({}), 1, true);
        check(json!({"count": 2}), 1, false);
        check(json!({"count": 2}), 2, true);
        check(json!({"count": 0, "operation": "Get*"}), 2, true);
        check(
            json!({"where": {"operation": "Get*"}, "exactly": 0}),
            2,
            true,
        );
        check(json!({"where": {"executed": false}, "exactly": 2}), 2, true);
        check(json!({"atLeast": 2}), 3, true);
        check(json!({"atMost": 2}), 3, false);
        check(json!({"atMost": 2}), 0, true);
        check(json!({"atLeast": 1, "atMost": 2}), 0, false);
    }

    #[test]
    fn nonsense_is_refused() {
        for written in [
            json!(1),
            json!({"count": -1}),
            json!({"count": 1, "atMost": 1}),
            json!({"operatoin": "x"}),
            json!({"operation": ["x"]}),
            json!({"where": []}),
            json!({"where": {"operatoin": "x"}}),
            json!({"executed": "perhaps"}),
        ] {
            assert!(Expectation::read(&written).is_err(), "{written}");
        }
    }
}
