//! The forms of ids: `p-[0-9a-f]{17}`.

use std::collections::BTreeMap;
use std::fmt;

use crate::recording::Recording;

/// The form of ids: a prefix, and groups of characters of an alphabet with hyphens between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdShape {
    /// The prefix with its separator; empty without one.
    pub prefix: String,
    /// How long each group is.
    pub groups: Vec<usize>,
    /// The characters; unknown in recordings of earlier versions.
    pub alphabet: Option<Alphabet>,
}

/// The characters of ids, as far as ids show them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alphabet {
    /// Digits.
    Digits,
    /// Hexadecimal digits in lower case.
    LowerHex,
    /// Hexadecimal digits in upper case.
    UpperHex,
    /// Digits and letters in lower case.
    Lower,
    /// Digits and letters in upper case.
    Upper,
    /// The characters of URL-safe base64.
    Mixed,
}

const ALPHABETS: [(Alphabet, &str); 6] = [
    (Alphabet::Digits, "0-9"),
    (Alphabet::LowerHex, "0-9a-f"),
    (Alphabet::UpperHex, "0-9A-F"),
    (Alphabet::Lower, "0-9a-z"),
    (Alphabet::Upper, "0-9A-Z"),
    (Alphabet::Mixed, "0-9A-Za-z_-"),
];

impl Alphabet {
    /// Its characters.
    #[must_use]
    pub fn characters(self) -> String {
        let all = ('0'..='9').chain('A'..='Z').chain('a'..='z');
        all.chain(['_', '-']).filter(|c| self.has(*c)).collect()
    }

    fn has(self, c: char) -> bool {
        c.is_ascii_digit()
            || match self {
                Self::Digits => false,
                Self::LowerHex => ('a'..='f').contains(&c),
                Self::UpperHex => ('A'..='F').contains(&c),
                Self::Lower => c.is_ascii_lowercase(),
                Self::Upper => c.is_ascii_uppercase(),
                Self::Mixed => c.is_ascii_alphabetic() || c == '_' || c == '-',
            }
    }

    fn pattern(self) -> &'static str {
        let mut known = ALPHABETS.iter();
        known
            .find(|(alphabet, _)| *alphabet == self)
            .map_or("", |(_, pattern)| pattern)
    }

    /// The smallest alphabet that has the characters of both.
    fn with(self, other: Self) -> Self {
        let has = |alphabet: &Self| {
            let both = self.characters() + &other.characters();
            both.chars().all(|c| alphabet.has(c))
        };
        let mut known = ALPHABETS.iter().map(|(alphabet, _)| *alphabet);
        known.find(has).unwrap_or(Self::Mixed)
    }
}

impl IdShape {
    /// The form of an id; `None` if it has characters that ids do not have.
    pub(crate) fn of(id: &str) -> Option<Self> {
        const LONGEST_PREFIX: usize = 16;
        let end = id.find(['-', '_', ':', '.']).filter(|end| {
            let letters = id.get(..*end).unwrap_or_default();
            (1..=LONGEST_PREFIX).contains(&letters.len())
                && letters.bytes().all(|byte| byte.is_ascii_alphabetic())
                && id.len() > end.saturating_add(1)
        });
        // A UUID may begin with letters alone.
        let is_uuid = id.len() == 36 && id.bytes().filter(|byte| *byte == b'-').count() == 4;
        let (prefix, rest) = match end.filter(|_| !is_uuid) {
            Some(end) => id.split_at_checked(end.saturating_add(1))?,
            None => ("", id),
        };
        let has = |alphabet: Alphabet| {
            let characters = rest.chars().filter(|c| *c != '-');
            { characters }.all(|c| alphabet.has(c))
        };
        let mut known = ALPHABETS.iter().map(|(alphabet, _)| *alphabet);
        let alphabet = known.find(|alphabet| has(*alphabet))?;
        let groups = match alphabet {
            Alphabet::Mixed => vec![rest.len()],
            _ => rest.split('-').map(str::len).collect(),
        };
        Some(Self {
            prefix: prefix.to_owned(),
            groups,
            alphabet: Some(alphabet),
        })
    }

    /// Reads what `Display` writes, and forms of earlier versions: `p-xxxxx`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let Some((prefix, _)) = text.split_once('[') else {
            let start = text.find('x').unwrap_or(text.len());
            let (prefix, rest) = text.split_at_checked(start)?;
            return rest
                .bytes()
                .all(|byte| b"x-".contains(&byte))
                .then(|| Self {
                    prefix: prefix.to_owned(),
                    groups: rest.split('-').map(str::len).collect(),
                    alphabet: None,
                });
        };
        let mut groups = Vec::new();
        let mut alphabet = None;
        for group in text.get(prefix.len()..)?.split("}-") {
            let (characters, length) = group.strip_prefix('[')?.split_once("]{")?;
            let mut known = ALPHABETS.iter();
            alphabet = Some(known.find(|(_, pattern)| *pattern == characters)?.0);
            groups.push(length.trim_end_matches('}').parse().ok()?);
        }
        Some(Self {
            prefix: prefix.to_owned(),
            groups,
            alphabet,
        })
    }

    /// How long an id is.
    #[must_use]
    pub fn length(&self) -> usize {
        let lengths = self.groups.iter();
        let characters = lengths.fold(self.prefix.len(), |sum, one| sum.saturating_add(*one));
        characters.saturating_add(self.groups.len().saturating_sub(1))
    }

    /// Whether ids of both forms may be of one form.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let is_same = |one: Alphabet| other.alphabet.is_none_or(|other| one == other);
        self.prefix == other.prefix
            && self.length() == other.length()
            && self.alphabet.is_none_or(is_same)
            && (self.groups == other.groups || self.is_mixed() || other.is_mixed())
    }

    fn is_mixed(&self) -> bool {
        self.alphabet == Some(Alphabet::Mixed)
    }

    /// The common form of two sets of ids; `None` if there is no such form.
    fn with(&self, other: &Self) -> Option<Self> {
        let (Some(one), Some(another)) = (self.alphabet, other.alphabet) else {
            return self.is_like(other).then(|| self.clone());
        };
        let alphabet = one.with(another);
        let is_mixed = alphabet == Alphabet::Mixed;
        let groups = if is_mixed && self.length() == other.length() {
            vec![self.length().saturating_sub(self.prefix.len())]
        } else {
            self.groups.clone()
        };
        let is_one = is_mixed || self.groups == other.groups;
        (is_one && self.prefix == other.prefix && self.length() == other.length()).then(|| Self {
            prefix: self.prefix.clone(),
            groups,
            alphabet: Some(alphabet),
        })
    }
}

