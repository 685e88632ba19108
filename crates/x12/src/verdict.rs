//! What each problem decides: one table for validation, acknowledgements and jobs.
//!
//! A problem belongs to an interchange, a group, a transaction, a segment or an element, and has the code
//! that an acknowledgement gives it there. The code says whether the part is accepted all the same
//! (assumption A-60).

use crate::tables::{ElementType, Relation};
use crate::validate::is_of_time;
use crate::{Delimiter, Problem, ProblemKind, Trailer};

/// The part of the input that a problem concerns, with its code in acknowledgements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// Nothing that is acknowledged.
    Nothing,
    /// A segment as a whole (AK304, IK304).
    Segment(&'static str),
    /// An element (AK403, IK403).
    Element(&'static str),
    /// A transaction as a whole (AK502, IK502).
    Transaction(&'static str),
    /// A functional group (AK905); empty where no code fits.
    Group(&'static str),
    /// An interchange (TA105).
    Interchange(&'static str),
}

/// What becomes of a part of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It is accepted, and nobody is told of the problem but the user.
    Tolerated,
    /// It is accepted with errors: TA104 and AK901 are `E`.
    AcceptedWithErrors,
    /// It is rejected: TA104, AK901 or AK501 is `R`.
    Rejected,
}

/// A fault of the envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    ForeignFile,
    HeaderBroken,
    ElementSeparator,
    ComponentSeparator,
    RepetitionSeparator,
    Terminator,
    IsaElement(u16),
    StandardUnsupported,
    ControlsUnsupported,
    InterchangeRepeated,
    InterchangeCount,
    InterchangeNumber,
    InterchangeCut,
    InterchangeSegment,
    InterchangeTrailerMissing,
    SegmentTooLong,
    TextAfterInterchange,
    TerminatorMissing,
    DeliveryRequest(u16),
    GradeOfService,
    AcknowledgementSegment,
    TrailerElement,
    GroupHeaderMissing,
    GroupHeaderElement,
    GroupIdShort,
    GroupTypeUnsupported,
    GroupVersion,
    GroupNumber,
    GroupNumberRepeated,
    GroupCount,
    GroupNumberDiffers,
    GroupTrailerMissing,
    GroupSegment,
    TransactionTrailerMissing,
    TransactionCount,
    TransactionNumberDiffers,
    TransactionNumber,
    TransactionNumberRepeated,
    TransactionId,
    TransactionOfOtherGroup,
    SetUnsupported,
    GuideDiffers,
    GuideUnsupported,
}

/// A row of the table: the code of a fault, and what becomes of its part of the input.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) code: Code,
    pub(crate) outcome: Outcome,
}

use Code::{Group, Interchange, Nothing, Transaction};
use Outcome::{AcceptedWithErrors, Rejected, Tolerated};

/// The note codes about ISA01 to ISA15, with the outcome of each.
const ISA_ELEMENTS: [(&str, Outcome); 15] = [
    ("010", Rejected),
    ("011", Rejected),
    ("012", Rejected),
    ("013", Rejected),
    ("005", Rejected),
    ("006", AcceptedWithErrors),
    ("007", Rejected),
    ("008", AcceptedWithErrors),
    ("014", Rejected),
    ("015", Rejected),
    ("016", Rejected),
    ("017", Rejected),
    ("018", Rejected),
    ("019", AcceptedWithErrors),
    ("020", AcceptedWithErrors),
];

/// The notes with which an interchange is accepted all the same.
const ACCEPTING_NOTES: [&str; 14] = [
    "001", "002", "003", "006", "008", "019", "020", "021", "025", "028", "029", "030", "031",
    "000",
];

/// What becomes of an interchange by a note code; the table's rows agree with it.
pub(crate) fn note_outcome(note: &str) -> Outcome {
    if ACCEPTING_NOTES.contains(&note) {
        AcceptedWithErrors
    } else {
        Rejected
    }
}

impl Fault {
    /// The table.
    #[expect(clippy::match_same_arms, reason = "a row a fault")]
    pub(crate) fn row(self) -> Row {
        let (code, outcome) = match self {
            // The interchange cannot be read, or not be trusted: the job fails.
            Self::ForeignFile => (Interchange("022"), Rejected),
            Self::HeaderBroken => (Interchange("022"), Rejected),
            Self::ElementSeparator => (Interchange("026"), Rejected),
            Self::ComponentSeparator => (Interchange("027"), Rejected),
            Self::RepetitionSeparator => (Interchange("016"), Rejected),
            Self::Terminator => (Interchange("004"), Rejected),
            Self::InterchangeCut => (Interchange("023"), Rejected),
            Self::InterchangeSegment => (Interchange("022"), Rejected),
            Self::InterchangeTrailerMissing => (Interchange("022"), Rejected),
            Self::SegmentTooLong => (Interchange("022"), Rejected),
            Self::TransactionTrailerMissing => (Interchange("022"), Rejected),
            Self::GroupHeaderMissing => (Interchange("024"), Rejected),
            Self::GroupHeaderElement => (Interchange("024"), Rejected),
            Self::AcknowledgementSegment => (Interchange("024"), Rejected),
            Self::IsaElement(element) => {
                let index = usize::from(element).wrapping_sub(1);
                let row = ISA_ELEMENTS.get(index).copied();
                let (note, outcome) = row.unwrap_or(("022", Rejected));
                (Interchange(note), outcome)
            }
            // The interchange is taken all the same.
            Self::InterchangeNumber => (Interchange("001"), AcceptedWithErrors),
            Self::StandardUnsupported => (Interchange("002"), AcceptedWithErrors),
            Self::ControlsUnsupported => (Interchange("003"), AcceptedWithErrors),
            Self::InterchangeCount => (Interchange("021"), AcceptedWithErrors),
            Self::TrailerElement => (Interchange("021"), AcceptedWithErrors),
            Self::InterchangeRepeated => (Interchange("025"), AcceptedWithErrors),
            Self::DeliveryRequest(1) => (Interchange("028"), AcceptedWithErrors),
            Self::DeliveryRequest(2) => (Interchange("029"), AcceptedWithErrors),
            Self::DeliveryRequest(_) => (Interchange("030"), AcceptedWithErrors),
            Self::GradeOfService => (Interchange("031"), AcceptedWithErrors),
            // Nothing of the input is wrong by these.
            Self::TextAfterInterchange => (Nothing, Tolerated),
            Self::TerminatorMissing => (Nothing, Tolerated),
            Self::GroupIdShort => (Nothing, Tolerated),
            // Groups.
            Self::GroupTypeUnsupported => (Group("1"), Rejected),
            Self::GroupVersion => (Group("2"), Rejected),
            Self::GroupNumber => (Group("6"), Rejected),
            Self::GroupTrailerMissing => (Group("3"), AcceptedWithErrors),
            Self::GroupNumberDiffers => (Group("4"), AcceptedWithErrors),
            Self::GroupCount => (Group("5"), AcceptedWithErrors),
            Self::GroupNumberRepeated => (Group("19"), AcceptedWithErrors),
            Self::GroupSegment => (Group(""), AcceptedWithErrors),
            // Transactions.
            Self::SetUnsupported => (Transaction("1"), Rejected),
            Self::TransactionNumberDiffers => (Transaction("3"), Rejected),
            Self::TransactionCount => (Transaction("4"), Rejected),
            Self::TransactionId => (Transaction("6"), Rejected),
            Self::TransactionNumber => (Transaction("7"), Rejected),
            Self::TransactionOfOtherGroup => (Transaction("18"), Rejected),
            Self::GuideDiffers => (Transaction("19"), Rejected),
            Self::TransactionNumberRepeated => (Transaction("23"), Rejected),
            Self::GuideUnsupported => (Transaction("I6"), Rejected),
        };
        Row { code, outcome }
    }
}

impl Problem {
    /// What becomes of the part of the input that the problem concerns.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.fault().map_or(Rejected, |fault| fault.row().outcome)
    }

    /// Whether the problem rejects its interchange as a whole, and so the file.
    #[must_use]
    pub fn rejects_interchange(&self) -> bool {
        self.fault().is_some_and(|fault| {
            let row = fault.row();
            matches!(row.code, Interchange(_)) && row.outcome == Rejected
        })
    }

    /// The fault of the envelope that the problem is, if it is one.
    pub(crate) fn fault(&self) -> Option<Fault> {
        let in_transaction = self.position.transaction > 0;
        Some(match &self.kind {
            ProblemKind::NotAnInterchange { .. } => Fault::ForeignFile,
            ProblemKind::HeaderIncomplete => Fault::InterchangeCut,
            ProblemKind::HeaderElements { .. } => Fault::HeaderBroken,
            ProblemKind::HeaderLength { .. } => Fault::IsaElement(self.position.element),
            ProblemKind::DelimiterWrong { delimiter, .. } => match delimiter {
                Delimiter::Element => Fault::ElementSeparator,
                Delimiter::Component => Fault::ComponentSeparator,
                Delimiter::Repetition => Fault::RepetitionSeparator,
                Delimiter::Terminator => Fault::Terminator,
            },
            ProblemKind::ControlsUnsupported { .. } => Fault::ControlsUnsupported,
            ProblemKind::GroupMissing { .. } => Fault::GroupHeaderMissing,
            ProblemKind::TrailerMissing { trailer, found } => match trailer {
                _ if found.is_empty() => Fault::InterchangeCut,
                Trailer::Se => Fault::TransactionTrailerMissing,
                Trailer::Ge => Fault::GroupTrailerMissing,
                Trailer::Iea => Fault::InterchangeTrailerMissing,
            },
            ProblemKind::CountWrong { trailer, .. } => match trailer {
                Trailer::Se => Fault::TransactionCount,
                Trailer::Ge => Fault::GroupCount,
                Trailer::Iea => Fault::InterchangeCount,
            },
            ProblemKind::ControlNumberWrong { trailer, .. } => match trailer {
                Trailer::Se => Fault::TransactionNumberDiffers,
                Trailer::Ge => Fault::GroupNumberDiffers,
                Trailer::Iea => Fault::InterchangeNumber,
            },
            ProblemKind::ControlNumberRepeated { trailer, .. } => match trailer {
                Trailer::Se => Fault::TransactionNumberRepeated,
                Trailer::Ge => Fault::GroupNumberRepeated,
                Trailer::Iea => Fault::InterchangeRepeated,
            },
            ProblemKind::SegmentMisplaced if self.position.group > 0 => Fault::GroupSegment,
            ProblemKind::SegmentMisplaced => Fault::InterchangeSegment,
            ProblemKind::DataAfterInterchange { .. } => Fault::TextAfterInterchange,
            ProblemKind::TerminatorMissing => Fault::TerminatorMissing,
            ProblemKind::SegmentTooLong { .. } => Fault::SegmentTooLong,
            ProblemKind::GroupTypeUnsupported { .. } => Fault::GroupTypeUnsupported,
            ProblemKind::GroupVersionUnsupported { .. } => Fault::GroupVersion,
            ProblemKind::SetUnknown { .. } => Fault::SetUnsupported,
            ProblemKind::GroupTypeWrong { .. } => Fault::TransactionOfOtherGroup,
            ProblemKind::GuideDiffers { .. } => Fault::GuideDiffers,
            ProblemKind::GuideUnsupported { .. } => Fault::GuideUnsupported,
            _ if in_transaction => return self.of_header(),
            _ => return self.of_envelope_element(),
        })
    }

    /// Elements of ST.
    fn of_header(&self) -> Option<Fault> {
        match (&*self.segment, self.position.element) {
            ("ST", 1) => Some(Fault::TransactionId),
            ("ST", 2) => Some(Fault::TransactionNumber),
            _ => None,
        }
    }

    /// Elements of the segments outside of transactions.
    fn of_envelope_element(&self) -> Option<Fault> {
        let element = self.position.element;
        let is_short = matches!(self.kind, ProblemKind::ElementTooShort { .. });
        Some(match &*self.segment {
            "ISA" if element == 11 && matches!(self.kind, ProblemKind::CodeUnknown { .. }) => {
                Fault::StandardUnsupported
            }
            "ISA" => Fault::IsaElement(element),
            "GS" => match element {
                2 | 3 if is_short => Fault::GroupIdShort,
                6 => Fault::GroupNumber,
                7 | 8 => Fault::GroupVersion,
                _ => Fault::GroupHeaderElement,
            },
            "GE" => Fault::GroupSegment,
            "IEA" => Fault::TrailerElement,
            "TA1" => Fault::AcknowledgementSegment,
            "ISB" => Fault::GradeOfService,
            "ISE" => Fault::DeliveryRequest(element),
            _ => return None,
        })
    }

    /// The code of the problem in acknowledgements; versions before 5010 have fewer codes.
    pub(crate) fn code(&self, is_5010: bool) -> Code {
        match self.fault() {
            Some(Fault::TransactionOfOtherGroup) if !is_5010 => Transaction("6"),
            Some(fault) => fault.row().code,
            None if self.is_of_guide() => self.of_guide(is_5010),
            None => of_data(&self.kind, is_5010),
        }
    }
}

