//! Requirements of implementation guides in addition to the standard.

use std::fs;

use b2bi_local_x12::{ProblemKind, Strictness, Validation, Validator, read};

use super::samples;

const REMITTANCE: &str = "ISA*00*          *00*          *ZZ*QUAY           *ZZ*CLINIC         *260301*0930*^*00501*000000001*0*T*:~\
GS*HP*QUAY*CLINIC*20260301*0930*1*X*005010X221A1~ST*835*0001~BPR*I*80*C*CHK************20260301~TRN*1*77*1512345678~\
DTM*405*20260301~N1*PR*Quay Insurance~N3*1 Main Street~N4*Dayton*OH*45402~PER*BL*Desk*TE*8005551234~N1*PE*Clinic*XX*1234567893~LX*1~\
CLP*C1*1*100*80*10*12*ICN1*11*1~NM1*QC*1*Roe*Al~SVC*HC:99213*100*80**1~DTM*472*20260201~CAS*CO*45*20~SE*16*0001~GE*1*1~\
IEA*1*000000001~";

fn validation(input: &str, strictness: Strictness, guided: bool) -> Validation {
    let validator = Validator::new(strictness, None);
    let validator = if guided {
        validator.guided()
    } else {
        validator
    };
    let (validator, reading) = read(input.as_bytes(), validator);
    assert!(reading.fatal().is_none());
    validator.finish()
}

fn messages(input: &str, guided: bool) -> Vec<String> {
    let report = validation(input, Strictness::Attested, guided).report();
    report
        .lines()
        .filter_map(|line| Some(line.split_once("*** ")?.1.to_owned()))
        // The faults here change the number of segments.
        .filter(|line| !line.contains("Segment count error"))
        .collect()
}

/// A change that the standard allows and the guide does not.
fn check(old: &str, new: &str, wanted: &str) {
    assert!(REMITTANCE.contains(old), "{old}");
    let input = REMITTANCE.replacen(old, new, 1);
    assert_eq!(
        messages(&input, false),
        Vec::<String>::new(),
        "{old} -> {new}"
    );
    assert_eq!(messages(&input, true), [wanted], "{old} -> {new}");
}

#[test]
fn a_guide_demands_more_than_the_standard() {
    assert_eq!(messages(REMITTANCE, true), Vec::<String>::new());
    check(
        "TRN*1*77*1512345678~",
        "",
        "Segment TRN at position 3: Required segment is missing. TRN belongs after BPR at position 2.",
    );
    check(
        "PER*BL*Desk*TE*8005551234~",
        "",
        "Segment PER at position 8: Required segment is missing. Loop 1000A: PER (BL) belongs after N4 at position 7.",
    );
}

#[test]
fn a_guide_narrows_elements() {
    check(
        "*1512345678~",
        "~",
        "Segment TRN at position 3: Required data element TRN-3 is missing.",
    );
    check(
        "BPR*I*80*C*CHK",
        "BPR*I*80*C*CCC",
        "Segment BPR at position 2: Data element BPR-4 with value |CCC| is not in the set of valid codes",
    );
    check(
        "DTM*405*20260301~",
        "DTM*405*20260301*0930~",
        "Segment DTM at position 4: Data element DTM-3 is not used.",
    );
    check(
        "DTM*405*20260301~",
        "DTM*405*20260301~DTM*405*20260302~",
        "Segment DTM at position 5: Segment occurs too many times. Maximum use: 1",
    );
}

#[test]
fn what_standard_and_guide_demand_is_said_once() {
    let input = REMITTANCE
        .replacen("N1*PR*Quay Insurance~", "N1*PR~", 1)
        .replacen("CLP*C1*1", "CLP*C1*ZZ", 1);
    let plain = messages(&input, false);
    let guided = messages(&input, true);
    assert_eq!(plain.len(), 2, "{plain:?}");
    assert_eq!(guided.len(), 2, "{guided:?}");
    // The standard requires N102 or N103, the guide N102.
    assert!(guided[0].ends_with("Required data element N1-2 is missing."));
    assert_eq!(plain[1], guided[1]);
}

#[test]
fn a_guide_taken_from_another_counts_only_when_inferred() {
    let from = REMITTANCE.find("BPR*").unwrap();
    let to = REMITTANCE.find("SE*").unwrap();
    let input = format!(
        "{}BGN*00*1*20260301~{}",
        &REMITTANCE[..from],
        &REMITTANCE[to..]
    )
    .replace("005010X221A1", "005010X307")
    .replacen("GS*HP", "GS*BE", 1)
    .replacen("ST*835", "ST*834", 1);
    let missing = |validation: Validation| {
        let kinds = validation.problems.into_iter().map(|problem| problem.kind);
        kinds
            .filter(|kind| *kind == ProblemKind::ElementMissing)
            .count()
    };
    let attested = missing(validation(&input, Strictness::Attested, true));
    let inferred = missing(validation(&input, Strictness::Inferred, true));
    assert!(inferred > attested, "{inferred} {attested}");
}

#[test]
fn real_inputs_follow_their_guides() {
    let mut misplaced = Vec::new();
    for path in samples::inputs() {
        let (validator, _) = read(
            &fs::read(&path).unwrap(),
            Validator::new(Strictness::Attested, None).guided(),
        );
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let kinds = validator
            .finish()
            .problems
            .into_iter()
            .map(|problem| problem.kind);
        if kinds
            .into_iter()
            .any(|kind| kind == ProblemKind::SegmentUnexpected)
        {
            misplaced.push(name);
        }
    }
    misplaced.sort();
    // One has the wrong component separator, one omits everything before its NM1.
    let known = ["834-005010-26b654cb41", "837-005010-0848caaec9"];
    assert!(
        misplaced.iter().all(|name| known.contains(&name.as_str())),
        "{misplaced:?}"
    );
}
