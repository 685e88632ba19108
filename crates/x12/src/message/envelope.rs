//! The texts of problems that the reader finds in the envelope, except problems of trailers.

use std::fmt;

use super::{Message, instead, printable};
use crate::{Delimiter, DelimiterReason, ProblemKind};

impl Message<'_> {
    pub(super) fn of_envelope(&self, f: &mut fmt::Formatter<'_>) -> Option<fmt::Result> {
        let position = &self.0.position;
        Some(match &self.0.kind {
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
                "Transaction {} is outside of a functional group: its GS segment is missing",
                printable(set)
            ),
            ProblemKind::HeaderIncomplete => f.write_str("Incomplete ISA segment"),
            ProblemKind::HeaderLength { expected, found } => write!(
                f,
                "ISA fixed-length field ISA{:02} has incorrect length. {}",
                position.element,
                instead(expected, found)
            ),
            ProblemKind::TerminatorMissing => f.write_str("Segment without terminator"),
            ProblemKind::SegmentIncomplete => write!(
                f,
                "The file ends in the middle of segment {}",
                printable(&self.0.segment)
            ),
            ProblemKind::SegmentTooLong { limit } => write!(f, "Segment longer than {limit} bytes"),
            _ => return None,
        })
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
