//! The kept problems of an input are limited, and the effects of the others are still included.

use std::fmt::Write as _;

use b2bi_local_x12::{
    AcknowledgementForm, AcknowledgementOptions, Findings, FirstControlNumbers, PROBLEM_LIMIT,
    ProblemKind, ReadReport, Reader, ReceivedInterchanges, Strictness, Validation, Validator,
    Version, acknowledge, acknowledge_interchanges, read,
};
use proptest::collection::vec;
use proptest::prelude::*;

const ISA: &str = "ISA*00*          *00*          *ZZ*BLUEBIKES      *ZZ*NORTHMILL      *260301*0930*U*00401*000000042*0*T*>~";
const GS: &str = "GS*PO*BLUE*NORTH*20260301*0930*7*X*004010~";

struct Found {
    received: ReceivedInterchanges,
    validation: Validation,
    reading: ReadReport,
}

impl Found {
    fn of(input: &str, limit: usize) -> Self {
        let validator = Validator::new(Strictness::Attested, None).problem_limit(limit);
        let mut reader = Reader::new((ReceivedInterchanges::new(), validator)).problem_limit(limit);
        reader.push(input.as_bytes());
        let ((received, validator), reading) = reader.finish();
        let validation = validator.finish();
        Self {
            received,
            validation,
            reading,
        }
    }

    /// The effects in the acknowledgements: the segments without details, with their codes sorted.
    fn verdicts(&self) -> Vec<String> {
        let how = AcknowledgementOptions {
            form: AcknowledgementForm::Functional,
            details: true,
            date: "20261123".into(),
            time: "105740".into(),
            numbers: FirstControlNumbers {
                interchange: 1,
                group: 1,
                transaction: 1,
            },
        };
        let findings = Findings::new(&self.reading, Some(&self.validation));
        let answers = [
            acknowledge(&self.received, &findings, &how),
            acknowledge_interchanges(&self.received, &findings, &how),
        ];
        let text = String::from_utf8(answers.into_iter().flatten().flatten().collect()).unwrap();
        let decides = |text: &&str| {
            ["AK2", "AK5", "AK9", "TA1"]
                .iter()
                .any(|id| text.starts_with(id))
        };
        text.split("~\n").filter(decides).map(sorted).collect()
    }
}

fn sorted(segment: &str) -> String {
    let mut elements: Vec<&str> = segment.split('*').collect();
    if segment.starts_with("AK5") || segment.starts_with("AK9") {
        elements.sort_unstable();
    }
    elements.join("*")
}

/// A transaction with these segments and these values in its trailer.
fn transaction(number: usize, segments: &[&str], count: usize) -> String {
    let body = [segments, &[""]].concat().join("~");
    format!("ST*850*{number:04}~{body}SE*{count}*{number:04}~")
}

