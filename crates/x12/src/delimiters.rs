//! The four bytes that structure an interchange.

/// The delimiters of one interchange.
///
/// X12 has no release character: a delimiter cannot occur in data, except in a binary segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delimiters {
    /// Stands before each element.
    pub element: u8,
    /// Stands between the components of a composite.
    pub component: u8,
    /// Stands between the repetitions of an element, where the interchange has such a separator.
    pub repetition: Option<u8>,
    /// Ends a segment.
    pub terminator: u8,
}

/// What a byte means to the lexer: a set of the bits below.
pub(crate) type Class = u8;

pub(crate) const COMPONENT: Class = 1;
pub(crate) const REPETITION: Class = 2;
/// The byte cannot stand as it is in JSON or XML.
pub(crate) const ESCAPE: Class = 4;
/// The byte cannot stand as it is in XML.
pub(crate) const MARKUP: Class = 128;
/// The byte is not ASCII.
pub(crate) const WIDE: Class = 8;
pub(crate) const ELEMENT: Class = 16;
pub(crate) const TERMINATOR: Class = 32;
/// The element is binary: its blanks are data.
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
        // The terminator wins over the others: nothing else could end a segment.
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
