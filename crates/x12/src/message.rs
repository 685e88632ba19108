//! The wording of problems.

use std::fmt;

use crate::message_trailer::{counts, parts, trailer_missing};
use crate::{Delimiter, DelimiterReason, HierarchyFault, Position, Problem, ProblemKind};

impl fmt::Display for Problem {
    /// A problem of the envelope as `MESSAGE at segment 13, field 2`, one of the data as
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
            // A field counts the identifier as the first.
            (segment, element) => write!(f, " at segment {segment}, field {}", element + 1),
        }?;
        write!(f, "{}", self.place())
    }
}

/// Where a problem of the envelope stands in the file: ` (SE01, line 15, byte 402)`.
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

/// A problem's message without its place.
#[derive(Debug)]
pub struct Message<'a>(pub(crate) &'a Problem);

impl Problem {
    /// The message without the place, such as `Required data element B10-5 is missing.`
    #[must_use]
    pub fn message(&self) -> Message<'_> {
        Message(self)
    }

    pub(crate) fn place(&self) -> Place<'_> {
        Place(self)
    }
}

impl Message<'_> {
    /// The element as messages name it: `B10-5`, or `SV1-1-2` for a component.
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
        let Problem {
            kind,
            position,
            segment,
            ..
        } = self.0;
        match kind {
            ProblemKind::NotAnInterchange { begins, format } => {
                not_an_interchange(f, begins, *format)
            }
            ProblemKind::DataAfterInterchange { begins } => write!(
                f,
                "Text after interchange {} is ignored; it begins with {}",
                position.interchange,
                printable(begins)
            ),
            ProblemKind::HeaderElements { found } => write!(
                f,
                "The ISA segment has {found} elements. Expected 16 instead of {found}"
            ),
            ProblemKind::DelimiterWrong {
                delimiter,
                value,
                reason,
            } => delimiter_wrong(f, *delimiter, value, *reason),
            ProblemKind::GroupMissing { set } => write!(
                f,
                "Transaction {} stands outside of a functional group: its GS segment is missing",
                printable(set)
            ),
            ProblemKind::TransactionHeaderMissing => {
                f.write_str("This SE segment ends a transaction whose ST segment is missing")?;
                f.write_str(&self.0.detail)
            }
            ProblemKind::HeaderIncomplete => f.write_str("Incomplete ISA segment"),
            ProblemKind::HeaderLength { expected, found } => {
                let name = format!("ISA{:02}", position.element);
                write!(
                    f,
                    "ISA fixed-length field {name} has incorrect length. {}",
                    instead(expected, found)
                )
            }
            ProblemKind::TrailerMissing { trailer, found } => {
                trailer_missing(f, *trailer, found)?;
                f.write_str(&self.0.detail)
            }
            ProblemKind::SegmentMisplaced => {
                write!(f, "Unexpected segment {}", printable(segment))
            }
            ProblemKind::CountWrong {
                trailer,
                expected,
                found,
            } => {
                let (counts, id) = (counts(*trailer), trailer.id());
                write!(
                    f,
                    "{counts} count error in {id} segment. {}",
                    instead(expected, found)
                )
            }
            ProblemKind::ControlNumberWrong {
                trailer,
                expected,
                found,
            } => {
                let id = trailer.id();
                write!(
                    f,
                    "Control number error in {id} segment. {}",
                    instead(expected, found)
                )
            }
            ProblemKind::TerminatorMissing => f.write_str("Segment without terminator"),
            ProblemKind::SegmentIncomplete => write!(
                f,
                "The file ends in the middle of segment {}",
                printable(segment)
            ),
            ProblemKind::SegmentTooLong { limit } => write!(f, "Segment longer than {limit} bytes"),
            _ => self.of_data(f),
        }
    }
}

impl Message<'_> {
    fn of_data(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            ProblemKind::ControlsUnsupported { version } => write!(
                f,
                "{} is a version of the envelope that is not supported. Supported: 00200 to 00505",
                self.valued(version)
            ),
            ProblemKind::ControlNumberRepeated { trailer, number } => {
                let (part, whole) = parts(*trailer);
                write!(
                    f,
                    "Control number {} occurs in another {part} of the {whole} too.",
                    printable(number)
                )
            }
            ProblemKind::GroupTypeUnsupported { kind } => write!(
                f,
                "{} is not the group type of any transaction set of this version",
                self.valued(kind)
            ),
            ProblemKind::GroupVersionUnsupported { version } => write!(
                f,
                "{} is not supported: {}",
                self.valued(version),
                if self.0.position.element == 7 {
                    "only X is"
                } else {
                    "004010, 004030, 004050, 004060 and 005010 are, with or without a guide"
                }
            ),
            ProblemKind::GuideDiffers { guide, group } => {
                let (guide, group) = (printable(guide), printable(group));
                write!(f, "ST-3 is {guide} but GS-8 is {group}.")
            }
            ProblemKind::GuideUnsupported { guide, set } => {
                let (guide, set) = (printable(guide), printable(set));
                write!(f, "{guide} is not a guide of transaction set {set}.")
            }
            ProblemKind::SetUnknown { set } => {
                write!(f, "Transaction set {} is not supported.", printable(set))
            }
            ProblemKind::GroupTypeWrong {
                set,
                expected,
                found,
            } => write!(
                f,
                "For ST-01 transaction type {}, the GS-01 type code should be {expected} instead of {}.",
                printable(set),
                printable(found)
            ),
            ProblemKind::SegmentUnknown => {
                f.write_str("Segment is not recognized.")?;
                f.write_str(why_unknown(&self.0.segment))
            }
            ProblemKind::SegmentNotInSet => {
                f.write_str("Segment is not defined in the transaction set.")
            }
            ProblemKind::SegmentUnexpected => {
                write!(
                    f,
                    "Segment is not expected at this position.{}",
                    self.0.detail
                )
            }
            ProblemKind::SegmentOutOfOrder => f.write_str("Segment is out of sequence."),
            ProblemKind::SegmentMissing => {
                write!(f, "Required segment is missing.{}", self.0.detail)
            }
            ProblemKind::SegmentTooOften { max } => {
                write!(f, "Segment occurs too many times. Maximum use: {max}")
            }
            ProblemKind::LoopTooOften { max } => {
                write!(f, "Loop occurs too many times. Maximum repeat: {max}")
            }
            _ => self.of_element(f),
        }
    }
}

