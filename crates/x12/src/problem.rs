//! What is wrong with an input, and where.

use crate::Position;
use crate::delimiters::{Delimiter, DelimiterReason};
use crate::tables::{ElementType, Note};

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
    /// The identifier of the segment that is wrong or is missing; empty outside of segments.
    pub segment: Box<str>,
    /// The number that the standard gives the element; empty where no simple element is concerned.
    pub reference: &'static str,
    /// The end of the message, with what helps to correct it; may be empty.
    pub detail: Box<str>,
    /// What the implementation guide of the transaction says about it.
    pub guide: Option<Box<GuideContext>>,
}

/// What an implementation guide says about a problem.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GuideContext {
    /// Whether the problem is a violation of the guide, and not of the standard.
    pub is_demanding: bool,
    /// Whether a loop is concerned, and not its first segment alone.
    pub is_of_loop: bool,
    /// The loop, as the guide names it; empty for the transaction.
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

/// The kinds of problem, with the values that a message about them needs.
///
/// The element, component and repetition are in the problem's position.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The input does not begin with an ISA segment.
    NotAnInterchange {
        /// The first bytes; none where nothing but blanks stands in the input.
        begins: Box<str>,
        /// What the input is instead, where that is known.
        format: Option<&'static str>,
    },
    /// The ISA segment does not have sixteen elements.
    HeaderElements {
        /// How many it has.
        found: usize,
    },
    /// A delimiter cannot be one.
    DelimiterWrong {
        /// Which one.
        delimiter: Delimiter,
        /// What stands in its place.
        value: Box<str>,
        /// Why it cannot be one.
        reason: DelimiterReason,
    },
    /// ISA12 names a version of the envelope that exists and has no tables.
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
    /// A control number occurs a second time.
    ControlNumberRepeated {
        /// The trailer of the part that has the number.
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
    SegmentMisplaced,
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
    /// Text that is no interchange follows an interchange.
    DataAfterInterchange {
        /// The first bytes of it.
        begins: Box<str>,
    },
    /// The last segment has no terminator.
    TerminatorMissing,
    /// The input ends within a segment.
    SegmentIncomplete,
    /// A segment is longer than the reader takes.
    SegmentTooLong {
        /// The limit in bytes.
        limit: usize,
    },

    /// No set of the version belongs to a group of this type.
    GroupTypeUnsupported {
        /// GS01.
        kind: Box<str>,
    },
    /// There are no tables for what GS07 and GS08 name.
    GroupVersionUnsupported {
        /// GS07, where it is not `X`, else GS08.
        version: Box<str>,
    },
    /// ST03 and GS08 name different guides.
    GuideDiffers {
        /// ST03.
        guide: Box<str>,
        /// GS08.
        group: Box<str>,
    },
    /// The guide is one of another set.
    GuideUnsupported {
        /// What ST03 or GS08 names.
        guide: Box<str>,
        /// ST01.
        set: Box<str>,
    },
    /// There is no table for the set in the version of its group.
    SetUnknown {
        /// ST01.
        set: Box<str>,
    },
    /// GS01 is not that of the set.
    GroupTypeWrong {
        /// ST01.
        set: Box<str>,
        /// The GS01 of the set.
        expected: &'static str,
        /// The GS01 found.
        found: Box<str>,
    },
    /// The version has no such segment.
    SegmentUnknown,
    /// The version has the segment, but the set has not.
    SegmentNotInSet,
    /// The set has the segment, but not here.
    SegmentUnexpected,
    /// The segment stands in its loop, but too late.
    SegmentOutOfOrder,
    /// A required segment does not occur.
    SegmentMissing,
    /// A segment occurs too often.
    SegmentTooOften {
        /// How often it may occur.
        max: u32,
    },
    /// A loop occurs too often.
    LoopTooOften {
        /// How often it may occur.
        max: u32,
    },
    /// A required element or component does not occur.
    ElementMissing,
    /// The elements of the segment break a rule between them.
    ElementsUnrelated {
        /// The rule.
        note: Note,
        /// The position of the element whose presence makes the rule demand this, if one does.
        trigger: Option<u8>,
    },
    /// The segment has no such element.
    ElementUnexpected,
    /// The implementation guide does not use the element.
    ElementNotUsed,
    /// The element has no such component.
    ComponentUnexpected,
    /// The element repeats more often than it may.
    RepetitionUnexpected {
        /// How often it may occur.
        max: u16,
    },
    /// A value has fewer characters than it must.
    ElementTooShort {
        /// The value.
        value: Box<str>,
        /// The least length.
        min: u32,
        /// The greatest length.
        max: u32,
    },
    /// A value has more characters than it may.
    ElementTooLong {
        /// The value.
        value: Box<str>,
        /// The least length.
        min: u32,
        /// The greatest length.
        max: u32,
    },
    /// A value is not of its element's type.
    ElementMalformed {
        /// The value.
        value: Box<str>,
        /// The type.
        form: ElementType,
    },
    /// A value is not in the format that the element before it names.
    PeriodMalformed {
        /// The value.
        value: Box<str>,
        /// The format, such as `D8`.
        format: Box<str>,
        /// What it looks like, such as `CCYYMMDD`.
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
    /// An element of an HL segment does not agree with the HL segments around it.
    HierarchyWrong {
        /// The value.
        value: Box<str>,
        /// What is wrong with it.
        fault: HierarchyFault,
    },
}

/// What can be wrong with an HL segment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HierarchyFault {
    /// HL01 is that of an earlier HL segment.
    IdRepeated,
    /// HL01 does not continue the count that the guide asks for.
    IdOutOfSequence {
        /// The number that continues it.
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
        /// HL01 of those that are open, the innermost last.
        open: Vec<Box<str>>,
    },
    /// The guide does not have the level HL03 below that of the parent.
    LevelUnexpected {
        /// HL03 of the parent, if there is one.
        parent: Option<Box<str>>,
        /// The levels that the guide has there.
        expected: Vec<&'static str>,
    },
    /// HL04 announces HL segments below this one, and none follows.
    ChildrenMissing,
    /// HL04 rules out HL segments below this one, and one follows.
    ChildUndeclared {
        /// HL01 of that one.
        child: Box<str>,
    },
}

impl Problem {
    /// Whether the problem is a violation of the guide, and not of the standard.
    #[must_use]
    pub fn is_of_guide(&self) -> bool {
        self.guide.as_ref().is_some_and(|guide| guide.is_demanding)
    }

    /// The loop, as the guide names it.
    pub(crate) fn guide_loop(&self) -> &'static str {
        self.guide.as_ref().map_or("", |guide| guide.loop_id)
    }

    /// What identifies the claim, member or payment.
    pub(crate) fn business_unit(&self) -> Option<(&'static str, &str)> {
        let (name, value) = self.guide.as_ref()?.unit.as_ref()?;
        Some((*name, &**value))
    }

    /// How much this problem matters.
    #[must_use]
    pub fn severity(&self) -> Severity {
        let is_fatal = match &self.kind {
            ProblemKind::NotAnInterchange { .. }
            | ProblemKind::HeaderIncomplete
            | ProblemKind::HeaderElements { .. }
            | ProblemKind::SegmentIncomplete
            | ProblemKind::SegmentTooLong { .. } => true,
            ProblemKind::DelimiterWrong { delimiter, .. } => delimiter.is_vital(),
            // The reading goes on with the next part, if there is one.
            ProblemKind::TrailerMissing { found, .. } => found.is_empty(),
            _ => false,
        };
        if is_fatal {
            Severity::Fatal
        } else {
            Severity::Recoverable
        }
    }

    /// Whether the problem is one of the envelope, found while reading.
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
