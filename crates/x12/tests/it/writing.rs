//! Documents written as X12.

use std::fs;
use std::path::Path;

use b2bi_local_x12::{
    Delimiters, Document, FirstControlNumbers, JsonWriter, Layout, LineBreak, Problem, ProblemKind,
    ReadReport, Reader, Wrap, WriteOptions, to_json, to_xml, write_json, write_xml,
};

use super::documents::inputs;
use super::samples;

/// Reads, writes with the same delimiters, from JSON and from XML, and reads again: the document is
/// the same.
fn check(path: &Path, wrap: Wrap) {
    let input = fs::read(path).unwrap();
    let first = to_json(&input, Layout::Compact);
    let short = |problem: &Problem| matches!(problem.kind, ProblemKind::HeaderLength { .. });
    if first.reading.fatal().is_some() || first.reading.problems.iter().any(short) {
        return;
    }
    let delimiters = first.reading.delimiters.unwrap();
    let from_document = Delimiters {
        repetition: None,
        ..delimiters
    };
    let writing = WriteOptions {
        delimiters: from_document,
        wrap,
        ..WriteOptions::standard()
    };
    compare(
        path,
        &write_json(&first.text, &writing).unwrap(),
        &first.text,
    );
    // XML preserves neither all separators nor the control characters of binary data.
    let in_xml = path
        .file_stem()
        .is_some_and(|name| name != "two-interchanges" && name != "binary");
    if in_xml {
        let writing = WriteOptions {
            delimiters,
            wrap,
            ..WriteOptions::standard()
        };
        compare(
            path,
            &write_xml(&to_xml(&input).text, &writing).unwrap(),
            &first.text,
        );
    }
}

fn compare(path: &Path, written: &[u8], wanted: &str) {
    let second = to_json(written, Layout::Compact);
    assert_eq!(second.reading.problems, [], "{}", path.display());
    assert_eq!(second.text, wanted, "{}", path.display());
}

#[test]
fn what_was_written_reads_the_same() {
    for wrap in [Wrap::Segment(LineBreak::CrLf), Wrap::OneLine] {
        samples::inputs()
            .iter()
            .chain(&inputs())
            .for_each(|path| check(path, wrap));
    }
}

#[test]
fn a_sample_is_written_byte_for_byte() {
    for path in samples::inputs() {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if name == "835-005010-0948707895" {
            let input = fs::read_to_string(&path).unwrap();
            let mut writing = WriteOptions::standard();
            writing.delimiters.component = b'|';
            let written =
                write_json(&to_json(input.as_bytes(), Layout::Pretty).text, &writing).unwrap();
            assert_eq!(
                String::from_utf8(written).unwrap().trim_end(),
                input.trim_end()
            );
        }
    }
}

const DOCUMENT: &str = r#"{"interchanges":[{"ISA_06_SenderId":"ME","ISA_08_ReceiverId":"YOU","ISA_09_Date":"20260301",
"ISA_10_Time":"0930","functional_groups":{"GS_01_FunctionalIdentifierCode":"PO","GS_02_ApplicationSenderCode":"ME",
"GS_03_ApplicationReceiverCode":"YOU","GS_04_Date":"20260301","GS_05_Time":"0930","GS_06_GroupControlNumber":7,
"GS_07_ResponsibleAgencyCode":"X","GS_08_Version":"005010","transactions":[{"ST_01_TransactionSetIdentifierCode":"850",
"ST_02_TransactionSetControlNumber":"0009","segments":[{"BEG_01":"00","BEG_03":"a*b:c^d~e\nf","BEG_05":""},
{"any_loop":[{"REF_01":"ZZ","REF_04":{"REF_04_01":"x","REF_04_03":"z","REF_04_04":""}},{"N1-9_loop":[{},{"N3_01":"1","N3_02":null}]}]},
{"EB_03":"30","EB_03#2":"35","CTT_01":1}]}]}}]}"#;

fn written(writing: &WriteOptions) -> String {
    String::from_utf8(write_json(DOCUMENT, writing).unwrap()).unwrap()
}