/// What more there is to say of an identifier that no segment has.
fn why_unknown(id: &str) -> &'static str {
    if id.is_empty() {
        " It has no identifier."
    } else if id.bytes().any(|byte| byte.is_ascii_lowercase()) {
        " Identifiers are in upper case."
    } else {
        ""
    }
}

/// A fault of the hierarchy as the end of a sentence about the value.
pub(crate) struct OfHierarchy<'a>(pub(crate) &'a HierarchyFault);

impl fmt::Display for OfHierarchy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            HierarchyFault::IdRepeated => f.write_str("is that of an earlier HL segment"),
            HierarchyFault::IdOutOfSequence { expected } => {
                write!(f, "is out of sequence. Expected {expected}")
            }
            HierarchyFault::ParentUnknown { .. } => f.write_str("names no earlier HL segment"),
            HierarchyFault::ParentEnded { open, .. } => write!(
                f,
                "names an HL segment that has ended. Those still open: {}",
                open.join(", ")
            ),
            HierarchyFault::LevelUnexpected { parent, expected } => {
                match parent {
                    Some(parent) => {
                        write!(f, "is not allowed below an HL segment of level {parent}")?;
                    }
                    None => f.write_str("is not allowed without a parent")?,
                }
                match expected.as_slice() {
                    [] => Ok(()),
                    expected => write!(f, ". Expected {}", expected.join(" or ")),
                }
            }
            HierarchyFault::ChildrenMissing => {
                f.write_str("says that HL segments follow below this one, but none does")
            }
            HierarchyFault::ChildUndeclared { child } => {
                write!(
                    f,
                    "says that no HL segment follows below this one, but HL {child} does"
                )
            }
        }
    }
}

fn not_an_interchange(
    f: &mut fmt::Formatter<'_>,
    begins: &str,
    format: Option<&str>,
) -> fmt::Result {
    match (begins, format) {
        ("", None) => f.write_str("The file is empty."),
        ("", Some(content)) => write!(f, "The file holds {content}."),
        (begins, format) => {
            let begins = printable(begins);
            write!(
                f,
                "No supported EDI standard interchange begins with {begins}"
            )?;
            format.map_or(Ok(()), |format| write!(f, ": the file is {format}"))
        }
    }
}

fn delimiter_wrong(
    f: &mut fmt::Formatter<'_>,
    delimiter: Delimiter,
    value: &str,
    reason: DelimiterReason,
) -> fmt::Result {
    let value = printable(value);
    let (name, place) = named(delimiter);
    write!(f, "The {name}, {place}, cannot be |{value}|: ")?;
    match reason {
        DelimiterReason::Blank if delimiter == Delimiter::Terminator => f.write_str(
            "it is a blank. The ISA segment is longer than 106 characters, or its terminator is missing",
        ),
        DelimiterReason::Blank => f.write_str("it is a blank"),
        DelimiterReason::Alphanumeric if delimiter == Delimiter::Terminator => {
            f.write_str("it is a letter or a digit. The terminator of the ISA segment is missing")
        }
        DelimiterReason::Alphanumeric => f.write_str("it is a letter or a digit"),
        DelimiterReason::SameAs(other) => write!(f, "it is the {} too", named(other).0),
    }
}

fn named(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Element => ("element separator", "after ISA"),
        Delimiter::Component => ("component separator", "ISA16"),
        Delimiter::Repetition => ("repetition separator", "ISA11"),
        Delimiter::Terminator => ("segment terminator", "the 106th character"),
    }
}

/// The most characters of a value that a message shows.
const MOST_SHOWN: usize = 200;

/// The text with its control characters spelled, as `\x1d`; of a long one its beginning and its length.
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
    let (expected, found) = (expected.to_string(), found.to_string());
    let found = if found.is_empty() { "nothing" } else { &found };
    let (expected, found) = (printable(&expected), printable(found));
    format!("Expected {expected} instead of {found}")
}
