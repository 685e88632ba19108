//! The four bytes that structure an interchange.

use std::borrow::Cow;

/// The delimiters of one interchange.
///
/// X12 has no release character: a delimiter cannot occur in data, except in a binary segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delimiters {
    /// Precedes each element.
    pub element: u8,
    /// Separates the components of a composite.
    pub component: u8,
    /// Separates the repetitions of an element, if the interchange has such a separator.
    pub repetition: Option<u8>,
    /// Ends a segment.
    pub terminator: u8,
}

/// The meaning of a byte for the lexer: a set of the bits below.
pub(crate) type Class = u8;

pub(crate) const COMPONENT: Class = 1;
pub(crate) const REPETITION: Class = 2;
/// The byte must be escaped in JSON or XML.
pub(crate) const ESCAPE: Class = 4;
/// The byte must be escaped in XML.
pub(crate) const MARKUP: Class = 128;
/// The byte is not ASCII.
pub(crate) const WIDE: Class = 8;
pub(crate) const ELEMENT: Class = 16;
pub(crate) const TERMINATOR: Class = 32;
/// The element is binary: its spaces are data.
pub(crate) const BINARY: Class = 64;

/// The class of every byte under some delimiters.
pub(crate) type Classes = [Class; 256];

impl Delimiters {
    pub(crate) fn classes(self) -> Classes {
        std::array::from_fn(|byte| u8::try_from(byte).map_or(0, |byte| self.class(byte)))
    }

    fn class(self, byte: u8) -> Class {
        let data = match byte {
            0..=0x1f | b'"' | b'\\' | 0x7f => ESCAPE,
            b'<' | b'>' | b'&' => MARKUP,
            0x80.. => WIDE,
            _ => 0,
        };
        // The terminator takes precedence: nothing else could end a segment.
        if byte == self.terminator {
            TERMINATOR
        } else if byte == self.element {
            ELEMENT
        } else if byte == self.component {
            data | COMPONENT
        } else if Some(byte) == self.repetition {
            data | REPETITION
        } else {
            data
        }
    }
}

/// One of the four delimiters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delimiter {
    /// Precedes each element.
    Element,
    /// ISA16.
    Component,
    /// ISA11, from version 00402 on.
    Repetition,
    /// Ends a segment.
    Terminator,
}

/// Why a delimiter is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DelimiterReason {
    /// It is a letter or a digit.
    Alphanumeric,
    /// It is a space.
    Blank,
    /// It is another delimiter too.
    SameAs(Delimiter),
}

/// An invalid delimiter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DelimiterFault {
    pub(crate) delimiter: Delimiter,
    pub(crate) value: u8,
    pub(crate) reason: DelimiterReason,
}

impl Delimiter {
    /// Whether nothing can be read without it.
    #[must_use]
    pub(crate) fn is_vital(self) -> bool {
        matches!(self, Self::Element | Self::Terminator)
    }
}

/// Finds the first invalid delimiter, and removes it if reading can continue without it.
pub(crate) fn check(delimiters: &mut Delimiters, blank_separator: bool) -> Option<DelimiterFault> {
    use Delimiter::{Component, Element, Repetition, Terminator};
    let Delimiters {
        element,
        component,
        repetition,
        terminator,
    } = *delimiters;
    let separator = repetition.or_else(|| blank_separator.then_some(b' '));
    let ordered = [
        (Element, Some(element)),
        (Terminator, Some(terminator)),
        (Component, Some(component)),
        (Repetition, separator),
    ];
    let mut earlier: Vec<(Delimiter, u8)> = Vec::new();
    for (delimiter, value) in ordered {
        let Some(value) = value else { continue };
        let same = earlier.iter().find(|(_, known)| *known == value);
        let reason = match value {
            b' ' => Some(DelimiterReason::Blank),
            _ if value.is_ascii_alphanumeric() => Some(DelimiterReason::Alphanumeric),
            _ => same.map(|(other, _)| DelimiterReason::SameAs(*other)),
        };
        if let Some(reason) = reason {
            disable(delimiters, delimiter);
            return Some(DelimiterFault {
                delimiter,
                value,
                reason,
            });
        }
        earlier.push((delimiter, value));
    }
    None
}

