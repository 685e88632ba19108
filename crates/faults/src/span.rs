//! Numbers and ranges of ordinals: `3`, `"2.."`, `"2..4"`, `"..3"`, `"every 3"`.

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::read::{RuleReadError, count, each, expected};

const OPEN: u64 = u64::MAX;

/// A range of ordinals that start at 1; both ends are inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    first: u64,
    last: u64,
}

impl Span {
    /// Whether `ordinal` is in the range.
    #[must_use]
    pub fn contains(self, ordinal: u64) -> bool {
        (self.first..=self.last).contains(&ordinal)
    }

    pub(crate) fn read(value: &Value) -> Result<Self, RuleReadError> {
        let span = match value {
            Value::String(text) => Self::parse(text),
            number => count(number).ok().map(|number| Self {
                first: number,
                last: number,
            }),
        };
        span.ok_or_else(|| {
            expected(
                "an ordinal from 1 (`1`) or a range (`\"2..4\"`, `\"2..\"`)",
                value,
            )
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        if first.trim().is_empty() && last.trim().is_empty() {
            return None;
        }
        let span = Self {
            first: end(first, 1)?,
            last: end(last, OPEN)?,
        };
        (span.first <= span.last).then_some(span)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.first, self.last) {
            (first, OPEN) => serializer.collect_str(&format_args!("{first}..")),
            (first, last) if first == last => serializer.serialize_u64(last),
            (first, last) => serializer.collect_str(&format_args!("{first}..{last}")),
        }
    }
}

/// Ranges, any one of which may contain the ordinal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranges(Vec<Span>);

impl Ranges {
    /// Whether any range contains `ordinal`; an absent ordinal is in none.
    #[must_use]
    pub fn accepts(&self, ordinal: Option<u64>) -> bool {
        ordinal.is_some_and(|ordinal| self.0.iter().any(|span| span.contains(ordinal)))
    }

    pub(crate) fn read(value: &Value) -> Result<Self, RuleReadError> {
        each(value, Span::read).map(Self)
    }
}

impl Serialize for Ranges {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => one.serialize(serializer),
            several => several.serialize(serializer),
        }
    }
}

/// Which of the matching requests a rule may fire on, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nth {
    /// The ordinals in a range.
    Within(Span),
    /// Every third, say: the 3rd, the 6th, and so on.
    Every(u64),
}

impl Nth {
    /// Whether the request with this ordinal is one of them.
    #[must_use]
    pub fn contains(self, ordinal: u64) -> bool {
        match self {
            Self::Within(span) => span.contains(ordinal),
            Self::Every(step) => ordinal.checked_rem(step) == Some(0),
        }
    }

    /// Counts the remaining ordinals after `ordinal`, if the range ends.
    pub(crate) fn remaining(self, ordinal: u64) -> Option<u64> {
        match self {
            Self::Within(Span { last: OPEN, .. }) | Self::Every(_) => None,
            Self::Within(Span { first, last }) => {
                let passed = ordinal.max(first.saturating_sub(1));
                Some(last.saturating_sub(passed))
            }
        }
    }

    pub(crate) fn read(value: &Value) -> Result<Self, RuleReadError> {
        let every = value
            .as_str()
            .and_then(|text| ordinal(text.trim().strip_prefix("every ")?));
        match every {
            Some(step) => Ok(Self::Every(step)),
            None => Span::read(value).map(Self::Within).map_err(|_| {
                expected(
                    "`3`, a range (`\"2..4\"`, `\"2..\"`) or `\"every 3\"`",
                    value,
                )
            }),
        }
    }
}

impl Serialize for Nth {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Within(span) => span.serialize(serializer),
            Self::Every(step) => serializer.collect_str(&format_args!("every {step}")),
        }
    }
}

fn ordinal(text: &str) -> Option<u64> {
    text.trim().parse().ok().filter(|number| *number > 0)
}

/// An end of a range; `open` if nothing is written.
fn end(text: &str, open: u64) -> Option<u64> {
    if text.trim().is_empty() {
        Some(open)
    } else {
        ordinal(text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Nth;

    /// The ordinals up to 9 that `written` contains, or `None` if it is refused.
    fn check(written: Value, expected: Option<&[u64]>) {
        let nth = Nth::read(&written).ok();
        let found = nth.map(|nth| (1..10).filter(|n| nth.contains(*n)).collect::<Vec<_>>());
        assert_eq!(found.as_deref(), expected, "{written}");
        if let Some(nth) = nth {
            let again = Nth::read(&serde_json::to_value(nth).unwrap()).unwrap();
            assert_eq!(again, nth, "{written} printed and read again");
        }
    }

    #[test]
    fn ordinals_ranges_and_every() {
        check(json!(3), Some(&[3]));
        check(json!("3"), Some(&[3]));
        check(json!("2..4"), Some(&[2, 3, 4]));
        check(json!(" 2 .. 4 "), Some(&[2, 3, 4]));
        check(json!("7.."), Some(&[7, 8, 9]));
        check(json!("..2"), Some(&[1, 2]));
        check(json!("every 3"), Some(&[3, 6, 9]));
        check(json!("every 1"), Some(&[1, 2, 3, 4, 5, 6, 7, 8, 9]));
    }

    #[test]
    fn nonsense_is_refused() {
        for written in [
            "", "..", "0", "0..3", "4..2", "every 0", "every", "1..2..3", "-1", "x",
        ] {
            check(json!(written), None);
        }
        for written in [
            json!(0),
            json!(-1),
            json!(1.5),
            json!(null),
            json!([1]),
            json!(true),
        ] {
            check(written, None);
        }
    }

    #[test]
    fn remaining_counts_what_is_to_come() {
        for (written, ordinal, expected) in [
            (json!(3), 0, Some(1)),
            (json!(3), 2, Some(1)),
            (json!(3), 3, Some(0)),
            (json!("2..4"), 3, Some(1)),
            (json!("2..4"), 9, Some(0)),
            (json!("2.."), 9, None),
            (json!("every 2"), 9, None),
        ] {
            assert_eq!(
                Nth::read(&written).unwrap().remaining(ordinal),
                expected,
                "{written}"
            );
        }
    }
}