impl Problem {
    /// The code of what a guide demands beyond the standard.
    fn of_guide(&self, is_5010: bool) -> Code {
        let is_of_loop = self.guide.as_ref().is_some_and(|guide| guide.is_of_loop);
        match &self.kind {
            ProblemKind::SegmentUnexpected => Code::Segment("I4"),
            ProblemKind::SegmentMissing if is_of_loop => Code::Segment("I7"),
            ProblemKind::SegmentMissing => Code::Segment("I8"),
            ProblemKind::CodeUnknown { .. } => Code::Element("I6"),
            kind => of_data(kind, is_5010),
        }
    }
}

fn of_data(kind: &ProblemKind, is_5010: bool) -> Code {
    match kind {
        ProblemKind::SegmentUnknown => Code::Segment("1"),
        ProblemKind::SegmentUnexpected => Code::Segment("2"),
        ProblemKind::SegmentMissing => Code::Segment("3"),
        ProblemKind::LoopTooOften { .. } => Code::Segment("4"),
        ProblemKind::SegmentTooOften { .. } => Code::Segment("5"),
        ProblemKind::SegmentNotInSet => Code::Segment("6"),
        ProblemKind::SegmentOutOfOrder => Code::Segment("7"),
        _ => Code::Element(of_element(kind, is_5010)),
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
        ProblemKind::PeriodMalformed { layout, .. } if is_of_time(layout) => "9",
        ProblemKind::ElementMalformed {
            form: ElementType::Time,
            ..
        } => "9",
        ProblemKind::PeriodMalformed { .. }
        | ProblemKind::ElementMalformed {
            form: ElementType::Date,
            ..
        } => "8",
        ProblemKind::ElementMalformed { .. } | ProblemKind::BinaryLengthWrong { .. } => "6",
        ProblemKind::CodeUnknown { .. } | ProblemKind::HierarchyWrong { .. } => "7",
        _ => "3",
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, Fault, Outcome, note_outcome};

    /// Every fault of interchanges, groups and transactions.
    fn faults() -> Vec<Fault> {
        use Fault::*;
        let plain = vec![
            ForeignFile,
            HeaderBroken,
            ElementSeparator,
            ComponentSeparator,
            RepetitionSeparator,
            Terminator,
            StandardUnsupported,
            ControlsUnsupported,
            InterchangeRepeated,
            InterchangeCount,
            InterchangeNumber,
            InterchangeCut,
            InterchangeSegment,
            InterchangeTrailerMissing,
            SegmentTooLong,
            TextAfterInterchange,
            TerminatorMissing,
            GradeOfService,
            AcknowledgementSegment,
            TrailerElement,
            GroupHeaderMissing,
            GroupHeaderElement,
            GroupIdShort,
            GroupTypeUnsupported,
            GroupVersion,
            GroupNumber,
            GroupNumberRepeated,
            GroupCount,
            GroupNumberDiffers,
            GroupTrailerMissing,
            GroupSegment,
            TransactionTrailerMissing,
            TransactionCount,
            TransactionNumberDiffers,
            TransactionNumber,
            TransactionNumberRepeated,
            TransactionId,
            TransactionOfOtherGroup,
            SetUnsupported,
            GuideDiffers,
            GuideUnsupported,
        ];
        let elements = (1..=15).map(IsaElement).chain((1..=3).map(DeliveryRequest));
        plain.into_iter().chain(elements).collect()
    }

    #[test]
    fn the_code_of_a_fault_tells_its_outcome() {
        for fault in faults() {
            let row = fault.row();
            match row.code {
                Code::Interchange(note) => assert_eq!(row.outcome, note_outcome(note), "{fault:?}"),
                Code::Nothing => assert_eq!(row.outcome, Outcome::Tolerated, "{fault:?}"),
                Code::Transaction(_) => assert_eq!(row.outcome, Outcome::Rejected, "{fault:?}"),
                Code::Group(_) | Code::Segment(_) | Code::Element(_) => {
                    assert_ne!(row.outcome, Outcome::Tolerated, "{fault:?}");
                }
            }
        }
    }
}
