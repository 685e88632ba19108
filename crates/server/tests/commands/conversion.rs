//! `convert`: its output, the delimiters, and the problems that it reports.

use crate::{file, fixture, order, path, run};

#[test]
fn a_document_goes_back_to_the_same_document() {
    // XML has no character for the NUL in the binary one.
    for (name, formats) in [
        ("purchase-order", &["json", "xml"][..]),
        ("levels", &["json", "xml"]),
        ("two-interchanges", &["json", "xml"]),
        ("binary", &["json"]),
    ] {
        let file = path(&format!("{name}.edi"));
        let (_, document, _) = run(&["parse", &file], "");
        for format in formats {
            let (_, written, _) = run(&["parse", "--format", format, &file], "");
            let (status, x12, problem) = run(&["convert"], &written);
            assert!(status < 2, "{name} {format}: {problem}");
            let (_, again, _) = run(&["parse"], &x12);
            assert_eq!(again, document, "{name} {format}");
        }
    }
}

#[test]
fn convert_writes_as_configured() {
    let (_, document, _) = run(&["parse"], &order());
    let lines = [
        "--wrap",
        "LINE_LENGTH",
        "--line-length",
        "80",
        "--line-terminator",
        "CRLF",
    ];
    let (status, x12, _) = run(&[&["convert"], &lines[..]].concat(), &document);
    assert_eq!(status, 0);
    assert!(x12.split("\r\n").all(|line| line.len() <= 80), "{x12}");
    let one_line = ["convert", "--wrap", "ONE_LINE", "--delimiters", "|>~"];
    let (_, x12, _) = run(&one_line, &document);
    assert!(x12.starts_with("ISA|00|") && !x12.contains('\n'), "{x12}");
}

#[test]
fn delimiters_come_from_the_file_that_the_document_came_from() {
    for delimiters in ["*>~", "|:'", "+!?"] {
        let [element, component, terminator] = delimiters.as_bytes() else {
            return;
        };
        let edi = order().replace("*T*>", "*T*%");
        let edi: String = edi
            .chars()
            .map(|character| match character {
                '*' => char::from(*element),
                '%' => char::from(*component),
                '~' => char::from(*terminator),
                other => other,
            })
            .collect();
        let source = file("delimiters.edi", &edi);
        let (_, document, _) = run(&["parse", &source], "");
        let converted = run(&["convert", "--delimiters-of", &source], &document);
        assert_eq!(converted, (0, edi.clone(), String::new()), "{delimiters}");
    }
    let (status, _, problem) = run(&["convert", "--delimiters-of", "/nowhere.edi"], "{}");
    assert_eq!(status, 2);
    assert!(problem.contains("/nowhere.edi cannot be read"), "{problem}");
}

#[test]
fn what_is_written_is_validated() {
    let (status, x12, problem) = run(&["convert"], &fixture("purchase-order.json"));
    assert_eq!(status, 1);
    assert!(x12.starts_with("ISA*"), "{x12}");
    assert_eq!(
        problem,
        "the X12: SAC, line 12, segment 10 of transaction 1: Segment is out of sequence.\n"
    );
    let (_, document, _) = run(&["parse"], &order());
    let (status, _, problem) = run(&["convert"], &document);
    assert_eq!((status, &*problem), (0, ""));
}
