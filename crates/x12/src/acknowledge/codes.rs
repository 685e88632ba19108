//! From problems to the codes of acknowledgements.

use crate::tables::{Form, Relation};
use crate::{Problem, ProblemKind, Trailer};

/// What a problem is to an acknowledgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// Of a segment as a whole (AK304, IK304).
    Segment(&'static str),
    /// Of an element (AK403, IK403).
    Element(&'static str),
    /// Of a transaction as a whole (AK502, IK502).
    Transaction(&'static str),
    /// Of a functional group (AK905).
    Group(&'static str),
    /// Of an interchange (TA105).
    Interchange(&'static str),
}

/// The code of the segments that have element errors only.
pub(super) const ELEMENT_ERRORS: &str = "8";
/// The code of the transactions that have segments in error.
pub(super) const SEGMENT_ERRORS: &str = "5";
/// The note code of an interchange without problems.
pub(super) const NO_ERROR: &str = "000";

/// The code of a problem; versions before 5010 have fewer codes of elements.
pub(crate) fn code(problem: &Problem, is_5010: bool) -> Code {
    match &problem.kind {
        ProblemKind::SegmentUnknown => Code::Segment("1"),
        ProblemKind::SegmentUnexpected | ProblemKind::SegmentMisplaced => Code::Segment("2"),
        ProblemKind::SegmentMissing => Code::Segment("3"),
        ProblemKind::LoopTooOften { .. } => Code::Segment("4"),
        ProblemKind::SegmentTooOften { .. } => Code::Segment("5"),
        ProblemKind::SegmentNotInSet => Code::Segment("6"),
        ProblemKind::SegmentOutOfOrder => Code::Segment("7"),
        ProblemKind::SetUnknown { .. } => Code::Transaction("1"),
        ProblemKind::GroupTypeWrong { .. } => Code::Transaction("6"),
        ProblemKind::CountWrong { trailer, .. } => of_trailer(*trailer, ["4", "5", "021"]),
        ProblemKind::ControlNumberWrong { trailer, .. } => of_trailer(*trailer, ["3", "4", "001"]),
        ProblemKind::TrailerMissing { trailer, .. } => of_trailer(*trailer, ["2", "3", "023"]),
        ProblemKind::HeaderLength { .. } => Code::Interchange(of_header(problem.position.element)),
        ProblemKind::NotAnInterchange { .. }
        | ProblemKind::HeaderIncomplete
        | ProblemKind::DataAfterInterchange { .. }
        | ProblemKind::TerminatorMissing
        | ProblemKind::SegmentTooLong { .. } => Code::Interchange("022"),
        _ => Code::Element(of_element(&problem.kind, is_5010)),
    }
}

fn of_trailer(trailer: Trailer, codes: [&'static str; 3]) -> Code {
    let [transaction, group, interchange] = codes;
    match trailer {
        Trailer::Se => Code::Transaction(transaction),
        Trailer::Ge => Code::Group(group),
        Trailer::Iea => Code::Interchange(interchange),
    }
}

fn of_element(kind: &ProblemKind, is_5010: bool) -> &'static str {
    match kind {
        ProblemKind::ElementMissing => "1",
        ProblemKind::ElementsUnrelated { note } if note.relation == Relation::Exclusion => "10",
        ProblemKind::ElementsUnrelated { .. } => "2",
        ProblemKind::RepetitionUnexpected { .. } if is_5010 => "12",
        ProblemKind::ComponentUnexpected if is_5010 => "13",
        ProblemKind::ElementNotUsed => "I10",
        ProblemKind::ElementTooShort { .. } => "4",
        ProblemKind::ElementTooLong { .. } => "5",
        ProblemKind::ElementMalformed {
            form: Form::Date, ..
        } => "8",
        ProblemKind::ElementMalformed {
            form: Form::Time, ..
        } => "9",
        ProblemKind::ElementMalformed { .. } => "6",
        ProblemKind::CodeUnknown { .. } | ProblemKind::HierarchyWrong { .. } => "7",
        _ => "3",
    }
}

/// The note codes about ISA01 to ISA15.
fn of_header(element: u16) -> &'static str {
    const NOTES: [&str; 15] = [
        "010", "011", "012", "013", "005", "006", "007", "008", "014", "015", "016", "017", "018",
        "019", "020",
    ];
    let index = usize::from(element).wrapping_sub(1);
    NOTES.get(index).copied().unwrap_or("022")
}

/// The value that an element error shows.
pub(super) fn shown(kind: &ProblemKind) -> &str {
    match kind {
        ProblemKind::ElementTooShort { value, .. }
        | ProblemKind::ElementTooLong { value, .. }
        | ProblemKind::ElementMalformed { value, .. }
        | ProblemKind::HierarchyWrong { value, .. }
        | ProblemKind::CodeUnknown { value } => value,
        _ => "",
    }
}
