//! Problems of an input, with their positions.

use crate::Position;
use crate::delimiters::{Delimiter, DelimiterReason};
use crate::tables::{ElementType, Note};

/// The effect of a problem on the reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The input was understood in spite of the problem.
    Recoverable,
    /// The reading ended here.
    Fatal,
}

/// A problem and its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The kind of problem.
    pub kind: ProblemKind,
    /// The position.
    pub position: Position,
    /// The identifier of the segment that is wrong or missing; empty outside of segments.
    pub segment: Box<str>,
    /// The standard's number of the element; empty if no simple element is concerned.
    pub reference: &'static str,
    /// The end of the message, with advice for correcting the problem; may be empty.
    pub detail: Box<str>,
    /// What the transaction's implementation guide says about it.
    pub guide: Option<Box<GuideContext>>,
}

/// What an implementation guide says about a problem.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GuideContext {
    /// Whether the problem is a violation of the guide, and not of the standard.
    pub is_demanding: bool,
    /// Whether a whole loop is concerned, and not only its first segment.
    pub is_of_loop: bool,
    /// The guide's name of the loop; empty for the transaction.
    pub loop_id: &'static str,
    /// The claim, member or payment: the name of the element that identifies it, and its value.
    pub unit: Option<(&'static str, Box<str>)>,
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

/// The kinds of problem, with the values in their messages.
///
/// The element, component and repetition are in the problem's position.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The input does not begin with an ISA segment.
    NotAnInterchange {
        /// The first bytes; `None` if the input contains only whitespace.
        begins: Box<str>,
        /// The actual format of the input, if it is known.
        format: Option<&'static str>,
    },
    /// The ISA segment does not have sixteen elements.
    HeaderElements {
        /// The number of elements.
        found: usize,
    },
    /// A delimiter is invalid.
    DelimiterWrong {
        /// The delimiter.
        delimiter: Delimiter,
        /// Its value.
        value: Box<str>,
        /// Why it is invalid.
        reason: DelimiterReason,
    },
    /// ISA12 names a version of the envelope that exists but has no tables.
    ControlsUnsupported {
        /// ISA12.
        version: Box<str>,
    },
    /// A transaction is outside of a functional group.
    GroupMissing {
        /// ST01.
        set: Box<str>,
    },
    /// An SE segment ends a transaction that has no ST segment.
    TransactionHeaderMissing,
    /// A control number occurs again.
    ControlNumberRepeated {
        /// The trailer of the part with the number.
        trailer: Trailer,
        /// The number.
        number: Box<str>,
    },
    /// The input ends within its ISA segment.
    HeaderIncomplete,
    /// An ISA element does not have its fixed length.
    HeaderLength {
        /// The fixed length.
        expected: usize,
        /// The actual length.
        found: usize,
    },
    /// A part of the envelope is not closed.
    TrailerMissing {
        /// The missing trailer.
        trailer: Trailer,
        /// The segment in its place, empty at the end of the input.
        found: Box<str>,
    },
    /// A segment is outside of a transaction and not part of an envelope; it was left out.
    SegmentMisplaced,
    /// A trailer's count is wrong.
    CountWrong {
        /// The trailer.
        trailer: Trailer,
        /// The actual number.
        expected: u64,
        /// The count in the trailer.
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
    /// Text that is not an interchange follows an interchange.
    DataAfterInterchange {
        /// Its first bytes.
        begins: Box<str>,
    },
    /// The last segment has no terminator.
    TerminatorMissing,
    /// The input ends within a segment.
    SegmentIncomplete,
    /// A segment is longer than the reader's limit.
    SegmentTooLong {
        /// The limit in bytes.
        limit: usize,
    },

    /// No set of the version is in groups of this type.
    GroupTypeUnsupported {
        /// GS01.
        kind: Box<str>,
    },
    /// There are no tables for the version in GS07 and GS08.
    GroupVersionUnsupported {
        /// GS07 if it is not `X`, otherwise GS08.
        version: Box<str>,
    },
    /// ST03 and GS08 name different guides.
    GuideDiffers {
        /// ST03.
        guide: Box<str>,
        /// GS08.
        group: Box<str>,
    },
    /// The guide is for another set.
    GuideUnsupported {
        /// The guide in ST03 or GS08.
        guide: Box<str>,
        /// ST01.
        set: Box<str>,
    },
    /// There is no table for the set in the version of its group.
    SetUnknown {
        /// ST01.
        set: Box<str>,
    },
    /// GS01 does not match the set.
    GroupTypeWrong {
        /// ST01.
        set: Box<str>,
        /// The GS01 of the set.
        expected: &'static str,
        /// The actual GS01.
        found: Box<str>,
    },
    /// The version has no such segment.
    SegmentUnknown,
    /// The version has the segment, but the set has not.
    SegmentNotInSet,
    /// The set has the segment, but not here.
    SegmentUnexpected,
    /// The segment is in its loop, but too late.
    SegmentOutOfOrder,
    /// A required segment is missing.
    SegmentMissing,
    /// A segment occurs too often.
    SegmentTooOften {
        /// The maximum number of occurrences.
        max: u32,
    },
    /// A loop occurs too often.
    LoopTooOften {
        /// The maximum number of occurrences.
        max: u32,
    },
    /// A required element or component is missing.
    ElementMissing,
    /// The elements of the segment violate a rule between them.
    ElementsUnrelated {
        /// The rule.
        note: Note,
        /// The position of the element whose presence triggers the rule, if there is one.
        trigger: Option<u8>,
    },
    /// The segment has no such element.
    ElementUnexpected,
    /// The implementation guide does not use the element.
    ElementNotUsed,
    /// The element has no such component.
    ComponentUnexpected,
    /// The element repeats too often.
    RepetitionUnexpected {
        /// The maximum number of occurrences.
        max: u16,
    },
    /// A value has too few characters.
    ElementTooShort {
        /// The value.
        value: Box<str>,
        /// The minimum length.
        min: u32,
        /// The maximum length.
        max: u32,
    },
    /// A value has too many characters.
    ElementTooLong {
        /// The value.
        value: Box<str>,
        /// The minimum length.
        min: u32,
        /// The maximum length.
        max: u32,
    },
    /// A value does not match its element's type.
    ElementMalformed {
        /// The value.
        value: Box<str>,
        /// The type.
        form: ElementType,
    },
    /// A value does not have the format that the preceding element names.
    PeriodMalformed {
        /// The value.
        value: Box<str>,
        /// The format, such as `D8`.
        format: Box<str>,
        /// Its pattern, such as `CCYYMMDD`.
        layout: &'static str,
    },
    /// The length of binary data does not lead to a segment terminator.
    BinaryLengthWrong {
        /// The length given.
        value: Box<str>,
    },
    /// A value is not in the element's code list.
    CodeUnknown {
        /// The value.
        value: Box<str>,
    },
    /// An element of an HL segment contradicts the HL segments around it.
    HierarchyWrong {
        /// The value.
        value: Box<str>,
        /// The contradiction.
        fault: HierarchyFault,
    },
}

/// The possible contradictions of an HL segment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HierarchyFault {
    /// HL01 equals that of an earlier HL segment.
    IdRepeated,
    /// HL01 is not the next number, which the guide requires.
    IdOutOfSequence {
        /// The next number.
        expected: u64,
    },
    /// HL02 names no earlier HL segment.
    ParentUnknown {
        /// HL02.
        parent: Box<str>,
    },
    /// HL02 names an HL segment that has ended.
    ParentEnded {
        /// HL02.
        parent: Box<str>,
        /// HL01 of the open segments, the innermost last.
        open: Vec<Box<str>>,
    },
    /// The guide does not allow the level HL03 below that of the parent.
    LevelUnexpected {
        /// HL03 of the parent, if there is one.
        parent: Option<Box<str>>,
        /// The levels that the guide allows there.
        expected: Vec<&'static str>,
    },
    /// HL04 announces child HL segments, but none follows.
    ChildrenMissing,
    /// HL04 excludes child HL segments, but one follows.
    ChildUndeclared {
        /// HL01 of that child.
        child: Box<str>,
    },
}