#[test]
fn an_envelope_is_filled_and_counted() {
    assert_eq!(
        written(&WriteOptions::standard()),
        "ISA*00*          *00*          *ZZ*ME             *ZZ*YOU            *260301*0930*^*00501*000000001*0*P*:~\n\
         GS*PO*ME*YOU*20260301*0930*7*X*005010~\nST*850*0009~\nBEG*00**a?b?c?d?e?f~\nREF*ZZ***x::z~\nN1~\nN3*1~\n\
         EB***30^35~\nCTT*1~\nSE*8*0009~\nGE*1*7~\nIEA*1*000000001~\n"
    );
}

#[test]
fn options_replace_what_the_document_says() {
    let mut writing = WriteOptions::standard();
    writing.time_digits = Some(8);
    writing.isa = vec![(6, "OTHER".into()), (12, "00401".into()), (15, "T".into())];
    writing.gs = vec![(2, "OTHER".into()), (8, "004010".into())];
    writing.numbers = Some(FirstControlNumbers {
        interchange: 41,
        group: 52,
        transaction: 3,
    });
    writing.wrap = Wrap::OneLine;
    let text = written(&writing);
    assert!(text.starts_with("ISA*00*          *00*          *ZZ*OTHER          *ZZ*YOU            *260301*0930*U*00401*000000041*0*T*:~GS*PO*OTHER*YOU*20260301*09300000*52*X*004010~ST*850*0003~"), "{text}");
    assert!(
        text.ends_with("SE*8*0003~GE*1*52~IEA*1*000000041~"),
        "{text}"
    );
}

#[test]
fn lines_break_after_a_length() {
    let mut writing = WriteOptions::standard();
    let whole = {
        writing.wrap = Wrap::OneLine;
        written(&writing)
    };
    writing.wrap = Wrap::Length(80, LineBreak::CrLf);
    let lines = written(&writing);
    let mut full = lines.split("\r\n").take(2);
    assert!(full.all(|line| line.len() == 80));
    assert_eq!(lines.replace("\r\n", ""), whole.replace('\n', "?"));
}

#[test]
fn wrapped_files_are_read_as_whole_ones() {
    let text = written(&one_line()).replace('\n', "?");
    let whole = to_json(text.as_bytes(), Layout::Compact);
    for line_break in [LineBreak::Lf, LineBreak::CrLf, LineBreak::Cr] {
        for length in 1..=text.len() {
            let wrapped = wrapped(&text, length, line_break);
            check_wrapped(&wrapped, &whole, length);
            // Files end with or without a line break, and whitespace may precede the first segment.
            check_wrapped(&format!("\n{wrapped}\r\n"), &whole, length);
        }
    }
}

