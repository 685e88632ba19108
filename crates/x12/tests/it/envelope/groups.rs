//! Headers and trailers of groups, control numbers, and interchanges that lack their trailer.

use super::{ORDER, answers};

#[test]
fn faults_of_a_groups_header_or_trailer_reject_the_file() {
    let r = |old: &str, new: &str, message: &str, verdict: &str| {
        assert!(ORDER.contains(old), "{old}");
        let found = answers(ORDER.replacen(old, new, 1).as_bytes());
        assert_eq!(found.report.len(), 1, "{old} -> {new}: {:?}", found.report);
        assert!(found.report[0].contains(message), "{:?}", found.report);
        assert_eq!(found.verdicts(), verdict, "{old} -> {new}");
        assert_eq!(found.interchanges, ["R*024"], "{old} -> {new}");
        assert!(found.is_rejected);
    };
    r(
        "GE*2*7",
        "GE*3*7",
        "Transaction count error",
        "AK9*R*3*2*0*5",
    );
    r(
        "GE*2*7",
        "GE*2*8",
        "Control number error in GE",
        "AK9*R*2*2*0*4",
    );
    r(
        "GE*2*7",
        "GE**7",
        "Transaction count error",
        "AK9*R*2*2*0*5",
    );
    r(
        "GE*2*7",
        "GE*2",
        "Control number error in GE",
        "AK9*R*2*2*0*4",
    );
    r(
        "*7*X*004010",
        "*7*X*00401",
        "GS-8 with value |00401|",
        "AK9*R*2*2*0*2",
    );
    r(
        "*7*X*004010",
        "*7*T*004010",
        "GS-7 with value |T|",
        "AK9*R*2*2*0*2",
    );
    r("GS*PO*", "GS*AC*", "GS-1 with value |AC|", "AK9*R*2*2*0*1");
}

#[test]
fn a_rejected_group_leaves_the_others_without_an_answer() {
    let group = &ORDER[ORDER.find("GS*").unwrap()..ORDER.find("IEA*").unwrap()];
    let second = group.replace("*7*X*", "*8*X*").replace("GE*2*7", "GE*2*9");
    let input = ORDER.replacen("IEA*1", &format!("{second}IEA*2"), 1);
    let found = answers(input.as_bytes());
    assert_eq!(found.verdicts(), "AK9*R*2*2*0*4", "{:?}", found.report);
    assert_eq!(found.interchanges, ["R*024"]);
}

#[test]
fn an_interchange_without_a_trailer_does_not_hide_the_next() {
    let second = ORDER
        .replace("000000042", "000000043")
        .replace('~', "'")
        .replace('*', "+");
    for cut in ["IEA*1", "GE*2", "SE*4*0002", "ST*850*0002", "GS*PO"] {
        let first = &ORDER[..ORDER.find(cut).unwrap()];
        let found = answers(format!("{first}{second}").as_bytes());
        let wanted = "must be terminated with a";
        assert_eq!(found.report.len(), 1, "{cut}: {:?}", found.report);
        assert!(found.report[0].contains(wanted), "{:?}", found.report);
        assert_eq!(found.interchanges.len(), 2, "{cut}");
        assert_eq!(found.interchanges[0], "R*022", "{cut}");
    }
}

#[test]
fn the_type_of_a_group_fits_its_transactions() {
    let found = answers(ORDER.replacen("GS*PO*", "GS*IN*", 1).as_bytes());
    assert!(found.report[0].contains("the GS-01 type code should be PO instead of IN"));
    assert_eq!(found.verdicts(), "AK5*R*6 AK5*R*6 AK9*R*2*2*0");
}

