//! The effect of each problem: one table for validation, acknowledgements and jobs.
//!
//! A problem belongs to an interchange, a group, a transaction, a segment or an element, and has
//! its code in acknowledgements. The code determines whether the part is accepted anyway
//! (assumption A-60).

use crate::tables::{ElementType, Relation};
use crate::validate::is_of_time;
use crate::{Delimiter, Problem, ProblemKind, Trailer};

/// The part of the input that a problem concerns, with its code in acknowledgements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// A part that is not acknowledged.
    Nothing,
    /// A segment as a whole (AK304, IK304).
    Segment(&'static str),
    /// An element (AK403, IK403).
    Element(&'static str),
    /// A transaction as a whole (AK502, IK502).
    Transaction(&'static str),
    /// A functional group (AK905); empty if no code fits.
    Group(&'static str),
    /// An interchange (TA105).
    Interchange(&'static str),
}

/// The effect on a part of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It is accepted, and only the user sees the problem.
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
    TransactionHeaderMissing,
    GroupNumberDiffers,
    GroupTrailerElement,
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

/// A row of the table: the code of a fault, and its effect on its part of the input.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) code: Code,
    pub(crate) outcome: Outcome,
}

use Code::{Group, Interchange, Nothing, Transaction};
use Outcome::{AcceptedWithErrors, Rejected, Tolerated};

/// The note codes about ISA01 to ISA15.
const ISA_ELEMENTS: [&str; 15] = [
    "010", "011", "012", "013", "005", "006", "007", "008", "014", "015", "016", "017", "018",
    "019", "020",
];

/// The note codes with which an interchange is accepted.
const ACCEPTING_NOTES: [&str; 5] = ["000", "028", "029", "030", "031"];
/// The codes with which a group is accepted; the empty one is for faults without a code.
const ACCEPTING_GROUP_CODES: [&str; 2] = ["3", ""];

/// Faults of the trailers SE, GE and IEA.
const MISSING: [Fault; 3] = [
    Fault::TransactionTrailerMissing,
    Fault::GroupTrailerMissing,
    Fault::InterchangeTrailerMissing,
];
const COUNTS: [Fault; 3] = [
    Fault::TransactionCount,
    Fault::GroupCount,
    Fault::InterchangeCount,
];
const NUMBERS: [Fault; 3] = [
    Fault::TransactionNumberDiffers,
    Fault::GroupNumberDiffers,
    Fault::InterchangeNumber,
];
const REPEATED: [Fault; 3] = [
    Fault::TransactionNumberRepeated,
    Fault::GroupNumberRepeated,
    Fault::InterchangeRepeated,
];

impl Code {
    /// The effect of a code on an interchange or a group; the table's rows agree with it.
    pub(crate) fn outcome(self) -> Outcome {
        match self {
            Nothing => Tolerated,
            Interchange(note) if ACCEPTING_NOTES.contains(&note) => AcceptedWithErrors,
            Group(code) if ACCEPTING_GROUP_CODES.contains(&code) => AcceptedWithErrors,
            _ => Rejected,
        }
    }
}

impl Fault {
    /// The table.
    #[expect(clippy::match_same_arms, reason = "a row a fault")]
    pub(crate) fn row(self) -> Row {
        let (code, outcome) = match self {
            // Interchanges: the job fails.
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
            Self::GroupHeaderMissing => (Interchange("024"), Rejected),
            Self::GroupHeaderElement => (Interchange("024"), Rejected),
            Self::AcknowledgementSegment => (Interchange("024"), Rejected),
            Self::IsaElement(element) => {
                let index = usize::from(element).wrapping_sub(1);
                let note = ISA_ELEMENTS.get(index).copied();
                (Interchange(note.unwrap_or("022")), Rejected)
            }
            Self::InterchangeNumber => (Interchange("001"), Rejected),
            Self::StandardUnsupported => (Interchange("002"), Rejected),
            Self::ControlsUnsupported => (Interchange("003"), Rejected),
            Self::InterchangeCount => (Interchange("021"), Rejected),
            Self::TrailerElement => (Interchange("021"), Rejected),
            Self::InterchangeRepeated => (Interchange("025"), Rejected),
            // Requests to a service on the way; the interchange is accepted anyway.
            Self::DeliveryRequest(1) => (Interchange("028"), AcceptedWithErrors),
            Self::DeliveryRequest(2) => (Interchange("029"), AcceptedWithErrors),
            Self::DeliveryRequest(_) => (Interchange("030"), AcceptedWithErrors),
            Self::GradeOfService => (Interchange("031"), AcceptedWithErrors),
            // These are not errors in the input.
            Self::TextAfterInterchange => (Nothing, Tolerated),
            Self::TerminatorMissing => (Nothing, Tolerated),
            Self::GroupIdShort => (Nothing, Tolerated),
            // Groups: faults of their headers and trailers fail the job.
            Self::GroupTypeUnsupported => (Group("1"), Rejected),
            Self::GroupVersion => (Group("2"), Rejected),
            Self::GroupNumber => (Group("6"), Rejected),
            Self::GroupNumberDiffers => (Group("4"), Rejected),
            Self::GroupCount => (Group("5"), Rejected),
            Self::TransactionHeaderMissing => (Group("5"), Rejected),
            Self::GroupTrailerElement => (Group("5"), Rejected),
            Self::GroupNumberRepeated => (Group("19"), Rejected),
            Self::GroupTrailerMissing => (Group("3"), AcceptedWithErrors),
            Self::GroupSegment => (Group(""), AcceptedWithErrors),
            // Transactions.
            Self::SetUnsupported => (Transaction("1"), Rejected),
            Self::TransactionTrailerMissing => (Transaction("2"), Rejected),
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
    /// The effect of the problem on its part of the input.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.fault().map_or(Rejected, |fault| fault.row().outcome)
    }

    /// Whether the problem rejects the file: it is in the header or the trailer of an interchange
    /// or a group.
    #[must_use]
    pub fn rejects_file(&self) -> bool {
        let code = self.fault().map(|fault| fault.row().code);
        let is_of_envelope = |code: &Code| matches!(code, Interchange(_) | Group(_));
        code.filter(is_of_envelope)
            .is_some_and(|code| code.outcome() == Rejected)
    }

    /// Whether the problem rejects an interchange, and so the file.
    pub(crate) fn rejects_interchange(&self) -> bool {
        let is_of_interchange = || matches!(self.code(true), Interchange(_));
        self.rejects_file() && is_of_interchange()
    }

    /// The envelope fault of the problem, if it is one.
    pub(crate) fn fault(&self) -> Option<Fault> {
        let in_transaction = self.position.transaction > 0;
        Some(match &self.kind {
            ProblemKind::NotAnInterchange { .. } => Fault::ForeignFile,
            ProblemKind::HeaderIncomplete | ProblemKind::SegmentIncomplete => Fault::InterchangeCut,
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
            ProblemKind::TransactionHeaderMissing => Fault::TransactionHeaderMissing,
            ProblemKind::TrailerMissing { .. }
            | ProblemKind::CountWrong { .. }
            | ProblemKind::ControlNumberWrong { .. }
            | ProblemKind::ControlNumberRepeated { .. } => return self.of_trailer(),
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

    /// Missing trailers, and their counts and control numbers.
    fn of_trailer(&self) -> Option<Fault> {
        let (trailer, [of_transaction, of_group, of_interchange]) = match &self.kind {
            ProblemKind::TrailerMissing { found, .. } if found.is_empty() => {
                return Some(Fault::InterchangeCut);
            }
            ProblemKind::TrailerMissing { found, .. } if &**found == "ISA" => {
                return Some(Fault::InterchangeTrailerMissing);
            }
            ProblemKind::TrailerMissing { trailer, .. } => (trailer, MISSING),
            ProblemKind::CountWrong { trailer, .. } => (trailer, COUNTS),
            ProblemKind::ControlNumberWrong { trailer, .. } => (trailer, NUMBERS),
            ProblemKind::ControlNumberRepeated { trailer, .. } => (trailer, REPEATED),
            _ => return None,
        };
        Some(match trailer {
            Trailer::Se => of_transaction,
            Trailer::Ge => of_group,
            Trailer::Iea => of_interchange,
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
            "GE" => Fault::GroupTrailerElement,
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
    /// The code for a requirement of a guide in addition to the standard.
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
        ProblemKind::ElementsUnrelated { note, .. } if note.relation == Relation::Exclusion => "10",
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
    use super::{Code, Fault, Outcome};
    use crate::verdict_page::FAULTS;

    /// Every fault of interchanges, groups and transactions.
    fn faults() -> Vec<Fault> {
        let elements = (1..=15).map(Fault::IsaElement);
        let requests = (1..=3).map(Fault::DeliveryRequest);
        let all = FAULTS.iter().map(|(fault, _)| *fault);
        all.chain(elements).chain(requests).collect()
    }

    #[test]
    fn the_code_of_a_fault_gives_its_outcome() {
        for fault in faults() {
            let row = fault.row();
            assert_eq!(row.outcome, row.code.outcome(), "{fault:?}");
            // Tolerated problems are not acknowledged.
            let is_reported = row.code != Code::Nothing;
            assert_eq!(row.outcome > Outcome::Tolerated, is_reported, "{fault:?}");
        }
    }
}
