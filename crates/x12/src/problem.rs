//! What is wrong with an input, and where.

use std::fmt;

use crate::Position;

/// How much a problem matters to the reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The input was understood in spite of it.
    Recoverable,
    /// The reading ended here.
    Fatal,
}

/// One problem and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub kind: ProblemKind,
    /// Where it is wrong.
    pub position: Position,
}

/// A segment that ends a part of the envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trailer {
    /// Ends a transaction.
    Se,
    /// Ends a functional group.
    Ge,
    /// Ends an interchange.
    Iea,
}

/// The kinds of problem, with the values that a message about them needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// The input does not begin with an ISA segment.
    NotAnInterchange {
        /// The first bytes.
        begins: Box<str>,
    },
    /// The input ends within its ISA segment.
    HeaderIncomplete,
    /// An ISA element does not have its fixed length.
    HeaderLength {
        /// The position of the element.
        element: u8,
        /// The fixed length.
        expected: usize,
        /// The length found.
        found: usize,
    },
    /// A part of the envelope is not closed.
    TrailerMissing {
        /// What should have closed it.
        trailer: Trailer,
        /// The segment that stands in its place, empty at the end of the input.
        found: Box<str>,
    },
    /// A segment stands outside a transaction and is no part of an envelope; it was left out.
    SegmentMisplaced {
        /// The segment's identifier.
        segment: Box<str>,
    },
    /// A trailer's count differs from what was counted.
    CountWrong {
        /// The trailer.
        trailer: Trailer,
        /// What was counted.
        expected: u64,
        /// What the trailer says.
        found: Box<str>,
    },
    /// A trailer's control number differs from that of its header.
    ControlNumberWrong {
        /// The trailer.
        trailer: Trailer,
        /// The header's control number.
        expected: Box<str>,
        /// The trailer's control number.
        found: Box<str>,
    },
    /// After an interchange comes something that is none.
    DataAfterInterchange {
        /// The first bytes of it.
        begins: Box<str>,
    },
    /// The last segment has no terminator.
    TerminatorMissing,
    /// A segment is longer than the reader takes.
    SegmentTooLong {
        /// The limit in bytes.
        limit: usize,
    },
}

impl Problem {
    /// How much this problem matters.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self.kind {
            ProblemKind::NotAnInterchange { .. }
            | ProblemKind::HeaderIncomplete
            | ProblemKind::TrailerMissing { .. }
            | ProblemKind::SegmentTooLong { .. } => Severity::Fatal,
            _ => Severity::Recoverable,
        }
    }
}

impl Trailer {
    /// The segment's identifier.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Se => "SE",
            Self::Ge => "GE",
            Self::Iea => "IEA",
        }
    }

    fn closes(self) -> &'static str {
        match self {
            Self::Se => "Transaction",
            Self::Ge => "Functional group",
            Self::Iea => "Interchange",
        }
    }

    fn counts(self) -> &'static str {
        match self {
            Self::Se => "Segment",
            Self::Ge => "Transaction",
            Self::Iea => "Functional group",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)?;
        let Position {
            segment_in_interchange,
            element,
            ..
        } = self.position;
        match (segment_in_interchange, element) {
            (0, _) => Ok(()),
            (segment, 0) => write!(f, " at segment {segment}"),
            // A field counts the identifier as the first.
            (segment, element) => write!(f, " at segment {segment}, field {}", element + 1),
        }
    }
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnInterchange { begins } | Self::DataAfterInterchange { begins } => {
                write!(
                    f,
                    "No supported EDI standard interchange begins with {begins}"
                )
            }
            Self::HeaderIncomplete => f.write_str("Incomplete ISA segment"),
            Self::HeaderLength {
                element,
                expected,
                found,
            } => write!(
                f,
                "ISA fixed-length field ISA{element:02} has incorrect length. \
                 Expected {expected} instead of {found}"
            ),
            Self::TrailerMissing { trailer, found } => missing_trailer(f, *trailer, found),
            Self::SegmentMisplaced { segment } => write!(f, "Unexpected segment {segment}"),
            Self::CountWrong {
                trailer,
                expected,
                found,
            } => {
                let (counts, id) = (trailer.counts(), trailer.id());
                write!(
                    f,
                    "{counts} count error in {id} segment. Expected {expected} instead of {found}"
                )
            }
            Self::ControlNumberWrong {
                trailer,
                expected,
                found,
            } => write!(
                f,
                "Control number error in {} segment. Expected {expected} instead of {found}",
                trailer.id()
            ),
            Self::TerminatorMissing => f.write_str("Segment without terminator"),
            Self::SegmentTooLong { limit } => write!(f, "Segment longer than {limit} bytes"),
        }
    }
}

fn missing_trailer(f: &mut fmt::Formatter<'_>, trailer: Trailer, found: &str) -> fmt::Result {
    let article = if trailer == Trailer::Ge { "a" } else { "an" };
    let (closes, id) = (trailer.closes(), trailer.id());
    write!(f, "{closes} must be terminated with {article} {id} segment")?;
    if found.is_empty() {
        Ok(())
    } else {
        write!(f, " instead of {found}")
    }
}