#[test]
fn a_transaction_without_a_header_is_not_accepted_with_its_group() {
    let start = ORDER.find("ST*850*0002").unwrap();
    let end = ORDER[start..].find('~').unwrap() + start + 1;
    let input = [&ORDER[..start], &ORDER[end..]].concat();
    let found = answers(input.as_bytes());
    assert_eq!(found.report.len(), 1, "{:?}", found.report);
    assert!(found.report[0].contains(
        "ends a transaction whose ST segment is missing. Segment BEG at position 7 is the first"
    ));
    assert!(found.is_rejected);
    assert_eq!(found.interchanges, ["R*024"]);
    // A superfluous SE ends no transaction.
    let found = answers(
        ORDER
            .replacen("SE*4*0002~", "SE*4*0002~SE*4*0002~SE*4*0002~", 1)
            .as_bytes(),
    );
    assert_eq!(found.report.len(), 1, "{:?}", found.report);
    assert!(!found.is_rejected);
}

/// Parts of the envelope in lower case: one message each, which names the segment.
#[test]
fn a_part_of_the_envelope_in_lower_case_is_one_problem() {
    for (old, new, verdicts) in [
        ("SE*4*0001", "se*4*0001", "AK5*R*2 AK5*A AK9*P*2*2*1"),
        ("SE*4*0002", "Se*4*0002", "AK5*A AK5*R*2 AK9*P*2*2*1"),
        ("GE*2*7", "ge*2*7", "AK5*A AK5*A AK9*E*2*2*2*3"),
        ("IEA*", "iea*", ""),
        ("ST*850*0001", "st*850*0001", "AK9*R*2*1*0*5"),
        ("ST*850*0002", "sT*850*0002", "AK9*R*2*1*0*5"),
    ] {
        let found = answers(ORDER.replacen(old, new, 1).as_bytes());
        let [message] = found.report.as_slice() else {
            panic!("{new}: {:?}", found.report);
        };
        let id = new.split('*').next().unwrap();
        assert!(
            message.contains(&format!("Segment {id} at position")),
            "{message}"
        );
        assert!(
            message.contains("identifiers are in upper case"),
            "{message}"
        );
        assert_eq!(found.verdicts(), verdicts, "{new}");
    }
    // If the part also has its own trailer, the other is reported as before.
    for (old, new) in [
        ("SE*4*0001", "se*4*0001~SE*5*0001"),
        ("GE*2*7", "ge*2*7~GE*2*7"),
        ("IEA*", "iea*1~IEA*"),
    ] {
        let found = answers(ORDER.replacen(old, new, 1).as_bytes());
        assert_eq!(found.report.len(), 1, "{new}: {:?}", found.report);
    }
    let cut = ORDER
        .replace("SE*4", "se*4")
        .replace("GE*", "ge*")
        .replace("IEA*", "iea*");
    assert_eq!(answers(cut.as_bytes()).report.len(), 2);
}

#[test]
fn a_group_number_is_a_number() {
    let input = ORDER
        .replace("*7*X*", "*A1*X*")
        .replace("GE*2*7", "GE*2*A1");
    let found = answers(input.as_bytes());
    assert_eq!(found.report.len(), 1, "{:?}", found.report);
    assert_eq!(found.verdicts(), "AK9*R*2*2*0*6");
    assert_eq!(found.interchanges, ["R*024"]);
}

#[test]
fn control_numbers_are_unique() {
    let twice = ORDER.replace("*0002~", "*0001~");
    let found = answers(twice.as_bytes());
    assert_eq!(
        found.verdicts(),
        "AK5*A AK5*R*23 AK9*P*2*2*1",
        "{:?}",
        found.report
    );
    let group = &ORDER[ORDER.find("GS*").unwrap()..ORDER.find("IEA*").unwrap()];
    let twice = ORDER.replacen("IEA*1", &format!("{group}IEA*2"), 1);
    let found = answers(twice.as_bytes());
    assert_eq!(found.verdicts(), "AK9*R*2*2*0*19");
    let found = answers(ORDER.repeat(2).as_bytes());
    assert_eq!(found.interchanges, ["R*022", "R*025"]);
}
