//! Names of the kinds of problem, for programs.

use crate::{ProblemKind, Trailer};

impl ProblemKind {
    /// The name of the kind, such as `segment-missing`; it stays the same if the message changes.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::NotAnInterchange { .. } => "not-an-interchange",
            Self::HeaderElements { .. } => "header-elements",
            Self::DelimiterWrong { .. } => "delimiter-wrong",
            Self::ControlsUnsupported { .. } => "interchange-version-unsupported",
            Self::GroupMissing { .. } => "group-missing",
            Self::TransactionHeaderMissing => "transaction-header-missing",
            Self::ControlNumberRepeated { .. } => "control-number-repeated",
            Self::HeaderIncomplete => "header-incomplete",
            Self::HeaderLength { .. } => "header-length",
            Self::TrailerMissing { trailer, .. } => match trailer {
                Trailer::Se => "transaction-trailer-missing",
                Trailer::Ge => "group-trailer-missing",
                Trailer::Iea => "interchange-trailer-missing",
            },
            Self::SegmentMisplaced => "segment-misplaced",
            Self::CountWrong { .. } => "count-wrong",
            Self::ControlNumberWrong { .. } => "control-number-wrong",
            Self::DataAfterInterchange { .. } => "data-after-interchange",
            Self::TerminatorMissing => "terminator-missing",
            Self::SegmentIncomplete => "segment-incomplete",
            Self::SegmentTooLong { .. } => "segment-too-long",
            Self::GroupTypeUnsupported { .. } => "group-type-unsupported",
            Self::GroupVersionUnsupported { .. } => "group-version-unsupported",
            Self::GuideDiffers { .. } => "guide-differs",
            Self::GuideUnsupported { .. } => "guide-unsupported",
            Self::SetUnknown { .. } => "set-unknown",
            Self::GroupTypeWrong { .. } => "group-type-wrong",
            Self::SegmentUnknown => "segment-unknown",
            Self::SegmentNotInSet => "segment-not-in-set",
            Self::SegmentUnexpected => "segment-unexpected",
            Self::SegmentOutOfOrder => "segment-out-of-order",
            Self::SegmentMissing => "segment-missing",
            Self::SegmentTooOften { .. } => "segment-too-often",
            Self::LoopTooOften { .. } => "loop-too-often",
            Self::ElementMissing => "element-missing",
            Self::ElementsUnrelated { .. } => "elements-unrelated",
            Self::ElementUnexpected => "element-unexpected",
            Self::ElementNotUsed => "element-not-used",
            Self::ComponentUnexpected => "component-unexpected",
            Self::RepetitionUnexpected { .. } => "repetition-unexpected",
            Self::ElementTooShort { .. } => "element-too-short",
            Self::ElementTooLong { .. } => "element-too-long",
            Self::ElementMalformed { .. } => "element-malformed",
            Self::PeriodMalformed { .. } => "period-malformed",
            Self::BinaryLengthWrong { .. } => "binary-length-wrong",
            Self::CodeUnknown { .. } => "code-unknown",
            Self::HierarchyWrong { .. } => "hierarchy-wrong",
        }
    }
}
