//! `validate`: its formats, many files, custom rules.

use std::fs;

use serde_json::Value;

use crate::{SET, file, fixture, order, path, place, run};

const COUNTING: &str = "Lines are those of the file. Segments are counted from 1: those of a transaction from its ST, \
     all others from their ISA.\n";

#[test]
fn the_service_has_a_report_of_its_own() {
    let file = path("purchase-order.edi");
    let (status, report, _) = run(&["validate", "--format", "service", &file], "");
    assert_eq!(status, 1);
    assert_eq!(
        report,
        "Interchange 1: X12, control# 000000001\n  \
         Functional group 1: type PO, control# 1, version 004010\n    \
         Transaction 1: type 850, control# 0001\n      \
         *** Segment SAC at position 10: Segment is out of sequence.\n\
         1 errors detected\n"
    );
    let clean = run(&["validate", "--format", "service"], &order());
    assert_eq!(clean, (0, String::new(), String::new()));
}

#[test]
fn a_problem_is_reported_with_file_element_line_and_segment() {
    let same = order();
    for (text, place) in [
        (
            same.replace("SE*12", "SE*15"),
            "SE01, line 14, segment 12 of transaction 1",
        ),
        (
            same.replace("GE*1*1", "GE*1*2"),
            "GE02, line 15, segment 15 of interchange 1",
        ),
        (
            same.replace("IEA*1", "IEA*4"),
            "IEA01, line 16, segment 16 of interchange 1",
        ),
        (
            same.replace('\n', "\r\n").replace("SE*12", "SE*15"),
            "SE01, line 14, segment 12",
        ),
        (
            same.replace('\n', "").replace("SE*12", "SE*15"),
            "SE01, segment 12 of transaction 1",
        ),
    ] {
        let edi = file("placed.edi", &text);
        let (status, report, problem) = run(&["validate", &edi], "");
        assert_eq!((status, &*problem), (1, ""));
        assert!(report.starts_with(&format!("{edi}: {place}")), "{report}");
        assert!(
            report.ends_with(&format!("{edi}: 1 problem\n{COUNTING}")),
            "{report}"
        );
    }
}

#[test]
fn files_and_folders_are_validated_one_by_one() {
    let folder = place("many");
    let good = file("many/below/good.edi", &order());
    let bad = file("many/bad.X12", &order().replace("SE*12", "SE*15"));
    let other = file("many/unusual.dat", &order());
    file("many/notes.md", "No X12.");
    let foreign = file("many/foreign.edi", "UNB+UNOA:1'");
    let (status, report, problem) = run(&["validate", &folder, &good], "");
    assert_eq!((status, &*problem), (2, ""));
    for line in [
        format!("{bad}: 1 problem"),
        format!("{good}: ok"),
        format!("{other}: ok"),
        "5 files: 3 ok, 1 with problems, 1 not validated".to_owned(),
    ] {
        assert!(report.lines().any(|item| item == line), "{line}: {report}");
    }
    assert!(report.contains(&format!("{foreign}: ")), "{report}");
    assert!(!report.contains("notes.md"), "{report}");
    fs::remove_file(foreign).unwrap();
    assert_eq!(run(&["validate", &folder], "").0, 1);
    fs::remove_file(bad).unwrap();
    assert_eq!(run(&["validate", &folder], "").0, 0);
}

#[test]
fn programs_read_json_junit_and_sarif() {
    let bad = file("formats.edi", &order().replace("SE*12", "SE*15"));
    let good = file("formats-good.edi", &order());
    let missing = place("formats-missing.edi");
    let report = |format| run(&["validate", "--format", format, &bad, &good, &missing], "");
    let json: Value = serde_json::from_str(&report("JSON").1).unwrap();
    let statuses = ["problems", "ok", "error"];
    for (at, status) in statuses.into_iter().enumerate() {
        assert_eq!(json["files"][at]["status"], status);
    }
    let problem = &json["files"][0]["problems"][0];
    assert_eq!(problem["rule"], "count-wrong");
    assert_eq!(problem["line"], 14);
    assert_eq!(problem["element"], 1);
    let sarif: Value = serde_json::from_str(&report("sarif").1).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "count-wrong");
    let location = &result["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], bad.as_str());
    assert_eq!(location["region"]["startLine"], 14);
    let (status, junit, _) = report("junit");
    assert_eq!(status, 2);
    assert!(
        junit.contains("tests=\"3\" failures=\"1\" errors=\"1\""),
        "{junit}"
    );
}

