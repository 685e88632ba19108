//! Values in acknowledgements: copied from the input if the standard allows them, otherwise
//! replaced.

use super::AcknowledgementOptions;
use super::received::{Group, Interchange};
use crate::isa::LENGTHS;
use crate::tables::{self, Dictionary, ElementType, Version, codes};
use crate::text::decode;
use crate::validate::is_well_formed_text;
use crate::{Delimiters, LineBreak, Wrap, WriteOptions};

/// The greatest control number of interchanges and groups; after it comes 1.
const LAST_NUMBER: u64 = 999_999_999;
/// The identifier that replaces a blank one.
const UNKNOWN: &str = "UNKNOWN";

/// The tables of the version in which an acknowledgement is written.
#[derive(Clone, Copy)]
pub(super) struct Reply {
    pub(super) version: Version,
}

impl Reply {
    /// Whether a value is valid for the element with this number.
    pub(super) fn accepts(self, element: &str, value: &str) -> bool {
        let Some(dictionary) = Dictionary::of(self.version) else {
            return false;
        };
        let Some(number) = dictionary.number(element).map(usize::from) else {
            return false;
        };
        let Some(simple) = dictionary.elements().get(number) else {
            return false;
        };
        let length = value.chars().count();
        let fits = (simple.min as usize..=simple.max as usize).contains(&length);
        let is_of_form = match simple.form {
            ElementType::Integer => value.bytes().all(|byte| byte.is_ascii_digit()),
            form @ (ElementType::Date | ElementType::Time) => {
                is_well_formed_text(value.as_bytes(), form)
            }
            _ => !value.chars().any(char::is_control) && value.trim() == value,
        };
        let list = codes(self.version).get(number);
        let is_listed = list.is_none_or(|list| !list.is_known() || list.contains(value.as_bytes()));
        fits && is_of_form && is_listed && !value.is_empty()
    }

    /// The value if it is valid, otherwise the other.
    pub(super) fn or<'v>(self, element: &str, value: &'v str, other: &'v str) -> &'v str {
        if self.accepts(element, value) {
            value
        } else {
            other
        }
    }

    /// Text fitted to the lengths of an element: without control characters, cut, padded with
    /// spaces. `None` if nothing is left.
    pub(super) fn fitted(self, element: &str, value: &str) -> Option<String> {
        let dictionary = Dictionary::of(self.version)?;
        let number = dictionary.number(element)?;
        let simple = dictionary.elements().get(usize::from(number))?;
        let kept = value.trim().chars().filter(|c| !c.is_control());
        let text: String = kept.take(simple.max as usize).collect();
        let text = text.trim();
        let min = simple.min as usize;
        (!text.is_empty()).then(|| format!("{text:<min$}"))
    }

    /// AK101, if the type of the group is valid.
    pub(super) fn group_type(self, group: &Group) -> Option<&str> {
        let [kind, ..] = &group.gs;
        self.accepts("479", kind).then_some(kind.as_str())
    }

    /// AK201: ST01 or, if that is invalid, the set of the group's type.
    pub(super) fn set<'g>(self, set: &'g str, group: &'g Group) -> Option<&'g str> {
        let [kind, ..] = &group.gs;
        if self.accepts("143", set) {
            return Some(set);
        }
        tables::set_of_group(self.version, kind).filter(|set| self.accepts("143", set))
    }
}

/// A control number, limited to nine digits.
pub(super) fn wrapped(number: u64) -> u64 {
    number
        .checked_sub(1)
        .map_or(1, |before| before % LAST_NUMBER + 1)
}

/// A count, limited to six digits.
pub(super) fn count(number: usize) -> String {
    number.min(999_999).to_string()
}

impl Interchange {
    /// The version of the tables for the envelope.
    pub(super) fn version(&self) -> Version {
        if self.isa.repeats() {
            Version::V5010
        } else {
            Version::V4010
        }
    }

    /// The write options of a reply: it uses the delimiters of the input, unless those are invalid.
    pub(super) fn writing(&self) -> WriteOptions {
        let standard = WriteOptions::standard();
        let Delimiters {
            element,
            component,
            repetition,
            terminator,
        } = self.isa.delimiters();
        let is_usual = [element, component, terminator]
            .iter()
            .all(|byte| byte.is_ascii() && *byte != b'?');
        let delimiters = if is_usual && self.isa.fault().is_none() {
            Delimiters {
                element,
                component,
                // ISA11 is an element too: control characters and spaces are invalid there.
                repetition: repetition.filter(|byte| byte.is_ascii_graphic() && *byte != b'?'),
                terminator,
            }
        } else {
            standard.delimiters
        };
        WriteOptions {
            delimiters,
            wrap: Wrap::Segment(LineBreak::Lf),
            ..standard
        }
    }

