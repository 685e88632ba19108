//! The texts of problems of trailers.

use std::fmt;

use super::{Message, instead, printable};
use crate::{ProblemKind, Trailer};

impl Message<'_> {
    pub(super) fn of_trailer(&self, f: &mut fmt::Formatter<'_>) -> Option<fmt::Result> {
        Some(match &self.0.kind {
            ProblemKind::TransactionHeaderMissing => write!(
                f,
                "This SE segment ends a transaction whose ST segment is missing{}",
                self.0.detail
            ),
            ProblemKind::TrailerMissing { trailer, found } => {
                trailer_missing(f, *trailer, found).and_then(|()| f.write_str(&self.0.detail))
            }
            ProblemKind::SegmentMisplaced => {
                write!(f, "Unexpected segment {}", printable(&self.0.segment))
            }
            ProblemKind::CountWrong {
                trailer,
                expected,
                found,
            } => write!(
                f,
                "{} count error in {} segment. {}",
                counts(*trailer),
                trailer.id(),
                instead(expected, found)
            ),
            ProblemKind::ControlNumberWrong {
                trailer,
                expected,
                found,
            } => write!(
                f,
                "Control number error in {} segment. {}",
                trailer.id(),
                instead(expected, found)
            ),
            _ => return None,
        })
    }
}

/// The part that a trailer ends, and the part that contains it.
pub(super) fn parts(trailer: Trailer) -> (&'static str, &'static str) {
    match trailer {
        Trailer::Se => ("transaction", "functional group"),
        Trailer::Ge => ("functional group", "interchange"),
        Trailer::Iea => ("interchange from the same sender", "file"),
    }
}

/// The parts that a trailer counts.
fn counts(trailer: Trailer) -> &'static str {
    match trailer {
        Trailer::Se => "Segment",
        Trailer::Ge => "Transaction",
        Trailer::Iea => "Functional group",
    }
}

/// Reports that a part has no trailer; `found` is the segment in its place, or empty at the end of
/// the file.
fn trailer_missing(f: &mut fmt::Formatter<'_>, trailer: Trailer, found: &str) -> fmt::Result {
    f.write_str(match trailer {
        Trailer::Se => "Transaction must be terminated with an SE segment",
        Trailer::Ge => "Functional group must be terminated with a GE segment",
        Trailer::Iea => "Interchange must be terminated with an IEA segment",
    })?;
    if found.is_empty() {
        f.write_str(", but the file ends")
    } else {
        write!(f, " instead of {found}")
    }
}

/// Reports that a segment in lower case was not read as the segment that it was probably meant to
/// be.
pub(crate) fn not_counted(id: &str, number: u32) -> Box<str> {
    let id = printable(id);
    format!(". Segment {id} at position {number} does not count: identifiers are in upper case")
        .into()
}