#[test]
fn rules_of_ones_own_count() {
    let rule = r#"{"elementRequirementValidationRule":
        {"elementPosition": "REF-03", "requirement": "MANDATORY"}}"#;
    let wrapped = format!("{{\"validationRules\": [{rule}]}}");
    let edi = path("purchase-order.edi");
    for (content, arguments) in [
        (wrapped.clone(), &SET[..]),
        (wrapped.clone(), &[]),
        (format!("[{rule}]"), &[]),
    ] {
        let rules = file("rules.json", &content);
        let arguments = [&["validate", "--rules", &rules, &edi][..], arguments].concat();
        let (status, report, _) = run(&arguments, "");
        assert_eq!(status, 1);
        assert!(
            report.contains("Required data element REF-3 is missing."),
            "{report}"
        );
    }
    for (content, expected) in [
        (wrapped.replace("REF-03", "ISA-03"), "not allowed on ISA-03"),
        (
            wrapped.replace("validationRules", "rules"),
            "unknown key rules",
        ),
        ("{}".to_owned(), "validationRules is missing"),
        (String::new(), "is empty"),
    ] {
        let rules = file("rules.json", &content);
        let (status, report, problem) = run(&["validate", "--rules", &rules, &edi], "");
        assert_eq!(status, 2, "{expected}");
        assert!((report + &problem).contains(expected), "{expected}");
    }
}

#[test]
fn other_delimiters_than_those_of_isa_are_one_message() {
    let (isa, rest) = fixture("purchase-order.edi").split_once('\n').map_or_else(
        || (String::new(), String::new()),
        |(isa, rest)| (isa.to_owned(), rest.to_owned()),
    );
    for (rest, what) in [
        (
            rest.replace('*', "|"),
            "The element separator is * by the ISA segment, and | in",
        ),
        (
            rest.replace('~', "!"),
            "The segment terminator is ~ by the ISA segment, and ! in",
        ),
    ] {
        let edi = file("other-delimiters.edi", &format!("{isa}\n{rest}"));
        let (status, report, _) = run(&["validate", &edi], "");
        assert_eq!(status, 1);
        assert!(report.contains(what), "{report}");
        assert!(report.contains(&format!("{edi}: 1 problem\n")), "{report}");
        let (status, output, problem) = run(&["parse", &edi], "");
        assert_eq!(problem.matches(&edi).count(), 1, "{problem}");
        assert!(problem.contains(what), "{problem}");
        assert_eq!((status, &*output), (1, ""));
    }
}

#[test]
fn an_excerpt_shows_the_segment_with_a_caret() {
    let edi = order().replace("SE*12", "SE*15");
    for text in [
        edi.clone(),
        edi.replace('\n', "\r\n"),
        edi.replace('\n', ""),
    ] {
        let (status, report, _) = run(&["validate", "--excerpt", "always"], &text);
        assert_eq!(status, 1);
        let segment = "| SE*15*0001~\n       |    ^^\nstandard input: 1 problem";
        assert!(report.contains(segment), "{report}");
        let (_, report, _) = run(&["validate"], &text);
        assert!(!report.contains('^'), "{report}");
    }
    let hostile = edi.replace("SE*15", "SE*1\x1b[2J5");
    let (_, report, _) = run(&["validate", "--excerpt", "always"], &hostile);
    assert!(!report.contains('\x1b'), "{report}");
    let (_, junit, _) = run(
        &["validate", "--excerpt", "always", "--format", "junit"],
        &edi,
    );
    assert!(!junit.contains("^^"), "{junit}");
}
