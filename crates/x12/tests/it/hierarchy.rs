//! The hierarchy of HL segments.

use b2bi_local_x12::{Strictness, Validator, read};

const ISA: &str = "ISA*00*          *00*          *ZZ*QUAY           *ZZ*HARBOUR        *260301*0930*^*00501*000000001*0*T*:~";

/// The messages about one transaction, given without its ST and SE.
fn messages(group: &str, version: &str, set: &str, body: &str) -> Vec<String> {
    let guide = if version.len() > 6 { version } else { "" };
    let count = body.matches('~').count() + 2;
    let input = format!(
        "{ISA}GS*{group}*QUAY*HARBOUR*20260301*0930*1*X*{version}~ST*{set}*0001*{guide}~{body}SE*{count}*0001~GE*1*1~IEA*1*000000001~"
    );
    let validator = Validator::new(Strictness::Attested, None).guided();
    let (validator, reading) = read(input.as_bytes(), validator);
    assert_eq!(reading.problems, []);
    let report = validator.finish().report();
    let lines = report.lines();
    lines
        .filter_map(|line| Some(line.split_once("*** ")?.1.to_owned()))
        .collect()
}

/// The contents of a claim's level in addition to its HL.
fn content(level: &str) -> &'static str {
    const CLAIM: &str =
        "CLM*C1*10***11:B:1*Y*A*Y*Y~HI*ABK:A000~LX*1~SV1*HC:99213*10*UN*1***1~DTP*472*D8*20260101~";
    match level {
        "20" => {
            "NM1*85*2*PIER CLINIC*****XX*1234567893~N3*1 PIER ROAD~N4*DAYTON*OH*454020001~REF*EI*123456789~"
        }
        "22" => "SBR*P********MC~NM1*IL*1*ROE*PAT****MI*W1~NM1*PR*2*PLAN*****PI*P1~",
        "23" => "PAT*19~NM1*QC*1*ROE*KIM~N3*2 LOW ROAD~N4*DAYTON*OH*45402~DMG*D8*20100101*F~",
        _ => CLAIM,
    }
}

/// A claim with these HL segments; a claim follows each level that announces no child.
fn claim(levels: &[&str]) -> String {
    let mut body =
        "BHT*0019*00*1*20260301*0930*CH~NM1*41*2*QUAY BILLING*****46*Q1~PER*IC*DESK*TE*5550000001~\
                    NM1*40*2*HARBOUR*****46*H1~"
            .to_owned();
    for level in levels {
        let mut parts = level.split('*').skip(2);
        let (code, last) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        body.extend(["HL*", level, "~", content(code)]);
        if code == "23" || (code == "22" && last != "1") {
            body += content("");
        }
    }
    body
}

fn check(levels: &[&str], wanted: &[&str]) {
    let found = messages("HC", "005010X222A1", "837", &claim(levels));
    let same = found.len() == wanted.len()
        && found.iter().zip(wanted).all(|(found, wanted)| {
            found.starts_with("Segment HL at position ") && found.ends_with(wanted)
        });
    assert!(same, "{levels:?}: {found:#?}");
}

#[test]
fn a_true_hierarchy_has_no_problems() {
    check(&["1**20*1", "2*1*22*0"], &[]);
    check(
        &["1**20*1", "2*1*22*1", "3*2*23*0", "4*2*23*0", "5*1*22*0"],
        &[],
    );
    check(
        &[
            "1**20*1", "2*1*22*0", "3**20*1", "4*3*22*1", "5*4*23*0", "6*3*22*0",
        ],
        &[],
    );
}

#[test]
fn identifiers_count_by_one() {
    let repeated = "Data element HL-1 with value |1| is that of an earlier HL segment";
    check(&["1**20*1", "1*1*22*0"], &[repeated]);
    check(&["1**20*1", "1*1*22*0", "3*1*22*0"], &[repeated]);
    check(&["1**20*1", "1*1*22*0", "2*1*22*0"], &[repeated]);
    check(
        &["1**20*1", "7*1*22*0", "8*1*22*0"],
        &["Data element HL-1 with value |7| is out of sequence. Expected 2"],
    );
    check(
        &["1**20*1", "7*1*22*0", "3*1*22*0"],
        &["Data element HL-1 with value |7| is out of sequence. Expected 2"],
    );
    check(
        &["A**20*1", "2*A*22*0"],
        &["Data element HL-1 with value |A| is out of sequence. Expected 1"],
    );
    check(
        &["0**20*1", "1*0*22*0"],
        &["Data element HL-1 with value |0| is out of sequence. Expected 1"],
    );
}

