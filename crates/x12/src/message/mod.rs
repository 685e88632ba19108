//! The texts of problems.

mod element;
mod envelope;
mod header;
mod segment;
mod trailer;

use std::fmt;

pub(crate) use trailer::not_counted;

use crate::{Position, Problem};

impl fmt::Display for Problem {
    /// A problem of the envelope as `MESSAGE at segment 13, field 2`, a problem of the data as
    /// `Segment B10 at position 2 in transaction 1 within functional group 1. MESSAGE`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position {
            segment_in_interchange,
            element,
            segment,
            transaction,
            group,
            ..
        } = self.position;
        if !self.is_of_envelope() && transaction > 0 {
            let id = printable(&self.segment);
            write!(
                f,
                "Segment {id} at position {segment} in transaction {transaction} "
            )?;
            return write!(f, "within functional group {group}. {}", self.message());
        }
        self.message().fmt(f)?;
        match (segment_in_interchange, element) {
            (0, _) => Ok(()),
            (segment, 0) => write!(f, " at segment {segment}"),
            // The identifier counts as the first field.
            (segment, element) => write!(f, " at segment {segment}, field {}", element + 1),
        }?;
        write!(f, "{}", self.place())
    }
}

/// The position of an envelope problem in the file: ` (SE01, line 15, byte 402)`.
pub(crate) struct Place<'a>(&'a Problem);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem {
            position, segment, ..
        } = self.0;
        let Position {
            line,
            byte,
            element,
            ..
        } = *position;
        if line == 0 || (byte == 0 && position.segment_in_interchange == 0) {
            return Ok(());
        }
        f.write_str(" (")?;
        if element > 0 {
            write!(f, "{}{element:02}, ", printable(segment))?;
        }
        write!(f, "line {line}, byte {byte})")
    }
}

/// A problem's message without its position.
#[derive(Debug)]
pub struct Message<'a>(pub(crate) &'a Problem);

impl Problem {
    /// The message without the position, such as `Required data element B10-5 is missing.`
    #[must_use]
    pub fn message(&self) -> Message<'_> {
        Message(self)
    }

    pub(crate) fn place(&self) -> Place<'_> {
        Place(self)
    }
}

impl Message<'_> {
    /// The element's name in messages: `B10-5`, or `SV1-1-2` for a component.
    pub(crate) fn element(&self) -> String {
        let Position {
            element, component, ..
        } = self.0.position;
        let part = if component == 0 {
            String::new()
        } else {
            format!("-{component}")
        };
        format!("{}-{element}{part}", printable(&self.0.segment))
    }

    /// `Data element B10-5 with value |x|`
    pub(crate) fn valued(&self, value: &str) -> String {
        let value = printable(value);
        format!("Data element {} with value |{value}|", self.element())
    }
}

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: [fn(&Self, &mut fmt::Formatter<'_>) -> Option<fmt::Result>; 5] = [
            Self::of_envelope,
            Self::of_trailer,
            Self::of_header,
            Self::of_segment,
            Self::of_element,
        ];
        let written = parts.iter().find_map(|part| part(self, f));
        written.unwrap_or(Ok(()))
    }
}

/// The maximum number of characters of a value in a message.
const MOST_SHOWN: usize = 200;

/// The text with escaped control characters, such as `\x1d`; a long text is replaced by its
/// beginning and its length.
pub(crate) fn printable(text: &str) -> String {
    if let Some((end, _)) = text.char_indices().nth(MOST_SHOWN) {
        let start = printable(text.get(..end).unwrap_or_default());
        return format!("{start}... ({} characters)", text.chars().count());
    }
    let spell = |character: char| {
        if character.is_control() {
            format!("\\x{:02x}", u32::from(character))
        } else {
            character.to_string()
        }
    };
    text.chars().map(spell).collect()
}

fn instead(expected: impl fmt::Display, found: impl fmt::Display) -> String {
    let shown = |value: String| match value.as_str() {
        "" => "nothing".to_owned(),
        value => printable(value),
    };
    let (expected, found) = (shown(expected.to_string()), shown(found.to_string()));
    format!("Expected {expected} instead of {found}")
}
