//! The wording of problems of trailers.

use std::fmt;

use crate::Trailer;
use crate::message::printable;

/// The part that a trailer ends, and what it is a part of.
pub(crate) fn parts(trailer: Trailer) -> (&'static str, &'static str) {
    match trailer {
        Trailer::Se => ("transaction", "functional group"),
        Trailer::Ge => ("functional group", "interchange"),
        Trailer::Iea => ("interchange from the same sender", "file"),
    }
}

/// What a trailer counts.
pub(crate) fn counts(trailer: Trailer) -> &'static str {
    match trailer {
        Trailer::Se => "Segment",
        Trailer::Ge => "Transaction",
        Trailer::Iea => "Functional group",
    }
}

/// Says that a part has no trailer; `found` is the segment in its place, empty where the file ends.
pub(crate) fn trailer_missing(
    f: &mut fmt::Formatter<'_>,
    trailer: Trailer,
    found: &str,
) -> fmt::Result {
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

/// Says that a segment in lower case was not taken for what it may have been meant to be.
pub(crate) fn not_counted(id: &str, number: u32) -> Box<str> {
    let id = printable(id);
    format!(". Segment {id} at position {number} does not count: identifiers are in upper case")
        .into()
}
