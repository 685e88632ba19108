//! Codes of acknowledgements that do not belong to one problem.

use crate::ProblemKind;

/// The code of segments that have only element errors.
pub(crate) const ELEMENT_ERRORS: &str = "8";
/// The code of transactions that have segments in error.
pub(crate) const SEGMENT_ERRORS: &str = "5";
/// The note code of an interchange without problems.
pub(super) const NO_ERROR: &str = "000";

/// The value in an element error.
pub(super) fn shown(kind: &ProblemKind) -> &str {
    match kind {
        ProblemKind::ElementTooShort { value, .. }
        | ProblemKind::ElementTooLong { value, .. }
        | ProblemKind::ElementMalformed { value, .. }
        | ProblemKind::HierarchyWrong { value, .. }
        | ProblemKind::PeriodMalformed { value, .. }
        | ProblemKind::BinaryLengthWrong { value }
        | ProblemKind::CodeUnknown { value } => value,
        _ => "",
    }
}