impl Problem {
    /// Whether the problem is a violation of the guide, and not of the standard.
    #[must_use]
    pub fn is_of_guide(&self) -> bool {
        self.guide.as_ref().is_some_and(|guide| guide.is_demanding)
    }

    /// The guide's name of the loop.
    pub(crate) fn guide_loop(&self) -> &'static str {
        self.guide.as_ref().map_or("", |guide| guide.loop_id)
    }

    /// The identification of the claim, member or payment.
    pub(crate) fn business_unit(&self) -> Option<(&'static str, &str)> {
        let (name, value) = self.guide.as_ref()?.unit.as_ref()?;
        Some((*name, &**value))
    }

    /// The severity of this problem.
    #[must_use]
    pub fn severity(&self) -> Severity {
        let is_fatal = match &self.kind {
            ProblemKind::NotAnInterchange { .. }
            | ProblemKind::HeaderIncomplete
            | ProblemKind::HeaderElements { .. }
            | ProblemKind::SegmentIncomplete
            | ProblemKind::SegmentTooLong { .. } => true,
            ProblemKind::DelimiterWrong { delimiter, .. } => delimiter.is_vital(),
            // Reading continues with the next part, if there is one.
            ProblemKind::TrailerMissing { found, .. } => found.is_empty(),
            _ => false,
        };
        if is_fatal {
            Severity::Fatal
        } else {
            Severity::Recoverable
        }
    }

    /// Whether the problem is in the envelope and was found while reading.
    #[must_use]
    pub(crate) fn is_of_envelope(&self) -> bool {
        matches!(
            self.kind,
            ProblemKind::NotAnInterchange { .. }
                | ProblemKind::HeaderIncomplete
                | ProblemKind::HeaderElements { .. }
                | ProblemKind::HeaderLength { .. }
                | ProblemKind::DelimiterWrong { .. }
                | ProblemKind::GroupMissing { .. }
                | ProblemKind::TransactionHeaderMissing
                | ProblemKind::TrailerMissing { .. }
                | ProblemKind::SegmentMisplaced
                | ProblemKind::CountWrong { .. }
                | ProblemKind::ControlNumberWrong { .. }
                | ProblemKind::DataAfterInterchange { .. }
                | ProblemKind::TerminatorMissing
                | ProblemKind::SegmentIncomplete
                | ProblemKind::SegmentTooLong { .. }
        )
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
}
