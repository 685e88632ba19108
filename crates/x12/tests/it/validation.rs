//! Validation: one fault, one message.

use std::fmt::Write as _;

use b2bi_local_x12::{CustomRuleError, Rule, Rules, Strictness, Version, validate};

const ORDER: &str = "ISA*00*          *00*          *ZZ*BLUEBIKES      *ZZ*NORTHMILL      *260301*0930*^*00501*000000001*0*T*>~\
GS*PO*BLUEBIKES*NORTHMILL*20260301*0930*1*X*005010~\
ST*850*0001~BEG*00*SA*PO-77**20260301~CUR*BY*EUR~REF*DP*12~DTM*002*20260401*0930~N1*BY*Blue Bikes*92*100~N3*1 Canal Street~\
N4*Utrecht**3511*NL~PO1*1*4*EA*12.50**VN*CHAIN-9~PID*F****Chain~TXI*GS*1.25**CD*A1~CTT*1~SE*13*0001~GE*1*1~IEA*1*000000001~";

fn report(input: &str, rules: Option<&Rules>) -> Vec<String> {
    let (validation, reading) = validate(input.as_bytes(), Strictness::Attested, rules);
    assert!(
        reading
            .problems
            .iter()
            .all(|problem| !problem.to_string().is_empty())
    );
    let report = validation.report();
    report
        .lines()
        .filter_map(|line| Some(line.split_once("*** ")?.1.to_owned()))
        // The faults here change the number of segments.
        .filter(|line| !line.contains("Segment count error"))
        .collect()
}

/// Replaces one text by another in a valid order: there is exactly the wanted message.
fn check(old: &str, new: &str, wanted: &str) {
    assert!(ORDER.contains(old), "{old}");
    assert_eq!(
        report(&ORDER.replacen(old, new, 1), None),
        [wanted],
        "{old} -> {new}"
    );
}

#[test]
fn a_valid_order_has_no_problems() {
    assert_eq!(report(ORDER, None), Vec::<String>::new());
}

#[test]
fn one_fault_gives_one_message() {
    check(
        "BEG*00*SA*PO-77**20260301~",
        "BEG*00*SA*PO-77~",
        "Segment BEG at position 2: Required data element BEG-5 is missing.",
    );
    check(
        "*CHAIN-9",
        &format!("*{}", "9".repeat(49)),
        &format!(
            "Segment PO1 at position 9: Data element PO1-7 with value |{}| is too long. Valid length range: 1..48",
            "9".repeat(49)
        ),
    );
    check(
        "BEG*00",
        "BEG*0",
        "Segment BEG at position 2: Data element BEG-1 with value |0| is too short. Valid length range: 2..2",
    );
    check(
        "BEG*00",
        "BEG*99",
        "Segment BEG at position 2: Data element BEG-1 with value |99| is not in the set of valid codes",
    );
    check(
        "*20260301~CUR",
        "*20260231~CUR",
        "Segment BEG at position 2: Data element BEG-5 with value |20260231| is not a valid date",
    );
    check(
        "*0930~N1",
        "*2530~N1",
        "Segment DTM at position 5: Data element DTM-3 with value |2530| is not a valid time",
    );
    check(
        "*12.50*",
        "*12,50*",
        "Segment PO1 at position 9: Data element PO1-4 with value |12,50| is not a valid decimal number",
    );
    check(
        "*92*100~",
        "*92~",
        "Segment N1 at position 6: If one of data elements N1-3, N1-4 is present, all are required.",
    );
    check(
        "N1*BY*Blue Bikes*92*100",
        "N1*BY",
        "Segment N1 at position 6: At least one of data elements N1-2, N1-3 is required.",
    );
    check(
        "CTT*1~",
        "CTT*1*******9~",
        "Segment CTT at position 12: Data element CTT-8 is not defined.",
    );
    check(
        "N3*1 Canal Street",
        "N3*1^2",
        "Segment N3 at position 7: Data element N3-1 repeats too many times. Maximum repeat: 1",
    );
    check(
        "N3*1 Canal Street",
        "N3*1>2",
        "Segment N3 at position 7: Component N3-1-2 is not defined.",
    );
    check(
        "BEG*00*SA*PO-77**20260301~",
        "",
        "Segment BEG at position 2: Required segment is missing. BEG belongs after ST at position 1.",
    );
    check(
        "CUR*BY*EUR~",
        "CUR*BY*EUR~CUR*BY*USD~",
        "Segment CUR at position 4: Segment occurs too many times. Maximum use: 1",
    );
    check(
        "CTT*1~",
        "CTT*1~CTT*2~",
        "Segment CTT at position 13: Loop occurs too many times. Maximum repeat: 1",
    );
    check(
        "CUR*BY*EUR~REF*DP*12~",
        "REF*DP*12~CUR*BY*EUR~",
        "Segment CUR at position 4: Segment is out of sequence.",
    );
    check(
        "CTT*1~",
        "QQQ*1~CTT*1~",
        "Segment QQQ at position 12: Segment is not recognized.",
    );
    check(
        "CTT*1~",
        "BIG*20260301*1~CTT*1~",
        "Segment BIG at position 12: Segment is not defined in the transaction set.",
    );
    check(
        "GS*PO",
        "GS*IN",
        "Segment ST at position 1: For ST-01 transaction type 850, the GS-01 type code should be PO instead of IN.",
    );
}

