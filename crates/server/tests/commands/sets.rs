//! `sets`, `split` and `template`.

use std::fs;

use crate::{order, path, place, run};

#[test]
fn sets_are_those_of_the_api() {
    let (status, all, _) = run(&["sets"], "");
    assert_eq!(status, 0);
    for line in ["VERSION_4010 X12_850", "VERSION_5010_HIPAA X12_837_X222"] {
        assert!(all.lines().any(|item| item == line), "{line}");
    }
    for version in [
        "VERSION_5010_HIPAA",
        "version_5010_hipaa",
        "5010-hipaa",
        "005010X222A1",
    ] {
        let (_, guides, _) = run(&["sets", "--version", version], "");
        assert_eq!(guides.lines().count(), 23, "{version}");
    }
    let (_, claims, _) = run(&["sets", "--version", "5010_HIPAA", "837_x22"], "");
    let expected = ["X12_837_X222", "X12_837_X223", "X12_837_X224"];
    let lines = expected.map(|set| format!("VERSION_5010_HIPAA {set}\n"));
    assert_eq!(claims, lines.concat());
    let (status, _, problem) = run(&["sets", "nothing"], "");
    assert_eq!(status, 2);
    assert!(
        problem.contains("no transaction set has NOTHING in its name"),
        "{problem}"
    );
}

#[test]
fn a_template_of_a_sample_needs_no_set() {
    let sample = path("purchase-order.edi");
    let known = run(
        &[
            "template",
            "--sample",
            &sample,
            "--transaction-set",
            "X12_850",
            "--version",
            "VERSION_4010",
        ],
        "",
    );
    assert_eq!(run(&["template", "--sample", &sample], ""), known);
    assert_eq!(known.0, 0);
    let (status, _, problem) = run(&["template"], "");
    assert_eq!(status, 2);
    assert!(problem.contains("--transaction-set"), "{problem}");
    let (status, _, problem) = run(&["template", "--sample", "-"], "{}");
    assert_eq!(status, 2);
    assert!(problem.contains("standard input is JSON"), "{problem}");
}

#[test]
fn split_writes_a_file_a_transaction() {
    let folder = place("split");
    let file = path("two-interchanges.edi");
    let said = format!("3 transactions in {folder}\n");
    let (status, output, _) = run(&["split", "-o", &folder, &file], "");
    assert_eq!((status, &output), (0, &said));
    for name in ["00001.edi", "00002.edi", "00003.edi"] {
        let (status, document, _) = run(&["parse", &format!("{folder}/{name}")], "");
        assert_eq!(status, 0);
        assert_eq!(document.matches("\"ST_02_").count(), 1, "{document}");
    }
}

#[test]
fn split_overwrites_only_by_force() {
    let folder = place("split-twice");
    assert_eq!(run(&["split", "-o", &folder], &order()).0, 0);
    let first = format!("{folder}/00001.edi");
    fs::write(&first, "mine").unwrap();
    let (status, _, problem) = run(&["split", "-o", &folder], &order());
    assert_eq!(status, 2);
    assert_eq!(
        problem,
        format!("b2bi-local: {first} exists; --force overwrites it\n")
    );
    assert_eq!(fs::read_to_string(&first).unwrap(), "mine");
    assert_eq!(run(&["split", "-o", &folder, "--force"], &order()).0, 0);
    assert!(fs::read_to_string(&first).unwrap().starts_with("ISA*"));
}