fn disable(delimiters: &mut Delimiters, delimiter: Delimiter) {
    match delimiter {
        // The element separator takes precedence over the component separator, which then separates
        // nothing.
        Delimiter::Component => {
            delimiters.component = delimiters.element;
            let repetition = delimiters.repetition;
            delimiters.repetition = repetition.filter(|byte| !is_delimiter(*delimiters, *byte));
        }
        Delimiter::Repetition => delimiters.repetition = None,
        Delimiter::Element | Delimiter::Terminator => {}
    }
}

fn is_delimiter(delimiters: Delimiters, byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == delimiters.element || byte == delimiters.terminator
}

/// Delimiters that are several bytes of UTF-8, in the order of [`ROLES`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wide([Vec<u8>; 4]);

/// The bytes that represent wide delimiters: element, component, repetition, terminator. They do
/// not occur in UTF-8.
const ROLES: [u8; 4] = [0xff, 0xfe, 0xfd, 0xfc];

impl Wide {
    /// The delimiters as in the ISA segment.
    pub(crate) fn of(delimiters: [&[u8]; 4]) -> Self {
        Self(delimiters.map(<[u8]>::to_vec))
    }

    /// A byte for each delimiter: the delimiter itself if it has one byte. `None` if one is empty.
    pub(crate) fn narrow(&self) -> Option<[u8; 4]> {
        let mut narrow = ROLES;
        for (byte, (bytes, role)) in narrow.iter_mut().zip(self.0.iter().zip(ROLES)) {
            *byte = match bytes.as_slice() {
                [] if role == ROLES[2] => b' ',
                [] => return None,
                [only] => *only,
                _ => role,
            };
        }
        Some(narrow)
    }

    /// Each delimiter of several bytes with the byte that represents it.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&[u8], u8)> {
        let pairs = self.0.iter().map(Vec::as_slice).zip(ROLES);
        // ISA11 may be text that is not a separator, such as `U`; text of several letters is not
        // one either.
        pairs.filter(|(bytes, _)| bytes.len() > 1 && !bytes.is_ascii())
    }
}

/// Replaces each wide delimiter with one byte, in text that arrives in pieces.
#[derive(Debug, Default)]
pub(crate) struct Narrowing {
    pairs: Vec<(Vec<u8>, u8)>,
    /// The beginning of a possible wide delimiter.
    held: Vec<u8>,
}

impl Narrowing {
    pub(crate) fn learn(&mut self, wide: &Wide) {
        for (bytes, role) in wide.pairs() {
            if !self.pairs.iter().any(|(known, _)| known == bytes) {
                self.pairs.push((bytes.to_vec(), role));
            }
        }
    }

    /// Converts the next bytes; the beginning of a delimiter at their end is kept.
    pub(crate) fn narrow(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut text = std::mem::take(&mut self.held);
        text.extend_from_slice(bytes);
        let mut out = Vec::with_capacity(text.len());
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let whole = self.pairs.iter().find(|(wide, _)| rest.starts_with(wide));
            if let Some((wide, role)) = whole {
                out.push(*role);
                at += wide.len();
            } else if self.pairs.iter().any(|(wide, _)| wide.starts_with(rest)) {
                self.held = rest.to_vec();
                break;
            } else {
                out.extend(rest.first());
                at += 1;
            }
        }
        out
    }

    /// The kept rest at the end of the input.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }

    /// The bytes with the wide delimiters restored.
    pub(crate) fn widen<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let mut out = Cow::Borrowed(bytes);
        for (wide, role) in &self.pairs {
            if memchr::memchr(*role, &out).is_some() {
                let parts: Vec<&[u8]> = out.split(|byte| byte == role).collect();
                out = Cow::Owned(parts.join(wide.as_slice()));
            }
        }
        out
    }
}