fn parts() -> impl Strategy<Value = String> {
    const SEGMENTS: [&str; 6] = [
        "BEG*00*SA*PO-77**20260301",
        "BEG*0*SA*PO-77",
        "PO1*1*4*EA*12.50",
        "QQQ*1",
        "REF*DP",
        "CUR*BY*USD",
    ];
    let segments = vec(prop::sample::select(&SEGMENTS[..]), 0..5);
    let transactions = vec((segments, 2..6_usize), 0..6);
    let group =
        (transactions, 0..7_usize, 7..9_usize).prop_map(|(transactions, count, control)| {
            let transactions: String = (1..)
                .zip(transactions)
                .map(|(number, (segments, count))| transaction(number, &segments, count))
                .collect();
            format!("{GS}{transactions}GE*{count}*{control}~")
        });
    let misplaced = prop::sample::select(&["", "X*1~", "BEG*00~"][..]);
    let interchange = (vec((group, misplaced), 0..4), 0..4_usize).prop_map(|(groups, count)| {
        let groups: String = groups.into_iter().map(|(a, b)| a + b).collect();
        format!("{ISA}{groups}IEA*{count}*000000042~\n")
    });
    vec(interchange, 1..4).prop_map(|vec| vec.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_left_out_decides_all_the_same(input in parts(), limit in 0..8_usize) {
        let all = Found::of(&input, usize::MAX);
        let few = Found::of(&input, limit);
        prop_assert_eq!(all.reading.omitted.count() + all.validation.omitted.count(), 0);
        prop_assert_eq!(few.reading.total(), all.reading.total());
        prop_assert_eq!(few.validation.total(), all.validation.total());
        prop_assert_eq!(few.verdicts(), all.verdicts());
        prop_assert_eq!(few.reading.fatal(), all.reading.fatal());
    }
}

#[test]
fn a_bad_transaction_after_very_many_problems_is_rejected() {
    let odd = vec!["QQQ*1"; 11_100];
    let first = transaction(1, &odd, 11_102);
    let bad = transaction(2, &["BEG*0*SA*PO-77"], 3);
    let good = transaction(3, &["BEG*00*SA*PO-77**20260301", "PO1*1*4*EA*12.50"], 4);
    let input = format!("{ISA}{GS}{first}{bad}{good}GE*3*7~IEA*1*000000042~");
    let found = Found::of(&input, PROBLEM_LIMIT);
    assert!(found.validation.omitted.count() > 1_000);
    let wanted = [
        "AK2*850*0001",
        "5*AK5*R",
        "AK2*850*0002",
        "5*AK5*R",
        "AK2*850*0003",
        "A*AK5",
        "1*3*3*AK9*P",
        "TA1*000000042*260301*0930*A*000",
    ];
    assert_eq!(found.verdicts(), wanted);
    let report = found.validation.report();
    let omitted = found.validation.omitted.count();
    assert!(
        report.contains(&format!("*** {omitted} more errors are not listed")),
        "{report}"
    );
    assert!(report.ends_with(&format!("{} errors detected\n", found.validation.total())));
}

#[test]
fn misplaced_segments_are_kept_up_to_the_limit() {
    // Of several consecutive misplaced segments, only the first is reported.
    let one = "X~Y~TA1*000000042*260301*0930*A*000~";
    let input = format!("{ISA}{}IEA*0*000000043~", one.repeat(100_000));
    let (_, reading) = read(input.as_bytes(), ReceivedInterchanges::new());
    // The wrong control number is the first of its kind.
    assert_eq!(reading.problems.len(), PROBLEM_LIMIT + 1);
    assert_eq!(reading.total(), 100_001);
    assert!(matches!(
        reading.problems.last().map(|last| &last.kind),
        Some(ProblemKind::ControlNumberWrong { .. })
    ));
}

#[test]
fn kinds_of_transaction_are_listed_up_to_a_limit_and_all_counted() {
    let mut input = format!("{ISA}{GS}");
    for number in 0..40_000 {
        let _ = write!(input, "ST*N{number}*1~SE*2*1~");
    }
    input += "ST*850*1~SE*2*1~ST*850*2~SE*2*2~GE*40002*7~IEA*1*000000042~";
    let (_, reading) = read(input.as_bytes(), ReceivedInterchanges::new());
    assert_eq!(reading.problems, []);
    assert_eq!(reading.contents.len(), 1_002);
    let [.., order, others] = &reading.contents[..] else {
        unreachable!("there are two")
    };
    assert_eq!(
        (&*order.set, order.version, order.transactions),
        ("850", Some(Version::V4010), 2)
    );
    assert_eq!(
        (&*others.set, others.version, others.transactions),
        ("", None, 39_000)
    );
}

#[test]
fn many_bad_groups_are_answered_each() {
    let transaction = transaction(1, &["QQQ*1"], 9);
    let group = |number: usize| {
        let header = GS.replace("*7*", &format!("*{number}*"));
        format!("{header}{transaction}GE*2*0~")
    };
    let groups: String = (1..=8_000).map(group).collect();
    let input = format!("{ISA}{groups}IEA*8000*000000042~");
    let found = Found::of(&input, PROBLEM_LIMIT);
    let verdicts = found.verdicts();
    let groups = verdicts.iter().filter(|verdict| verdict.contains("AK9"));
    assert_eq!(
        groups.filter(|group| **group == "0*1*2*4*5*AK9*R").count(),
        8_000
    );
}