impl fmt::Display for IdShape {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.prefix)?;
        for (at, length) in self.groups.iter().enumerate() {
            if at > 0 {
                out.write_str("-")?;
            }
            match self.alphabet {
                Some(alphabet) => write!(out, "[{}]{{{length}}}", alphabet.pattern())?,
                None => out.write_str(&"x".repeat(*length))?,
            }
        }
        Ok(())
    }
}

/// The forms of the ids of a recording, by prefix: one id alone may not show all characters.
pub(crate) struct IdShapes(BTreeMap<String, Option<(IdShape, usize)>>);

impl IdShapes {
    pub(crate) fn of(recording: &Recording) -> Self {
        let mut known: BTreeMap<String, Option<(IdShape, usize)>> = BTreeMap::new();
        let texts = recording.answers.iter();
        for text in texts.flat_map(|answer| answer.id_shapes.values()) {
            let Some(shape) = IdShape::read(text) else {
                continue;
            };
            let entry = known.entry(shape.prefix.clone());
            let merged = match entry {
                std::collections::btree_map::Entry::Vacant(entry) => {
                    entry.insert(Some((shape, 1)));
                    continue;
                }
                std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            };
            *merged = merged
                .take()
                .and_then(|(known, count)| Some((known.with(&shape)?, count.saturating_add(1))));
        }
        Self(known)
    }

    /// The form of all ids that begin like this one.
    pub(crate) fn merged(&self, text: &str) -> Option<IdShape> {
        let shape = IdShape::read(text)?;
        let (mut merged, count) = self.0.get(&shape.prefix)?.clone()?;
        // One hexadecimal number in some thousands has digits alone.
        if merged.alphabet == Some(Alphabet::Digits) && count < 2 {
            merged.alphabet = Some(Alphabet::LowerHex);
        }
        Some(merged)
    }
}

#[cfg(test)]
mod tests {
    use super::{Alphabet, IdShape};

    #[test]
    fn ids_show_their_form() {
        let check = |id: &str, expected: &str| {
            let shape = IdShape::of(id);
            let text = shape.as_ref().map(ToString::to_string);
            assert_eq!(text.as_deref().unwrap_or(""), expected, "{id}");
            assert_eq!(text.as_deref().and_then(IdShape::read), shape, "{id}");
            if let Some(shape) = shape {
                assert_eq!(shape.length(), id.len(), "{id}");
            }
        };
        check("p-60fbc37c87f04fce9", "p-[0-9a-f]{17}");
        check("tj-YPvDfIfwn86-A_AAAAAAAA", "tj-[0-9A-Za-z_-]{22}");
        check("prf_00ZX", "prf_[0-9A-Z]{4}");
        check(
            "60fbc37c-87f0-4fce-9012-3456789abcde",
            "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        );
        check(
            "abcdefab-87f0-4fce-9012-3456789abcde",
            "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        );
        check("123456", "[0-9]{6}");
        check("p-é", "");
        check("a b", "");
    }

    #[test]
    fn forms_of_earlier_versions_fit_any_alphabet() {
        let check = |one: &str, other: &str, expected: bool| {
            let (one, other) = (IdShape::read(one).unwrap(), IdShape::read(other).unwrap());
            assert_eq!(one.is_like(&other), expected, "{one} {other}");
            assert_eq!(other.is_like(&one), expected, "{one} {other}");
        };
        check("p-xxxxx", "p-[0-9a-f]{5}", true);
        check("p-xxxxx", "p-[0-9a-z]{6}", false);
        check("p-xxxxx", "q-xxxxx", false);
        check("tj-xx-xx", "tj-[0-9A-Za-z_-]{5}", true);
        check("p-[0-9a-f]{5}", "p-[0-9a-z]{5}", false);
    }

    #[test]
    fn several_ids_show_one_alphabet() {
        assert_eq!(
            Alphabet::Digits.with(Alphabet::LowerHex),
            Alphabet::LowerHex
        );
        assert_eq!(Alphabet::LowerHex.with(Alphabet::UpperHex), Alphabet::Mixed);
        assert_eq!(Alphabet::LowerHex.with(Alphabet::Lower), Alphabet::Lower);
        assert_eq!(Alphabet::Digits.characters(), "0123456789");
        let both = |one: &str, other: &str| {
            let one = IdShape::of(one)?.with(&IdShape::of(other)?)?;
            Some(one.to_string())
        };
        assert_eq!(both("p-12", "p-ab").as_deref(), Some("p-[0-9a-f]{2}"));
        assert_eq!(
            both("p-a-b", "p-aBc").as_deref(),
            Some("p-[0-9A-Za-z_-]{3}")
        );
        assert_eq!(both("p-12", "p-123"), None);
        assert_eq!(both("p-12", "q-12"), None);
    }
}