#[test]
fn a_parent_is_open() {
    check(
        &["1**20*1", "2*1*22*1", "3*1*22*1", "4*2*23*0"],
        &[
            "Data element HL-2 with value |2| names an HL segment that has ended. Those still open: 1, 3",
        ],
    );
    check(
        &["1**20*1", "2*1*22*0", "3**20*1", "4*1*22*0", "5*3*22*0"],
        &[
            "Data element HL-2 with value |1| names an HL segment that has ended. Those still open: 3",
        ],
    );
    check(
        &["1**20*1", "2*1*22*0", "3*9*22*0"],
        &["Data element HL-2 with value |9| names no earlier HL segment"],
    );
    check(
        &["1**20*1", "2*1*22*0", "3*3*22*0"],
        &["Data element HL-2 with value |3| names no earlier HL segment"],
    );
    check(
        &["1**20*1", "2*1*22*0", "3*4*22*0", "4*1*22*0"],
        &["Data element HL-2 with value |4| names no earlier HL segment"],
    );
}

/// An HL segment with a wrong HL01 is still the parent of those that refer to it by the right one.
#[test]
fn a_faulty_identifier_is_one_problem() {
    let out_of_sequence = "is out of sequence. Expected 2";
    for id in ["7", "Q", "02X"] {
        check(
            &["1**20*1", &format!("{id}*1*22*1"), "3*2*23*0"],
            &[&format!(
                "Data element HL-1 with value |{id}| {out_of_sequence}"
            )],
        );
    }
    check(
        &["1**20*1", "*1*22*1", "3*2*23*0"],
        &["Required data element HL-1 is missing."],
    );
    check(
        &["1**20*1", "1*1*22*1", "3*2*23*0"],
        &["Data element HL-1 with value |1| is that of an earlier HL segment"],
    );
    check(
        &["1**20*1", "2*1**1", "3*2*23*0"],
        &["Required data element HL-3 is missing."],
    );
}

/// A lost HL segment is missing; its parent, which announces it, is right.
#[test]
fn a_lost_level_is_one_problem() {
    let found = messages(
        "HC",
        "005010X222A1",
        "837",
        &claim(&["1**20*1", "2*1*22*0"]).replacen("HL*2*1*22*0~SBR*P********MC~", "", 1),
    );
    assert_eq!(found.len(), 1, "{found:#?}");
}

#[test]
fn a_level_is_allowed_below_its_parent() {
    check(
        &["1**20*1", "2*1*23*0"],
        &[
            "Data element HL-3 with value |23| is not allowed below an HL segment of level 20. Expected 22",
        ],
    );
    check(
        &["1**20*1", "2*1*22*1", "3*1*23*0", "4*2*23*0"],
        &[
            "Data element HL-3 with value |23| is not allowed below an HL segment of level 20. Expected 22",
            "Data element HL-2 with value |2| names an HL segment that has ended. Those still open: 1, 3",
        ],
    );
    check(
        &["1**20*1", "2*1*22*0", "3**PT*0"],
        &["Data element HL-3 with value |PT| is not allowed without a parent. Expected 20"],
    );
    check(
        &["1**20*1", "2**22*0", "3*1*22*0"],
        &["Required data element HL-2 is missing."],
    );
}

#[test]
fn one_fault_of_a_level_is_told_once() {
    // A guide that does not use HL02 here, or has no such HL04, would report the same.
    check(
        &["1*1*20*1", "2*1*22*0"],
        &["Data element HL-2 with value |1| names no earlier HL segment"],
    );
}

#[test]
fn children_follow_where_they_are_announced() {
    let missing = "Data element HL-4 with value |1| says that HL segments follow below this one, but none does";
    check(&["1**20*1", "2*1*22*1"], &[missing]);
    check(
        &["1**20*1", "2*1*22*1", "3*1*22*0", "4*1*22*1"],
        &[missing, missing],
    );
    check(
        &["1**20*0", "2*1*22*0", "3*1*22*0"],
        &[
            "Data element HL-4 with value |0| says that no HL segment follows below this one, but HL 2 does",
        ],
    );
    check(
        &["1**20*1", "2*1*22*0", "3*2*23*0", "4*2*23*0"],
        &[
            "Data element HL-4 with value |0| says that no HL segment follows below this one, but HL 3 does",
        ],
    );
}

#[test]
fn without_a_guide_identifiers_need_not_count() {
    let ship = |levels: [&str; 4]| {
        let [s, o, i, j] = levels;
        let body = format!(
            "BSN*00*S1*20260301*0930~HL*{s}~HL*{o}~PRF*77~HL*{i}~LIN**VP*A~SN1**1*EA~HL*{j}~LIN**VP*B~SN1**1*EA~"
        );
        messages("SH", "004010", "856", &body.replace("{version}", ""))
    };
    let none = Vec::<String>::new();
    assert_eq!(ship(["1**S", "2*1*O", "3*2*I", "4*2*I"]), none);
    assert_eq!(ship(["10**S*1", "A*10*O*1", "30*A*I*0", "4*A*I*0"]), none);
    let found = ship(["1**S", "2*1*O", "2*2*I", "4*2*I"]);
    assert_eq!(found.len(), 1, "{found:?}");
    let found = ship(["1**S", "2*1*O", "3*1*O", "4*2*I"]);
    assert_eq!(found.len(), 1, "{found:?}");
    let found = ship(["1**S*0", "2*1*O*1", "3*2*I", "4*2*I"]);
    assert_eq!(found.len(), 1, "{found:?}");
}