#[test]
fn the_report_has_the_documented_layout() {
    let input = ORDER.replacen("BEG*00*SA*PO-77**20260301~", "BEG*0*SA*PO-77~", 1);
    let (validation, reading) = validate(input.as_bytes(), Strictness::Attested, None);
    assert_eq!(reading.problems, []);
    assert_eq!(
        validation.report(),
        "Interchange 1: X12, control# 000000001\n\
        \x20 Functional group 1: type PO, control# 1, version 005010\n\
        \x20   Transaction 1: type 850, control# 0001\n\
        \x20     *** Segment BEG at position 2: Data element BEG-1 with value |0| is too short. Valid length range: 2..2\n\
        \x20     *** Segment BEG at position 2: Required data element BEG-5 is missing.\n\
        2 errors detected\n"
    );
    assert_eq!(
        validation.problems[1].to_string(),
        "Segment BEG at position 2 in transaction 1 within functional group 1. Required data element BEG-5 is missing."
    );
}

/// Interchanges of groups of transactions, each transaction with two faults.
fn faulty(interchanges: usize, groups: usize, transactions: usize) -> String {
    let (header, rest) = ORDER.split_at(ORDER.find("GS*").unwrap());
    let group = rest.split_at(rest.find("IEA*").unwrap()).0;
    let (start, rest) = group.split_at(group.find("ST*").unwrap());
    let order = rest.split_at(rest.find("GE*").unwrap()).0;
    let order = order.replacen("BEG*00*SA", "BEG*0*S", 1);
    let orders: String = (1..=transactions)
        .map(|number| order.replace("*0001~", &format!("*{number:04}~")))
        .collect();
    let mut inner = String::new();
    for number in 1..=groups {
        let start = start.replace("*1*X*", &format!("*{number}*X*"));
        write!(inner, "{start}{orders}GE*{transactions}*{number}~").unwrap();
    }
    let mut input = String::new();
    for number in 1..=interchanges {
        let header = header.replace("000000001", &format!("{number:09}"));
        write!(input, "{header}{inner}IEA*{groups}*{number:09}~").unwrap();
    }
    input
}

#[test]
fn each_heading_comes_once() {
    for (interchanges, groups, transactions) in [(1, 1, 2), (1, 1, 5), (1, 3, 2), (3, 2, 2)] {
        let input = faulty(interchanges, groups, transactions);
        let text = validate(input.as_bytes(), Strictness::Attested, None)
            .0
            .report();
        let mut wanted = String::new();
        for interchange in 1..=interchanges {
            write!(wanted, "Interchange {interchange}: ").unwrap();
            for group in 1..=groups {
                write!(wanted, "Functional group {group}: ").unwrap();
                for transaction in 1..=transactions {
                    write!(wanted, "Transaction {transaction}: *** *** ").unwrap();
                }
            }
        }
        let found: String = text
            .lines()
            .filter_map(|line| {
                let line = line.trim_start();
                let end = if line.starts_with("***") {
                    Some(2)
                } else {
                    line.find(':')
                };
                Some(format!("{} ", line.get(..=end?)?))
            })
            .collect();
        assert_eq!(found, wanted, "{text}");
    }
}

