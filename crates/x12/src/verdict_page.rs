//! Compares the table in `docs/problems-in-files.md` with the table of faults.

use crate::verdict::{Code, Fault, Outcome, Row};
use crate::{Position, Problem, ProblemKind};

const PAGE: &str = include_str!("../../../docs/problems-in-files.md");
const HEAD: &str = "| problem | job | report | acknowledgement |\n| --- | --- | --- | --- |\n";

/// Every fault of an envelope, in the order of the page.
pub(crate) const FAULTS: [(Fault, &str); 45] = [
    (
        Fault::ForeignFile,
        "The file does not begin with an ISA segment",
    ),
    (
        Fault::HeaderBroken,
        "The ISA segment does not have 16 elements",
    ),
    (
        Fault::IsaElement(6),
        "An ISA element has a wrong length or value",
    ),
    (
        Fault::ElementSeparator,
        "The element separator is not a valid delimiter",
    ),
    (
        Fault::ComponentSeparator,
        "The component separator (ISA16) is not a valid delimiter",
    ),
    (
        Fault::RepetitionSeparator,
        "The repetition separator (ISA11) is not a valid delimiter",
    ),
    (
        Fault::Terminator,
        "The segment terminator is not a valid delimiter",
    ),
    (Fault::StandardUnsupported, "ISA11 names another standard"),
    (
        Fault::ControlsUnsupported,
        "ISA12 names a version that is not supported",
    ),
    (Fault::InterchangeRepeated, "ISA13 occurs twice in the file"),
    (Fault::InterchangeNumber, "IEA02 differs from ISA13"),
    (
        Fault::InterchangeCount,
        "IEA01 differs from the number of groups",
    ),
    (
        Fault::TrailerElement,
        "An IEA element is missing or has a wrong value",
    ),
    (
        Fault::InterchangeTrailerMissing,
        "The IEA segment is missing, and another interchange follows",
    ),
    (
        Fault::InterchangeCut,
        "The file ends before its IEA segment",
    ),
    (
        Fault::InterchangeSegment,
        "A segment is between or outside of groups",
    ),
    (Fault::SegmentTooLong, "A segment is longer than 256 MB"),
    (
        Fault::AcknowledgementSegment,
        "A TA1 element is missing or has a wrong value",
    ),
    (
        Fault::GradeOfService,
        "An ISB element is missing or has a wrong value",
    ),
    (
        Fault::DeliveryRequest(1),
        "ISE01 is missing or has a wrong value",
    ),
    (
        Fault::TextAfterInterchange,
        "Text that is not a segment follows an interchange",
    ),
    (
        Fault::TerminatorMissing,
        "The last segment has no terminator",
    ),
    (
        Fault::GroupHeaderMissing,
        "A transaction is outside of a group",
    ),
    (
        Fault::GroupHeaderElement,
        "A GS element is missing or has a wrong value",
    ),
    (Fault::GroupIdShort, "GS02 or GS03 has one character only"),
    (
        Fault::GroupTypeUnsupported,
        "GS01 is not the group type of any transaction set",
    ),
    (
        Fault::GroupVersion,
        "GS07 or GS08 names a version that is not supported",
    ),
    (Fault::GroupNumber, "GS06 is missing or no number"),
    (
        Fault::GroupNumberRepeated,
        "GS06 occurs twice in the interchange",
    ),
    (Fault::GroupNumberDiffers, "GE02 differs from GS06"),
    (
        Fault::GroupCount,
        "GE01 differs from the number of transactions",
    ),
    (
        Fault::TransactionHeaderMissing,
        "The ST segment of a transaction is missing",
    ),
    (
        Fault::GroupTrailerElement,
        "A GE element is missing or has a wrong value",
    ),
    (Fault::GroupTrailerMissing, "The GE segment is missing"),
    (Fault::GroupSegment, "A segment is between two transactions"),
    (
        Fault::SetUnsupported,
        "There is no table for the transaction set in the version",
    ),
    (
        Fault::TransactionTrailerMissing,
        "The SE segment is missing",
    ),
    (Fault::TransactionNumberDiffers, "SE02 differs from ST02"),
    (
        Fault::TransactionCount,
        "SE01 differs from the number of segments",
    ),
    (Fault::TransactionId, "ST01 is missing or has a wrong value"),
    (
        Fault::TransactionNumber,
        "ST02 is missing or has a wrong value",
    ),
    (
        Fault::TransactionNumberRepeated,
        "ST02 occurs twice in the group",
    ),
    (Fault::TransactionOfOtherGroup, "ST01 does not fit GS01"),
    (Fault::GuideDiffers, "ST03 and GS08 name different guides"),
    (
        Fault::GuideUnsupported,
        "ST03 or GS08 names a guide of another set",
    ),
];