    /// The ISA of a reply: sender and receiver are exchanged.
    pub(super) fn answering(
        &self,
        how: &AcknowledgementOptions,
        earlier: usize,
        delimiters: Delimiters,
    ) -> [String; 16] {
        std::array::from_fn(|index| match index + 1 {
            position @ (5 | 7) => self.qualifier(12 - position),
            position @ (6 | 8) => self.id(14 - position),
            9 => how.date.clone(),
            10 => how.time.clone(),
            11 => self.separator(delimiters),
            12 => self.controls(),
            13 => wrapped(how.numbers.interchange.saturating_add(earlier as u64)).to_string(),
            14 => "0".to_owned(),
            15 => self.usage(),
            _ => String::new(),
        })
    }

    pub(super) fn text(&self, position: usize) -> String {
        decode(self.isa.field(position)).into_owned()
    }

    fn reply(&self) -> Reply {
        Reply {
            version: self.version(),
        }
    }

    fn qualifier(&self, position: usize) -> String {
        let text = self.text(position);
        self.reply().or("I05", text.trim(), "ZZ").to_owned()
    }

    fn id(&self, position: usize) -> String {
        let text = self.text(position);
        let length = LENGTHS.get(position - 1).copied().unwrap_or_default();
        let clean = text.chars().map(|c| if c.is_control() { '?' } else { c });
        let clean: String = clean.take(length).collect();
        if clean.trim().is_empty() {
            UNKNOWN.to_owned()
        } else {
            clean
        }
    }

    fn usage(&self) -> String {
        let text = self.text(15);
        self.reply().or("I14", text.trim(), "P").to_owned()
    }

    /// ISA12, if it names a supported version.
    fn controls(&self) -> String {
        let text = self.text(12);
        match text.trim().as_bytes() {
            b"00200" | b"00201" | b"00204" | [b'0', b'0', b'3'..=b'5', b'0', b'0'..=b'9'] => text,
            _ if self.isa.repeats() => "00501".to_owned(),
            _ => "00401".to_owned(),
        }
    }

    fn separator(&self, delimiters: Delimiters) -> String {
        let Delimiters {
            element,
            component,
            repetition,
            terminator,
        } = delimiters;
        let is_free = |byte: &u8| ![element, component, terminator].contains(byte);
        let separator = match repetition {
            _ if self.controls().as_str() < "00402" => b'U',
            Some(separator) => separator,
            None if self.text(11) == "U" => b'U',
            None => [b'^', b'!', b'|'].into_iter().find(is_free).unwrap_or(b'^'),
        };
        char::from(separator).to_string()
    }

    /// The reply in the encoding of the input: Latin-1 if that is not UTF-8.
    pub(super) fn encoded(&self, answer: Vec<u8>) -> Vec<u8> {
        let is_utf8 =
            (1..=16).all(|position| std::str::from_utf8(self.isa.field(position)).is_ok());
        if is_utf8 {
            return answer;
        }
        let text = String::from_utf8_lossy(&answer).into_owned();
        let byte = |character: char| u8::try_from(u32::from(character)).unwrap_or(b'?');
        unambiguous(text.chars().map(byte).collect())
    }
}

/// Latin-1 that cannot be read as UTF-8: non-ASCII letters that would form UTF-8 sequences become
/// `?`.
fn unambiguous(mut latin: Vec<u8>) -> Vec<u8> {
    for letters in latin.chunk_by_mut(|a, b| a.is_ascii() == b.is_ascii()) {
        if !letters.is_ascii() && std::str::from_utf8(letters).is_ok() {
            letters.fill(b'?');
        }
    }
    latin
}

#[cfg(test)]
mod tests {
    use super::unambiguous;

    #[test]
    fn latin_1_is_not_taken_for_utf_8() {
        for (latin, expected) in [
            (&b"SOCI\xc9T\xc9"[..], &b"SOCI\xc9T\xc9"[..]),
            (b"a\xda\xbbb", b"a??b"),
            (b"\xda\xbb\xff*", b"\xda\xbb\xff*"),
            (b"plain", b"plain"),
        ] {
            assert_eq!(unambiguous(latin.to_vec()), expected);
        }
    }
}