#[test]
fn a_break_within_binary_data_counts() {
    let bytes = "x~*y".repeat(40);
    let text = format!(
        "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260301*0930*^*00501*000000001*0*T*:~\
         GS*PI*A*B*20260301*0930*1*X*005010~ST*275*0001~BIN*160*{bytes}~SE*3*0001~GE*1*1~IEA*1*000000001~"
    );
    let whole = to_json(text.as_bytes(), Layout::Compact);
    assert_eq!(whole.reading.problems, []);
    for length in 1..=text.len() {
        check_wrapped(&wrapped(&text, length, LineBreak::Lf), &whole, length);
    }
    let with_a_break = text.replacen("x~*yx", "x~*\nx", 1);
    let document = to_json(with_a_break.as_bytes(), Layout::Compact);
    assert_eq!(document.reading.problems, []);
    assert!(
        document.text.contains(r#""BIN_02":"x~*\nx~*y"#),
        "{document:?}"
    );
}

#[test]
fn wrapped_files_may_follow_each_other() {
    let text = written(&one_line());
    let twice = to_json(text.repeat(2).as_bytes(), Layout::Compact);
    let wrapped = wrapped(&text, 80, LineBreak::Lf) + "\n";
    check_wrapped(&wrapped.repeat(2), &twice, 80);
}

#[test]
fn breaks_of_other_kinds_stay_in_the_data() {
    let text = written(&one_line());
    for (from, to) in [("0003~", "0003~\n"), ("*OTHER*YOU*", "*OT\nHER*YOU*")] {
        let broken = text.replace(from, to).replace("SE*8", "MSG*A\nB~SE*9");
        let document = to_json(broken.as_bytes(), Layout::Compact).text;
        assert!(document.contains(r#""MSG_01":"A\nB""#), "{document}");
    }
}

fn one_line() -> WriteOptions {
    let mut writing = WriteOptions::standard();
    writing.wrap = Wrap::OneLine;
    writing
}

fn wrapped(text: &str, length: usize, line_break: LineBreak) -> String {
    let line_break = match line_break {
        LineBreak::Lf => "\n",
        LineBreak::CrLf => "\r\n",
        LineBreak::Cr => "\r",
    };
    let lines: Vec<&str> = (0..text.len())
        .step_by(length)
        .map(|at| &text[at..text.len().min(at + length)])
        .collect();
    lines.join(line_break)
}

/// Reads at once, and in pieces of any size; a wrapped file has no lines.
fn check_wrapped(text: &str, whole: &Document, length: usize) {
    let without_lines = |mut reading: ReadReport| {
        reading.last_line = 0;
        reading
    };
    let wanted = without_lines(whole.reading.clone());
    let found = to_json(text.as_bytes(), Layout::Compact);
    assert_eq!(found.text, whole.text, "{length}");
    assert_eq!(without_lines(found.reading), wanted, "{length}");
    for size in [1, length.max(2) - 1, 100] {
        let mut reader = Reader::new(JsonWriter::new(Layout::Compact, 0));
        text.as_bytes()
            .chunks(size)
            .for_each(|piece| reader.push(piece));
        let (writer, reading) = reader.finish();
        assert_eq!(writer.finish(), whole.text.as_bytes(), "{length} {size}");
        assert_eq!(without_lines(reading), wanted, "{length} {size}");
    }
}

#[test]
fn a_text_that_is_no_document_says_where() {
    let check = |document: &str, wanted: &str| {
        assert_eq!(
            write_json(document, &WriteOptions::standard())
                .unwrap_err()
                .to_string(),
            wanted
        );
    };
    check("{", "not JSON at byte 1");
    check("{}", "interchanges is missing");
    check(
        r#"{"interchanges":[{}]}"#,
        "interchanges[0]: functional_groups is missing",
    );
    check(
        r#"{"interchanges":[{"ISA_xx":"1","functional_groups":[]}]}"#,
        "interchanges[0]: ISA_xx does not name an element",
    );
    let segment = |segment: &str| {
        format!(
            r#"{{"interchanges":[{{"functional_groups":[{{"GS_06":"1","GS_08":"004010","transactions":[{{"ST_01":"850","ST_02":"1","segments":[{segment}]}}]}}]}}]}}"#
        )
    };
    let path = "interchanges[0].functional_groups[0].transactions[0].segments[0]";
    check(&segment("1"), &format!("{path}: an object is expected"));
    check(
        &segment(r#"{"BEG":"1"}"#),
        &format!("{path}: BEG does not name an element"),
    );
    check(
        &segment(r#"{"BEG_01":["1"]}"#),
        &format!("{path}.BEG_01: a string or an object is expected"),
    );
    check(
        &segment(r#"{"BEG_99999999":"1"}"#),
        &format!("{path}: BEG_99999999 does not name an element"),
    );
}

#[test]
fn a_text_that_is_no_xml_document_says_so() {
    let check = |document: &str, wanted: &str| {
        assert_eq!(
            write_xml(document, &WriteOptions::standard())
                .unwrap_err()
                .to_string(),
            wanted
        );
    };
    check("<a/>", "interchange is missing");
    check("<a>", "not XML after byte 3");
    check("<a></b>", "not XML after byte 3");
    check(
        "<ediroot><segment Id=\"BEG\"><element Id=\"REF01\"/></segment></ediroot>",
        "BEG: REF01 does not name an element",
    );
}

#[test]
fn nothing_is_cut_from_a_header() {
    let check = |old: &str, new: &str, wanted: &str| {
        assert!(DOCUMENT.contains(old), "{old}");
        let problem =
            write_json(&DOCUMENT.replacen(old, new, 1), &WriteOptions::standard()).unwrap_err();
        assert_eq!(problem.to_string(), wanted);
    };
    let interchange = "interchanges[0]: ";
    let long = |text: &str| format!("{interchange}{text}");
    check(
        "Id\":\"ME\"",
        "Id\":\"ABCDEFGHIJKLMNOP\"",
        &long("ISA06 has 16 characters, and at most 15 fit"),
    );
    check(
        "ISA_09",
        "ISA_13_\":\"1234567890\",\"ISA_09",
        &long("ISA13 has 10 characters, and at most 9 fit"),
    );
    check(
        "ISA_09",
        "ISA_13_\":\"0000000001\",\"ISA_09",
        &long("ISA13 has 10 characters, and at most 9 fit"),
    );
    check(
        "ISA_09",
        "ISA_01\":\"000\",\"ISA_09",
        &long("ISA01 has 3 characters, and at most 2 fit"),
    );
    check(
        "\"0930\"",
        "\"093000\"",
        &long("ISA10 has 6 characters, and at most 4 fit"),
    );
    let group = "interchanges[0].functional_groups[0]";
    check(
        ",\"GS_06_GroupControlNumber\":7",
        "",
        &format!("{group}: GS06 is missing"),
    );
    check("\"005010\"", "\" \"", &format!("{group}: GS08 is missing"));
    let transaction = format!("{group}.transactions[0]");
    check(
        "\"0009\"",
        "null",
        &format!("{transaction}: ST02 is missing"),
    );
    let (start, rest) = DOCUMENT.split_once("\"GS_01").unwrap();
    let end = rest.split_once("\"transactions").unwrap().1;
    let problem = write_json(
        &format!("{start}\"transactions{end}"),
        &WriteOptions::standard(),
    )
    .unwrap_err();
    assert_eq!(problem.to_string(), format!("{group}: GS is missing"));
    // Spaces are padding, and the values of the options are used.
    let padded = DOCUMENT.replacen("Id\":\"ME\"", "Id\":\"ME                    \"", 1);
    write_json(&padded, &WriteOptions::standard()).unwrap();
    let mut writing = WriteOptions::standard();
    writing.gs = vec![(6, "9".into())];
    writing.isa = vec![(6, "ABCDEFGHIJKLMNOP".into())];
    let problem = write_json(DOCUMENT, &writing).unwrap_err();
    assert_eq!(
        problem.to_string(),
        "interchanges[0]: ISA06 has 16 characters, and at most 15 fit"
    );
    writing.isa.clear();
    write_json(
        &DOCUMENT.replacen(",\"GS_06_GroupControlNumber\":7", "", 1),
        &writing,
    )
    .unwrap();
}

#[test]
fn all_faults_of_headers_are_named() {
    let long = DOCUMENT
        .replacen("Id\":\"ME\"", "Id\":\"ABCDEFGHIJKLMNOP\"", 1)
        .replacen("ISA_09", "ISA_13_\":\"1234567890\",\"ISA_09", 1)
        .replacen(",\"GS_06_GroupControlNumber\":7", "", 1)
        .replacen("\"005010\"", "\" \"", 1)
        .replacen("\"0009\"", "null", 1);
    let problem = write_json(&long, &WriteOptions::standard()).unwrap_err();
    let group = "interchanges[0].functional_groups[0]";
    assert_eq!(
        problem.to_string(),
        format!(
            "interchanges[0]: ISA06 has 16 characters, and at most 15 fit; \
             interchanges[0]: ISA13 has 10 characters, and at most 9 fit; \
             {group}: GS06 is missing; {group}: GS08 is missing; \
             {group}.transactions[0]: ST02 is missing"
        )
    );
    // The problem that ends the writing comes after the faults of earlier headers.
    let problem = write_json(
        r#"{"interchanges":[{"ISA_06":"ABCDEFGHIJKLMNOP","functional_groups":[{}]}]}"#,
        &WriteOptions::standard(),
    )
    .unwrap_err();
    assert_eq!(
        problem.to_string(),
        format!(
            "interchanges[0]: ISA06 has 16 characters, and at most 15 fit; \
             {group}: transactions is missing"
        )
    );
    let many = r#"{"interchanges":["#.to_owned()
        + &[r#"{"ISA_06":"ABCDEFGHIJKLMNOP","functional_groups":[]}"#; 50].join(",")
        + "]}";
    let problem = write_json(&many, &WriteOptions::standard()).unwrap_err();
    assert_eq!(problem.others.len(), 19);
    assert!(problem.to_string().ends_with("; and 30 more"), "{problem}");
}

#[test]
fn nothing_is_cut_from_a_header_in_xml() {
    let input = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260301*0930*^*00501*000000001*0*T*:~\
                 GS*PO*A*B*20260301*0930*1*X*005010~ST*850*0001~BEG*00*SA*1**20260301~SE*3*0001~GE*1*1~IEA*1*000000001~";
    let document = to_xml(input.as_bytes()).text;
    for (old, new, wanted) in [
        (
            "Id=\"A              \"",
            "Id=\"ABCDEFGHIJKLMNOP\"",
            "interchange: ISA06 has 16 characters, and at most 15 fit",
        ),
        (
            "Control=\"000000001\"",
            "Control=\"1234567890\"",
            "interchange: ISA13 has 10 characters, and at most 9 fit",
        ),
        (
            "Control=\"000000001\" AckRequest=\"0\"",
            "Control=\"1234567890\" AckRequest=\"00\"",
            "interchange: ISA13 has 10 characters, and at most 9 fit; \
             interchange: ISA14 has 2 characters, and at most 1 fit",
        ),
        ("Control=\"1\"", "", "group: GS06 is missing"),
        ("Control=\"0001\"", "", "transaction: ST02 is missing"),
    ] {
        assert!(document.contains(old), "{old} in {document}");
        let problem =
            write_xml(&document.replacen(old, new, 1), &WriteOptions::standard()).unwrap_err();
        assert_eq!(problem.to_string(), wanted);
    }
}

#[test]
fn isa11_is_kept() {
    for isa11 in [
        "U*00401", "U*00501", "^*00401", "^*00501", "|*00401", "|*00501", " *00401", " *00501",
        "0*00501",
    ] {
        let input = format!(
            "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260301*0930*{isa11}*000000001*0*T*:~\n\
             GS*PO*A*B*20260301*0930*1*X*005010~\nST*850*0001~\nBEG*00*SA*1**20260301~\nSE*3*0001~\nGE*1*1~\nIEA*1*000000001~\n"
        );
        let json = to_json(input.as_bytes(), Layout::Compact).text;
        let from_json = write_json(&json, &WriteOptions::standard()).unwrap();
        let from_xml =
            write_xml(&to_xml(input.as_bytes()).text, &WriteOptions::standard()).unwrap();
        assert_eq!(String::from_utf8(from_json).unwrap(), input);
        assert_eq!(String::from_utf8(from_xml).unwrap(), input);
    }
}

#[test]
fn a_deep_hierarchy_is_written_back() {
    for levels in [60, 130, 255, 400] {
        let hl = |level: u32| match level {
            1 => "HL*1**S~".to_owned(),
            level => format!("HL*{level}*{}*I~", level - 1),
        };
        let body: String = (1..=levels).map(hl).collect();
        let input = format!(
            "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260301*0930*U*00401*000000001*0*T*:~\
             GS*SH*A*B*20260301*0930*1*X*004010~ST*856*0001~BSN*00*1*20260301*0930~{body}SE*{}*0001~GE*1*1~IEA*1*000000001~",
            levels + 3
        );
        let first = to_json(input.as_bytes(), Layout::Compact).text;
        let written = write_json(&first, &WriteOptions::standard()).unwrap();
        assert_eq!(to_json(&written, Layout::Compact).text, first, "{levels}");
        let in_xml = to_xml(input.as_bytes()).text;
        assert_eq!(
            write_xml(&in_xml, &WriteOptions::standard()).unwrap(),
            written,
            "{levels}"
        );
    }
}
