//! The messages of commands for inputs that they do not accept, and their exit status.

use crate::{SET, file, fixture, order, path, place, run};

/// Every command that reads X12, and every one that reads documents.
const OF_X12: [&[&str]; 4] = [
    &["parse"],
    &["validate"],
    &["ack"],
    &["split", "-o", "nowhere"],
];

fn check(arguments: &[&str], input: &str, status: i32, expected: &[&str]) {
    let (found, output, problem) = run(arguments, input);
    let text = output + &problem;
    assert_eq!(found, status, "{arguments:?}: {text}");
    for expected in expected {
        assert!(
            text.contains(expected),
            "{arguments:?}: no {expected:?} in {text}"
        );
    }
}

#[test]
fn what_cannot_be_done_is_reported_and_sets_the_status() {
    let (not_x12, other) = (path("not-x12.edi"), path("levels.edi"));
    let missing = place("nowhere.edi");
    let set = |set, version| ["--transaction-set", set, "--version", version];
    for command in OF_X12 {
        let of = |more: &[&'static str]| [command, more].concat();
        check(
            &[command, &[&missing]].concat(),
            "",
            2,
            &[&missing, "cannot be read"],
        );
        check(
            &[command, &[&not_x12]].concat(),
            "",
            2,
            &[
                &not_x12,
                "No supported EDI standard interchange begins with UNB",
            ],
        );
        for (input, kind) in [("{\"a\": 1}", "JSON"), ("\u{feff}<a/>", "XML")] {
            check(
                &of(&[]),
                input,
                2,
                &["standard input", kind, "b2bi-local convert"],
            );
        }
        for input in ["", "  \r\n\n"] {
            check(&of(&[]), input, 2, &["standard input is empty"]);
        }
    }
    check(
        &["convert"],
        &order(),
        2,
        &["standard input is X12", "b2bi-local parse"],
    );
    check(&["convert"], " \n", 2, &["standard input is empty"]);
    check(&["convert"], "{\"a\"", 2, &["JSON"]);
    let parse = |more: [&'static str; 4]| [&["parse", &other][..], &more].concat();
    check(
        &parse(set("X12_850", "4010")),
        "",
        2,
        &[&other, "and not only X12_850"],
    );
    check(&parse(set("X12_999", "4010")), "", 2, &["X12_999"]);
    check(
        &parse(set("850", "3010")),
        "",
        2,
        &["there are VERSION_4010"],
    );
    check(
        &["parse", &other, "--transaction-set", "X12_850"],
        "",
        2,
        &["--version"],
    );
}

#[test]
fn x12_that_ends_early_is_a_problem_of_the_file() {
    let cut = path("cut-off.edi");
    let folder = place("cut-off-parts");
    for command in OF_X12 {
        let command = command
            .iter()
            .map(|part| if *part == "nowhere" { &folder } else { *part });
        let arguments: Vec<&str> = command.chain([&*cut]).collect();
        check(
            &arguments,
            "",
            1,
            &[&cut, "Interchange must be terminated with an IEA segment"],
        );
    }
}

#[test]
fn a_file_without_an_end_leaves_no_half_document() {
    // Longer than one read.
    let item = "PO1**1*EA*1.25**VN*LONG-NUMBER-OF-AN-ITEM~\n";
    let order = order();
    let (before, _) = order.split_once("PO1").unwrap();
    let long = format!("{before}{}", item.repeat(60_000));
    let edi = file("half.edi", &long);
    for format in ["json", "xml"] {
        let from_file = run(&["parse", "--format", format, &edi], "");
        assert_eq!((from_file.0, &*from_file.1), (1, ""));
        let from_pipe = run(&["parse", "--format", format], &long);
        assert_eq!((from_pipe.0, &*from_pipe.1), (1, ""));
    }
}

#[test]
fn the_fault_of_an_input_is_not_the_templates() {
    let json = file("fault.jsonata", "{ 'a': a }");
    let xslt = file(
        "fault.xslt",
        "<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'/>",
    );
    for (template, input, expected) in [
        (&json, "", "standard input is empty"),
        (&json, " \n", "standard input is empty"),
        (
            &json,
            "{\"a\": }",
            "standard input is not JSON: expected value at line 1 column 7",
        ),
        (
            &json,
            "<a/>",
            "standard input is XML, and a JSONata template",
        ),
        (&json, "hello", "standard input is not JSON"),
        (&xslt, "{}", "standard input is JSON, and an XSLT template"),
        (&xslt, "", "standard input is empty"),
        (&json, "UNB+UNOA", "standard input is not JSON"),
    ] {
        let (status, output, problem) = run(&["map", "--template", template], input);
        assert_eq!((status, &*output), (2, ""), "{input}: {problem}");
        assert!(problem.contains(expected), "{input}: {problem}");
        assert!(!problem.contains("fault."), "{input}: {problem}");
    }
}

#[test]
fn map_takes_x12_and_a_time() {
    let template = file(
        "clock.jsonata",
        "{ 'order': **.BEG_03, 'at': $now(), 'day': $fromMillis($millis(), '[Y0001]-[M01]-[D01]') }",
    );
    for (clock, now) in [
        ("2026-03-01T09:30:00Z", "2026-03-01T09:30:00.000Z"),
        ("2026-03-01T09:30:00", "2026-03-01T09:30:00.000Z"),
        ("2026-03-01", "2026-03-01T00:00:00.000Z"),
    ] {
        let arguments = ["map", "--template", &template, "--clock", clock];
        let (status, output, problem) = run(&arguments, &order());
        let expected = format!(
            "{{\n  \"order\": \"PO-77\",\n  \"at\": \"{now}\",\n  \"day\": \"2026-03-01\"\n}}\n"
        );
        assert_eq!((status, &*output, &*problem), (0, &*expected, ""));
    }
    check(
        &["map", "--template", &template, "--clock", "soon"],
        "",
        2,
        &["ISO 8601"],
    );
    let cut = fixture("cut-off.edi");
    check(
        &["map", "--template", &template],
        &cut,
        1,
        &["must be terminated"],
    );
    check(
        &[&["map", "--template", &template], &SET[..]].concat(),
        &order(),
        0,
        &["PO-77"],
    );
}

#[test]
fn every_fixed_value_is_taken_in_any_case() {
    for (arguments, status) in [
        (vec!["parse", "--format", "XML", "--layout", "Compact"], 0),
        (vec!["validate", "--format", "SERVICE"], 0),
        (vec!["ack", "--form", "ta1"], 0),
        (
            vec![
                "parse",
                "--transaction-set",
                "x12_850",
                "--version",
                "version_4010",
            ],
            0,
        ),
        (vec!["parse", "--format", "yaml"], 2),
    ] {
        check(&arguments, &order(), status, &[]);
    }
    let (_, document, _) = run(&["parse"], &order());
    for wrap in [["--wrap", "one_line"], ["--line-terminator", "crlf"]] {
        check(&[&["convert"][..], &wrap].concat(), &document, 0, &["ISA*"]);
    }
}