fn codes(element: &str, add: &[&str], remove: &[&str]) -> Rule {
    let owned = |codes: &[&str]| codes.iter().map(ToString::to_string).collect();
    Rule::Codes {
        element: element.into(),
        add: owned(add),
        remove: owned(remove),
    }
}

fn length(element: &str, min: u32, max: u32) -> Rule {
    Rule::Length {
        element: element.into(),
        min,
        max,
    }
}

fn requirement(position: &str, mandatory: bool) -> Rule {
    Rule::Requirement {
        position: position.into(),
        mandatory,
    }
}

#[test]
fn rules_of_ones_own_change_the_standard() {
    let rules = [
        length("0324", 1, 3),
        codes("0353", &["X9"], &["00"]),
        requirement("BEG-05", false),
        requirement("REF-03", true),
    ];
    let rules = Rules::new(Version::V5010, "850", &rules).unwrap();
    let input = ORDER.replacen("PO-77**20260301", "PO-77", 1);
    assert_eq!(
        report(&input, Some(&rules)),
        [
            "Segment BEG at position 2: Data element BEG-1 with value |00| is not in the set of valid codes",
            "Segment BEG at position 2: Data element BEG-3 with value |PO-77| is too long. Valid length range: 1..3",
            "Segment REF at position 4: Required data element REF-3 is missing.",
        ]
    );
    assert_eq!(
        report(
            &ORDER
                .replacen("PO-77", "PO7", 1)
                .replacen("BEG*00", "BEG*X9", 1),
            Some(&rules)
        )
        .len(),
        1
    );
}

#[test]
fn rules_are_checked_themselves() {
    let check = |rule: Rule, wanted: CustomRuleError| {
        assert_eq!(
            Rules::new(Version::V5010, "850", std::slice::from_ref(&rule)).unwrap_err(),
            [wanted],
            "{rule:?}"
        );
    };
    check(
        length("324", 1, 2),
        CustomRuleError::ElementName("324".into()),
    );
    check(
        length("9999", 1, 2),
        CustomRuleError::ElementUnknown("9999".into()),
    );
    check(
        length("0143", 1, 2),
        CustomRuleError::ElementFixed("0143".into()),
    );
    check(length("0324", 3, 2), CustomRuleError::Range("0324".into()));
    check(
        codes("0324", &["A"], &[]),
        CustomRuleError::NotCoded("0324".into()),
    );
    check(
        codes("0353", &[], &[]),
        CustomRuleError::CodeCount("0353".into()),
    );
    check(
        codes("0353", &["a-b"], &[]),
        CustomRuleError::CodeForm("a-b".into()),
    );
    check(
        codes("0353", &["00"], &[]),
        CustomRuleError::CodeKnown("00".into()),
    );
    check(
        codes("0353", &[], &["ZZZ"]),
        CustomRuleError::CodeAbsent("ZZZ".into()),
    );
    check(
        requirement("BEG05", true),
        CustomRuleError::PositionForm("BEG05".into()),
    );
    check(
        requirement("BEG-55", true),
        CustomRuleError::PositionUnknown("BEG-55".into()),
    );
    check(
        requirement("CLM-01", true),
        CustomRuleError::PositionUnknown("CLM-01".into()),
    );
    check(
        requirement("ST-01", false),
        CustomRuleError::ElementFixed("ST-01".into()),
    );
    let twice = [requirement("BEG-05", true), requirement("BEG-05", false)];
    let problems = Rules::new(Version::V5010, "850", &twice).unwrap_err();
    assert_eq!(problems, [CustomRuleError::Repeated("BEG-05".into())]);
    assert_eq!(
        problems[0].to_string(),
        "More than one validation rule for BEG-05"
    );
}