/// Kinds of problem in the data of a transaction.
fn kinds() -> [(ProblemKind, &'static str); 13] {
    let value = || Box::from("");
    [
        (
            ProblemKind::SegmentUnknown,
            "The version has no such segment",
        ),
        (
            ProblemKind::SegmentUnexpected,
            "A segment is where the set does not allow it",
        ),
        (ProblemKind::SegmentMissing, "A required segment is missing"),
        (
            ProblemKind::LoopTooOften { max: 1 },
            "A loop occurs too often",
        ),
        (
            ProblemKind::SegmentTooOften { max: 1 },
            "A segment occurs too often",
        ),
        (ProblemKind::SegmentNotInSet, "The set has no such segment"),
        (
            ProblemKind::SegmentOutOfOrder,
            "A segment comes too late in its loop",
        ),
        (ProblemKind::ElementMissing, "A required element is missing"),
        (
            ProblemKind::ElementUnexpected,
            "The segment has no such element",
        ),
        (
            ProblemKind::ElementTooShort {
                value: value(),
                min: 2,
                max: 2,
            },
            "A value is too short",
        ),
        (
            ProblemKind::ElementTooLong {
                value: value(),
                min: 2,
                max: 2,
            },
            "A value is too long",
        ),
        (
            ProblemKind::CodeUnknown { value: value() },
            "A value is not in its code list",
        ),
        (
            ProblemKind::ElementNotUsed,
            "The guide does not use the element",
        ),
    ]
}

fn row(code: Code, outcome: Outcome, problem: &str) -> String {
    let letter = if outcome == Outcome::Rejected {
        "R"
    } else {
        "E"
    };
    let fails =
        outcome == Outcome::Rejected && matches!(code, Code::Interchange(_) | Code::Group(_));
    let acknowledgement = match code {
        Code::Nothing => "nothing".to_owned(),
        Code::Interchange(note) => format!("TA104 `{letter}`, TA105 `{note}`"),
        Code::Group("") => format!("AK901 `{letter}`"),
        Code::Group(code) if fails => {
            format!("TA104 `R`, TA105 `024`; AK901 `R`, AK905 `{code}`")
        }
        Code::Group(code) => format!("AK901 `{letter}`, AK905 `{code}`"),
        Code::Transaction(code) => format!("AK501 `{letter}`, AK502 `{code}`"),
        Code::Segment(code) => format!("AK501 `R`, AK304 `{code}`"),
        Code::Element(code) => format!("AK501 `R`, AK403 `{code}`"),
    };
    let (job, report) = match (fails, code) {
        (true, _) => ("fails", "no"),
        (false, Code::Nothing) => ("goes on", "no"),
        (false, _) => ("goes on", "yes"),
    };
    format!("| {problem} | {job} | {report} | {acknowledgement} |\n")
}

fn of_kind(kind: ProblemKind, text: &str) -> String {
    let position = Position {
        interchange: 1,
        group: 1,
        transaction: 1,
        segment: 3,
        ..Position::default()
    };
    let problem = Problem {
        kind,
        position,
        segment: "REF".into(),
        reference: "",
        detail: Box::default(),
        guide: None,
    };
    row(problem.code(true), problem.outcome(), text)
}

#[test]
fn the_page_on_problems_has_every_fault() {
    let source = include_str!("verdict.rs");
    let (_, faults) = source.split_once("enum Fault {\n").unwrap();
    let (faults, _) = faults.split_once("\n}").unwrap();
    assert_eq!(
        faults.lines().count(),
        FAULTS.len(),
        "name each fault in FAULTS"
    );
    let faults = FAULTS.iter().map(|(fault, text)| {
        let Row { code, outcome } = fault.row();
        row(code, outcome, text)
    });
    let kinds = kinds().into_iter().map(|(kind, text)| of_kind(kind, text));
    let table: String = faults.chain(kinds).collect();
    let (_, rest) = PAGE.split_once(HEAD).unwrap();
    let end = rest.find("\n\n").map_or(rest.len(), |find| find + 1);
    let found = rest.get(..end).unwrap();
    assert_eq!(found, table, "the page must contain this table:\n{table}");
}
