//! The contents of 997s and 999s, and the choice between them.

use super::*;

/// Changes the claim: the segments of the 999 from AK2 to IK5.
fn check_claim(old: &str, new: &str, wanted: &[&str]) {
    assert!(CLAIM.contains(old), "{old}");
    let found = answers(CLAIM.replacen(old, new, 1).as_bytes());
    let from = found
        .functional
        .iter()
        .position(|functional| functional.starts_with("AK2"))
        .unwrap();
    let to = found
        .functional
        .iter()
        .position(|functional| functional.starts_with("AK9"))
        .unwrap();
    assert_eq!(
        found.functional[from + 1..to],
        *wanted,
        "{:?}",
        found.report
    );
}

#[test]
fn a_999_tells_what_the_guide_demands() {
    check_claim("DTP*472*D8*20260101~", "DTP*472*D8*20260101~", &["IK5*A"]);
    check_claim(
        "*0930*CH",
        "*0930*TH",
        &["IK3*BHT*2**8", "IK4*6*640*I6*TH", "IK5*R*I5"],
    );
    check_claim(
        "CLM*C1*10*",
        "CLM*C1**",
        &[
            "IK3*CLM*18*2300*8",
            "CTX*CLM01:C1",
            "IK4*2*782*1",
            "IK5*R*I5",
        ],
    );
    check_claim(
        "ST*837*0001*005010X222A1",
        "ST*837*0001*005010X223A2",
        &["IK5*R*19"],
    );
    check_claim(
        "ST*837*0001*005010X222A1",
        "ST*837*0001",
        &["IK3*ST*1**8", "IK4*3*1705*1", "IK5*R*I5"],
    );
}

#[test]
fn a_999_names_the_element_that_a_rule_starts_from() {
    check_claim(
        "NM1*IL*1*ROE*PAT****MI*W1",
        "NM1*IL*1*ROE*PAT*****W1",
        &[
            "IK3*NM1*13**8",
            "IK4*8*66*2",
            "CTX*SITUATIONAL TRIGGER*NM1*13**9",
            "IK5*R*5",
        ],
    );
    // A 999 without a guide has no contexts.
    let without_guide = CLAIM
        .replace("005010X222A1", "005010")
        .replacen("*MI*W1", "**W1", 1);
    let found = answers(without_guide.as_bytes());
    assert!(
        found.functional.iter().any(|line| line == "IK4*8*66*2"),
        "{:?}",
        found.functional
    );
    assert!(
        !found.functional.iter().any(|line| line.starts_with("CTX")),
        "{:?}",
        found.functional
    );
}

#[test]
fn the_form_is_that_of_the_group() {
    for (kind, version, set, wanted) in [
        ("RA", "005010X218", "820", "005010X231A1"),
        ("AG", "005010X186", "824", "005010X231A1"),
        ("PI", "005010X210", "275", "005010X231A1"),
        ("HC", "005010X222A1", "837", "005010X231A1"),
        ("HC", "005010", "837", "005010"),
        ("RA", "005010", "820", "005010"),
        ("PO", "005010", "850", "005010"),
        ("HC", "004010X098A1", "837", "004010"),
    ] {
        let group = format!(
            "GS*{kind}*QUAY*HARBOUR*20260301*0930*1*X*{version}~ST*{set}*0001~SE*2*0001~GE*1*1~"
        );
        let header = &CLAIM[..CLAIM.find("GS*").unwrap()];
        let found = answers(format!("{header}{group}IEA*1*000000001~").as_bytes());
        assert!(
            found.functional[1].ends_with(&format!("*X*{wanted}")),
            "{version} {set}: {:?}",
            found.functional
        );
        let is_999 = found.functional[2].starts_with("ST*999");
        assert_eq!(
            is_999,
            wanted != version.get(..6).unwrap() || (set == "837" && version == "005010"),
            "{set}"
        );
    }
}

#[test]
fn an_acknowledgement_copies_nothing_that_the_standard_forbids() {
    for (old, new) in [
        ("PO-77", "PO\u{0}-77"),
        ("*EA*", "*E\tA*"),
        ("ST*850*0001~", "ST*850*~"),
        ("ST*850*0001~", "ST**0001~"),
        ("ST*850*0001~", "ST*850*00010001000100010001~"),
        ("PO1*1", "X*1"),
        ("PO1*1", "ABCDE*1"),
        ("PO1*1", "*1"),
        ("GE*2*7", "GE*X*7"),
        ("GS*PO*BLUE*NORTH", "GS*PO*B*N"),
        ("*7*X*004010", "*1234567890*X*004010"),
        ("*7*X*004010", "*7*X*00401"),
        ("BEG*00", &format!("BEG*{}", "9".repeat(120))),
        (
            "BEG*00*SA*PO-77**20260301",
            &format!("BEG*00*SA*PO-77**20260301{}9", "*".repeat(120)),
        ),
    ] {
        let found = answers(ORDER.replacen(old, new, 1).as_bytes());
        let again = answers(format!("{}~", found.functional.join("~")).as_bytes());
        assert_eq!(
            again.report,
            Vec::<String>::new(),
            "{new}: {:?}",
            found.functional
        );
        assert_eq!(
            again.notes,
            Vec::<String>::new(),
            "{new}: {:?}",
            found.functional
        );
    }
}
