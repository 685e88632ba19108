//! Patterns of text: `*` is any run of characters, `?` any one character.

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::read::{RuleReadError, each, text};

/// One pattern; case matters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Glob(String);

impl Glob {
    /// Takes `pattern` as it is: every text is a pattern.
    pub fn new(pattern: impl Into<String>) -> Self {
        Self(pattern.into())
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the whole of `subject` fits the pattern.
    #[must_use]
    pub fn is_match(&self, subject: &str) -> bool {
        fits(&self.0, subject)
    }
}

/// Some patterns of which any one may fit; one pattern is written as plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patterns(Vec<Glob>);

impl Patterns {
    /// One pattern.
    #[must_use]
    pub fn one(pattern: Glob) -> Self {
        Self(vec![pattern])
    }

    /// Whether any of the patterns matches; an absent value matches none, not even `*`.
    #[must_use]
    pub fn accepts(&self, subject: Option<&str>) -> bool {
        subject.is_some_and(|subject| self.0.iter().any(|glob| glob.is_match(subject)))
    }

    /// The matching texts, if no pattern has a wildcard.
    pub(crate) fn literals(&self) -> Option<impl Iterator<Item = &str>> {
        let has_wildcard = self.0.iter().any(|glob| glob.0.contains(['*', '?']));
        (!has_wildcard).then(|| self.0.iter().map(Glob::as_str))
    }

    /// The patterns in the order in which they were written.
    #[must_use]
    pub fn globs(&self) -> &[Glob] {
        &self.0
    }

    pub(crate) fn read(value: &Value) -> Result<Self, RuleReadError> {
        each(value, |item| text(item).map(Glob::new)).map(Self)
    }
}

impl Serialize for Patterns {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => one.serialize(serializer),
            several => several.serialize(serializer),
        }
    }
}

/// Matches with one fallback to the last `*`, so the worst case is the product of the lengths.
fn fits(pattern: &str, subject: &str) -> bool {
    let (mut pattern, mut subject) = (pattern.chars(), subject.chars());
    let mut fallback = None;
    loop {
        let (mut next_pattern, mut next_subject) = (pattern.clone(), subject.clone());
        match (next_pattern.next(), next_subject.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                fallback = Some((next_pattern.clone(), subject.clone()));
                pattern = next_pattern;
            }
            (Some(wanted), Some(found)) if wanted == '?' || wanted == found => {
                (pattern, subject) = (next_pattern, next_subject);
            }
            _ => {
                let Some((after_star, rest)) = &mut fallback else {
                    return false;
                };
                if rest.next().is_none() {
                    return false;
                }
                (pattern, subject) = (after_star.clone(), rest.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    fn check(pattern: &str, subject: &str, expected: bool) {
        assert_eq!(
            fits(pattern, subject),
            expected,
            "{pattern:?} on {subject:?}"
        );
    }

    #[test]
    fn globs_fit_the_whole_text() {
        for (pattern, subject, expected) in [
            ("", "", true),
            ("", "a", false),
            ("a", "", false),
            ("*", "", true),
            ("*", "anything", true),
            ("?", "", false),
            ("?", "é", true),
            ("??", "é", false),
            ("Create*", "CreateProfile", true),
            ("Create*", "Create", true),
            ("Create*", "create", false),
            ("Create", "CreateProfile", false),
            ("*Profile", "CreateProfile", true),
            ("*Profile", "CreateProfiles", false),
            ("C*t*e", "CreateProfile", true),
            ("C*x*e", "CreateProfile", false),
            ("*aab", "aaaaab", true),
            ("a*b*c", "abbbc", true),
            ("a**b", "ab", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
        ] {
            check(pattern, subject, expected);
        }
    }

    #[test]
    fn many_stars_stay_cheap() {
        check(&"*a".repeat(200), &"a".repeat(20_000), true);
        check(
            &format!("{}b", "*a".repeat(200)),
            &"a".repeat(20_000),
            false,
        );
    }
}
