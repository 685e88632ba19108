//! `rows`.

use crate::{file, fixture, path, run};

#[test]
fn rows_are_json_lines_or_csv() {
    let order = fixture("purchase-order.edi");
    let segments = order.matches('~').count();
    let (status, json, problems) = run(&["rows"], &order);
    assert_eq!((status, problems.as_str()), (0, ""));
    assert_eq!(json.lines().count(), segments);
    let file = path("purchase-order.edi");
    let (status, csv, _) = run(&["rows", "--format", "csv", &file, &file], "");
    assert_eq!(status, 0);
    // Two files have one heading.
    assert_eq!(csv.lines().count(), 2 * segments + 1);
    assert!(csv.starts_with("file,interchange_number,"), "{csv}");
}

#[test]
fn a_file_with_problems_has_rows_too() {
    let (status, rows, problems) = run(&["rows", &path("no-se.edi")], "");
    assert_eq!(status, 1);
    assert!(rows.lines().count() > 3, "{rows}");
    assert!(problems.contains("no-se.edi: "), "{problems}");
    let (status, rows, problems) = run(&["rows", "--table", "problems", &path("no-se.edi")], "");
    assert_eq!((status, problems.as_str()), (1, ""));
    assert!(rows.contains("\"kind\":\""), "{rows}");
}

#[test]
fn a_file_that_cannot_be_read_does_not_keep_the_others() {
    let (status, rows, problem) = run(&["rows", "nowhere.edi", &path("purchase-order.edi")], "");
    assert_eq!(status, 2);
    assert!(problem.contains("nowhere.edi cannot be read"), "{problem}");
    assert!(rows.contains("\"segment_id\":\"ISA\""), "{rows}");
    let (status, rows, problem) = run(&["rows"], "{}");
    assert_eq!((status, rows.as_str()), (2, ""));
    assert!(problem.contains("is JSON"), "{problem}");
}

#[test]
fn a_generated_specification_gives_rows() {
    let (status, text, _) = run(
        &[
            "specification",
            "--transaction-set",
            "850",
            "--version",
            "4010",
        ],
        "",
    );
    assert_eq!(status, 0);
    let specification = file("generated.toml", &text);
    let order = path("purchase-order.edi");
    for (table, column) in [
        ("transactions", "\"beg_03\":\""),
        ("po1_8000", "\"po1_02\":4.000000"),
    ] {
        let table = format!("{specification}#{table}");
        let (status, rows, problems) = run(&["rows", "--table", &table, &order], "");
        assert_eq!((status, problems.as_str()), (0, ""), "{rows}");
        assert!(rows.contains(column), "{rows}");
    }
}

#[test]
fn specifications_are_named() {
    let (status, text, _) = run(&["specification", "835"], "");
    assert_eq!(status, 0);
    assert!(text.contains("[tables.claims]"), "{text}");
    let (status, _, problem) = run(&["specification", "836"], "");
    assert_eq!(status, 2);
    assert!(problem.contains("no specification 836"), "{problem}");
    assert!(problem.contains("did you mean 83"), "{problem}");
    let unknown = [
        "specification",
        "--transaction-set",
        "999x",
        "--version",
        "4010",
    ];
    let (status, _, problem) = run(&unknown, "");
    assert_eq!(status, 2);
    assert!(problem.contains("no transaction set 999x"), "{problem}");
}

#[test]
fn a_table_is_one_of_ones_own_specification() {
    let specification = file(
        "rows.toml",
        "sets = [\"850\"]\n[tables.orders]\nrow = \"ST\"\n[tables.orders.columns]\nnumber = \"BEG-03\"\n",
    );
    let order = path("purchase-order.edi");
    for table in [specification.clone(), format!("{specification}#orders")] {
        let (status, rows, problem) = run(&["rows", "--table", &table, &order], "");
        assert_eq!((status, problem.as_str()), (0, ""), "{table}");
        assert!(rows.contains("\"number\":\""), "{rows}");
    }
    let wrong = file(
        "rows-wrong.toml",
        "sets = [\"850\"]\n[tables.orders]\nrow = 1\n",
    );
    for (table, part) in [
        (wrong.as_str(), "rows-wrong.toml, line "),
        (
            &format!("{specification}#nothing"),
            "there is no table nothing",
        ),
        ("835.nothing", "there is no table 835.nothing"),
    ] {
        let (status, rows, problem) = run(&["rows", "--table", table, &order], "");
        assert_eq!((status, rows.as_str()), (2, ""), "{table}");
        assert!(problem.contains(part), "{problem}");
    }
}
