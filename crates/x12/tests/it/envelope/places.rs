//! The positions of envelope problems: element, line and byte.

use b2bi_local_x12::{JsonWriter, Layout, Reader};

use super::ORDER;

/// The message about the wrong SE01 of the second transaction, for any division of the file into
/// pieces.
fn check(lined: impl Fn(&str) -> String, place: &str) {
    let input = lined(&ORDER.replace("SE*4*0002", "SE*5*0002"));
    for size in [1, 7, 64, input.len()] {
        let mut reader = Reader::new(JsonWriter::new(Layout::Compact, 0));
        input
            .as_bytes()
            .chunks(size)
            .for_each(|piece| reader.push(piece));
        let (_, reading) = reader.finish();
        let problems: Vec<String> = reading.problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems.len(), 1, "{problems:?}");
        let wanted = format!("Expected 4 instead of 5 at segment 10, field 2{place}");
        assert!(problems[0].ends_with(&wanted), "{problems:?}");
    }
}

#[test]
fn an_element_of_the_envelope_has_a_line_and_a_byte() {
    check(str::to_owned, " (SE01, line 1, byte 268)");
    check(
        |text| text.replace('~', "~\n"),
        " (SE01, line 10, byte 277)",
    );
    check(
        |text| text.replace('~', "~\r\n"),
        " (SE01, line 10, byte 286)",
    );
    check(|text| text.replace('~', "\n"), " (SE01, line 10, byte 268)");
    check(|text| format!("\n\n{text}"), " (SE01, line 3, byte 270)");
    check(
        |text| text.replace("PO-7", "PO\n7"),
        " (SE01, line 3, byte 268)",
    );
    // If line breaks mean nothing, lines do not either.
    let wrapped = |text: &str| {
        let lines = text.as_bytes().chunks(80).map(String::from_utf8_lossy);
        lines.collect::<Vec<_>>().join("\n")
    };
    check(wrapped, "");
}

#[test]
fn control_characters_are_spelled() {
    let found = super::answers(ORDER.replace("GE*2*7~", "GE*2*7~N\u{1d}E**X~").as_bytes());
    assert!(
        found.report[0].contains("segment N\\x1dE"),
        "{:?}",
        found.report
    );
    let found = super::answers(ORDER.replacen("BEG*00*SA", "BEG*00*S\u{1d}", 1).as_bytes());
    assert!(found.report[0].contains("|S\\x1d|"), "{:?}", found.report);
    let found = super::answers(ORDER.replace("IEA*1*000000042", "IEA*1*00\u{7}").as_bytes());
    assert!(found.report[0].contains("00\\x07"), "{:?}", found.report);
}

/// The problem that ends the reading is reported in addition to the problems found before.
#[test]
fn a_fatal_problem_hides_none_before_it() {
    let faulty = ORDER
        .replacen("*ZZ*BLUE", "*QQ*BLUE", 1)
        .replacen("SE*4*0001", "SE*5*0001", 1);
    for (end, last) in [
        ("GE*2*7", "must be terminated with a GE segment"),
        ("*EA*12.50~SE*4*0002", "ends in the middle of segment PO1"),
    ] {
        let cut = &faulty[..faulty.rfind(end).unwrap()];
        let report = super::answers(cut.as_bytes()).report;
        assert_eq!(report.len(), 3, "{report:?}");
        for (message, wanted) in report
            .iter()
            .zip(["ISA-5", "Expected 4 instead of 5", last])
        {
            assert!(message.contains(wanted), "{wanted}: {report:?}");
        }
    }
}
