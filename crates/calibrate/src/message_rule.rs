//! Replaces a message of the emulator by the message of AWS, with any values in it.

use std::sync::LazyLock;

use regex::Regex;

/// The parts of a text that are values: a variable, an id, a text in bars, the name of a segment or
/// an element, a number.
static VALUES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?P<word>\$\{[^}]+\}|(?-u:\b)[a-z]{1,3}-x{12,}|123456789012)",
        r"|\|(?P<bars>[^|]*)\|",
        r"|(?P<name>(?-u:\b)[A-Z][A-Z0-9]{1,2}(?:-?[0-9]+)*(?-u:\b))",
        r"|(?P<number>[0-9]+)",
    ))
    .ok()
});

/// Kinds of values: the group that finds one, and what finds others of the kind.
const KINDS: &[(&str, &str)] = &[
    ("word", "(.+?)"),
    ("bars", r"([^|]*)"),
    ("name", "([A-Z][A-Z0-9]{1,2}(?:-?[0-9]+)*)"),
    ("number", "([0-9]+)"),
];

/// A text and its replacement.
#[derive(Clone, Debug)]
pub(crate) struct MessageRule {
    /// Matches our text; each group is a value.
    ours: Regex,
    theirs: Vec<Piece>,
}

/// A piece of the replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// The value of a group.
    Value(usize),
}

impl MessageRule {
    /// The rule that converts the first text to the second. Our values that occur in the second
    /// text move along.
    pub(crate) fn between(ours: &str, theirs: &str) -> Option<Self> {
        let (pattern, values) = pattern(ours)?;
        Some(Self {
            ours: pattern,
            theirs: pieces(theirs, &values),
        })
    }

    /// Their text in place of ours, if it is one of this kind.
    pub(crate) fn apply(&self, text: &str) -> Option<String> {
        let found = self.ours.captures(text)?;
        let pieces = self.theirs.iter().map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            Piece::Value(group) => found.get(*group).map_or("", |value| value.as_str()),
        });
        Some(pieces.collect())
    }

    /// Whether it is about the same texts as another rule.
    pub(crate) fn is_about_the_same(&self, other: &Self) -> bool {
        self.ours.as_str() == other.ours.as_str()
    }
}

/// A pattern with a group for each value, and the values.
fn pattern(text: &str) -> Option<(Regex, Vec<&str>)> {
    let mut pattern = String::from("(?s)^");
    let mut values = Vec::new();
    let mut end = 0;
    for found in VALUES.as_ref()?.captures_iter(text) {
        let named = |(group, of_kind)| Some((found.name(group)?, of_kind));
        let (value, of_kind) = KINDS.iter().copied().find_map(named)?;
        pattern.push_str(&regex::escape(text.get(end..value.start())?));
        pattern.push_str(of_kind);
        values.push(value.as_str());
        end = value.end();
    }
    pattern.push_str(&regex::escape(text.get(end..)?));
    pattern.push('$');
    Some((Regex::new(&pattern).ok()?, values))
}

/// A text in pieces: a value counts only as a separate word.
fn pieces(text: &str, values: &[&str]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut is_used = vec![false; values.len()];
    let mut literal = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let is_word = !literal.ends_with(char::is_alphanumeric);
        if let Some((group, after)) = value_at(rest, values, &mut is_used).filter(|_| is_word) {
            pieces.push(Piece::Text(std::mem::take(&mut literal)));
            pieces.push(Piece::Value(group));
            rest = after;
        } else {
            literal.push(next);
            rest = rest.get(next.len_utf8()..).unwrap_or_default();
        }
    }
    pieces.push(Piece::Text(literal));
    pieces
}

/// The group of the longest value that a text begins with, one that is not used yet before others.
fn value_at<'t>(text: &'t str, values: &[&str], is_used: &mut [bool]) -> Option<(usize, &'t str)> {
    let fits = |value: &&str| {
        let after = text.strip_prefix(*value);
        !value.is_empty() && after.is_some_and(|after| !after.starts_with(char::is_alphanumeric))
    };
    let longest = *values
        .iter()
        .filter(|value| fits(value))
        .max_by_key(|value| value.len())?;
    let mut all = (0..values.len()).filter(|at| values.get(*at) == Some(&longest));
    let unused = all.clone().find(|at| is_used.get(*at) == Some(&false));
    let at = unused.or_else(|| all.next_back())?;
    if let Some(is_used) = is_used.get_mut(at) {
        *is_used = true;
    }
    Some((at.saturating_add(1), text.strip_prefix(longest)?))
}

#[cfg(test)]
mod tests {
    use super::MessageRule;

    #[test]
    fn a_rule_holds_for_other_values() {
        let check = |(ours, theirs): (&str, &str), text: &str, expected: Option<&str>| {
            let rule = MessageRule::between(ours, theirs).unwrap();
            assert_eq!(rule.apply(ours).as_deref(), Some(theirs));
            assert_eq!(
                rule.apply(text).as_deref(),
                expected,
                "{ours} {theirs} {text}"
            );
        };
        let ours = "Segment BEG at position 2 in transaction 1 within functional group 1. Data element BEG-1 with value |000000| is too long.";
        let theirs = "[2] BEG-1 = '000000' is too long (group 1, transaction 1)";
        check(
            (ours, theirs),
            "Segment N1 at position 14 in transaction 3 within functional group 3. Data element N1-2 with value |x y| is too long.",
            Some("[14] N1-2 = 'x y' is too long (group 3, transaction 3)"),
        );
        check((ours, theirs), "Segment N1 is too long.", None);
        check(("a", "b"), "a", Some("b"));
        check(("a", "b"), "A", None);
        check(
            ("s3://${bucket}/x is gone", "Gone: ${bucket}"),
            "s3://files/x is gone",
            Some("Gone: files"),
        );
        check(("12 of 3", "3.12"), "7 of 8", Some("8.7"));
        check(("", "new"), "", Some("new"));
        check(("é 1", "1 é 11"), "é 2", Some("2 é 11"));
    }
}
