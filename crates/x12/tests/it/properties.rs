//! Properties of any input.

use std::fs;

use b2bi_local_x12::{
    AcknowledgementForm, AcknowledgementOptions, Document, DocumentFault, Findings,
    FirstControlNumbers, JsonWriter, Layout, Reader, ReceivedInterchanges, Strictness, Validation,
    Validator, WriteOptions, acknowledge, acknowledge_interchanges, read, split, to_json, to_xml,
    write_json, write_xml,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::documents::{indented, inputs};

/// A fixture in which some bytes are replaced, removed or repeated.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let inputs: Vec<Vec<u8>> = inputs()
        .iter()
        .map(|path| fs::read(path).unwrap())
        .collect();
    let byte = prop_oneof![select(b"*~>:^|\n\r \0HLSETN10".to_vec()), any::<u8>()];
    (select(inputs), vec((any::<Index>(), 0..4_u8, byte), 0..12)).prop_map(
        |(mut input, changes)| {
            for (at, kind, byte) in changes {
                let at = at.index(input.len().max(1));
                match kind {
                    0 => input
                        .iter_mut()
                        .skip(at)
                        .take(1)
                        .for_each(|old| *old = byte),
                    1 if at < input.len() => drop(input.remove(at)),
                    2 => input.insert(at.min(input.len()), byte),
                    _ => input.truncate(at.max(input.len() / 2)),
                }
            }
            input
        },
    )
}

fn in_pieces(input: &[u8], size: usize) -> Document {
    let mut reader = Reader::new(JsonWriter::new(Layout::Compact, 0));
    input.chunks(size).for_each(|piece| reader.push(piece));
    let (writer, reading) = reader.finish();
    let text = String::from_utf8(writer.finish()).unwrap();
    Document { text, reading }
}

fn check(input: &[u8], size: usize) {
    let document = to_json(input, Layout::Compact);
    assert_eq!(in_pieces(input, size), document);
    if document.reading.fatal().is_none() {
        serde_json::from_str::<serde_json::Value>(&document.text).unwrap();
        let pretty = to_json(input, Layout::Pretty).text;
        assert_eq!(pretty, indented(&document.text));
        if let Err(problem) = write_json(&document.text, &WriteOptions::standard()) {
            let lacks = matches!(problem.fault, DocumentFault::HeaderMissing { .. });
            assert!(lacks, "{problem}");
        }
        // A segment's identifier may be invalid as an XML name and contain characters that XML does
        // not allow; then it is refused.
        let _ = write_xml(&to_xml(input).text, &WriteOptions::standard());
    }
    let ((received, validator), reading) = read(
        input,
        (
            ReceivedInterchanges::new(),
            Validator::new(Strictness::Inferred, None).guided(),
        ),
    );
    let validation = validator.finish();
    assert_eq!(validation.report().is_empty(), validation.total() == 0);
    let findings = Findings::new(&reading, Some(&validation));
    let how = AcknowledgementOptions {
        form: AcknowledgementForm::Implementation(None),
        details: true,
        date: "20261123".into(),
        time: "105740".into(),
        numbers: FirstControlNumbers {
            interchange: 1,
            group: 1,
            transaction: 1,
        },
    };
    for form in [
        AcknowledgementForm::ByGroup,
        AcknowledgementForm::Functional,
        AcknowledgementForm::Implementation(None),
        AcknowledgementForm::Implementation(Some("005010X231A1".into())),
    ] {
        let how = AcknowledgementOptions {
            form,
            ..how.clone()
        };
        let answer = acknowledge(&received, &findings, &how);
        if let Some(answer) = &answer {
            assert_valid(answer, input);
            assert_agrees(answer, &received, &findings, &validation);
        }
    }
    let answer = acknowledge_interchanges(&received, &findings, &how);
    if let Some(answer) = &answer {
        assert_valid(answer, input);
    }
    if let Some(answer) = answer {
        let element = answer[3];
        let statuses: Vec<u8> = answer
            .windows(4)
            .enumerate()
            .filter(|(_, pair)| *pair == [b'T', b'A', b'1', element])
            .filter_map(|(at, _)| {
                answer[at..]
                    .split(|answer| *answer == element)
                    .nth(4)?
                    .first()
            })
            .copied()
            .collect();
        // A file is rejected as a whole.
        let rejected = statuses.split(|statuses| *statuses == b'R').count() - 1;
        let wanted = if findings.reject_file() {
            statuses.len()
        } else {
            0
        };
        assert_eq!(rejected, wanted, "{}", answer.escape_ascii());
    }
    for piece in split(input).0 {
        let _ = to_json(&piece.bytes, Layout::Compact);
        if reading.fatal().is_none() && !validation.may_concern(&piece.position) {
            let validator = Validator::new(Strictness::Inferred, None).guided();
            let (validator, reading) = read(&piece.bytes, validator);
            let found = validator.finish();
            assert!(
                reading.problems.is_empty(),
                "{}",
                piece.bytes.escape_ascii()
            );
            assert_eq!(found.report(), "", "{}", piece.bytes.escape_ascii());
        }
    }
}

/// The segments of an acknowledgement with the identifier, by their elements.
fn segments<'a>(answer: &'a [u8], id: &[u8]) -> Vec<Vec<&'a [u8]>> {
    let starts: Vec<usize> = memchr::memmem::find_iter(answer, b"ISA").collect();
    let ends = starts.iter().skip(1).copied().chain([answer.len()]);
    let interchanges = starts
        .iter()
        .zip(ends)
        .map(|(start, end)| &answer[*start..end]);
    let segments = interchanges.flat_map(|interchange| {
        let (element, terminator) = (interchange[3], interchange[105]);
        let segments = interchange.split(move |byte| *byte == terminator);
        segments.map(move |segment| {
            let segment = segment.trim_ascii_start();
            segment.split(|byte| *byte == element).collect()
        })
    });
    segments
        .filter(|elements: &Vec<&[u8]>| elements[0] == id)
        .collect()
}

/// Acknowledgements accept what the validation and a job accept.
fn assert_agrees(
    answer: &[u8],
    received: &ReceivedInterchanges,
    findings: &Findings<'_>,
    validation: &Validation,
) {
    let groups = segments(answer, b"AK9");
    let verdicts = [segments(answer, b"AK5"), segments(answer, b"IK5")].concat();
    let accepted = verdicts.iter().filter(|verdict| verdict[1] == b"A").count();
    if findings.reject_file() {
        let is_rejected = groups
            .iter()
            .all(|group| group[1] == b"R" && group[4] == b"0");
        assert!(is_rejected && accepted == 0, "{}", answer.escape_ascii());
        return;
    }
    let sum = |position: usize| -> usize {
        let text = |group: &Vec<&[u8]>| String::from_utf8_lossy(group[position]).into_owned();
        let counts = groups
            .iter()
            .map(|group| text(group).parse::<usize>().unwrap());
        counts.sum()
    };
    let answered: Vec<(u32, u32)> = (1..)
        .zip(received.envelopes())
        .flat_map(|(interchange, (_, groups))| {
            let groups = (1..).zip(groups).filter(|(_, gs)| gs[0] != "FA");
            groups.map(move |(group, _)| (interchange, group))
        })
        .collect();
    let mut faulty: Vec<(u32, u32, u32)> = validation
        .problems
        .iter()
        .map(|problem| problem.position)
        .filter(|at| at.transaction > 0 && answered.contains(&(at.interchange, at.group)))
        .map(|at| (at.interchange, at.group, at.transaction))
        .collect();
    faulty.sort_unstable();
    faulty.dedup();
    assert_eq!(sum(3) - sum(4), faulty.len(), "{}", answer.escape_ascii());
    assert_eq!(accepted, sum(4), "{}", answer.escape_ascii());
}

/// An acknowledgement has no problem in this crate's validation.
fn assert_valid(answer: &[u8], input: &[u8]) {
    let validator = Validator::new(Strictness::Attested, None).guided();
    let (validator, reading) = read(answer, validator);
    let validation = validator.finish();
    let (report, notes) = (validation.report(), &validation.notes);
    let context = || {
        let (answer, input) = (answer.escape_ascii(), input.escape_ascii());
        format!("{answer}\nanswers\n{input}")
    };
    assert!(reading.fatal().is_none(), "{report}\n{}", context());
    assert_eq!(report, "", "{}", context());
    assert!(notes.is_empty(), "{notes:?}\n{}", context());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_inputs_are_read(input in damaged(), size in 1..200_usize) {
        check(&input, size);
    }

    #[test]
    fn any_bytes_are_read(input in vec(any::<u8>(), 0..400), size in 1..50_usize) {
        check(&input, size);
        check(&[b"ISA*00*          *00*          *ZZ*A              *ZZ*B              *260301*0930*^*00501*000000001*0*T*:~GS*PO*A*B*1*2*3*X*005010~ST*850*1~".as_slice(), &input].concat(), size);
    }

    #[test]
    fn any_text_is_no_document_or_one(text in "[\\[\\]{}:,\"a-zA-Z0-9_#<>/=~* ]{0,200}") {
        let _ = write_json(&text, &WriteOptions::standard());
        let _ = write_xml(&text, &WriteOptions::standard());
        let document = format!("{{\"interchanges\":[{{\"functional_groups\":[{{\"transactions\":[{{\"segments\":[{text}]}}]}}]}}]}}");
        let _ = write_json(&document, &WriteOptions::standard());
    }
}

#[test]
fn one_byte_for_two_delimiters_reads_the_same_in_pieces() {
    let input =
        b"ISA*00*          *00*          *ZZ*A              *ZZ*B              *260301*0930*U\
        *00401*000000001*0*T*:*BIN*0 ** / *ZZ*";
    for size in 1..input.len() {
        check(input, size);
    }
}

#[test]
fn answers_are_valid_whatever_byte_is_a_delimiter() {
    let input = b"ISA*00*          *00*          *ZZ*A              *ZZ*B              *260301*0930*^\
        *00501*000000001*0*T*:~GS*PO*A*B*20260301*0930*3*X*005010~ST*850*0001~BEG*00*SA*1**20260301~\
        REF*DP*a^b~SE*4*0001~GE*1*3~IEA*1*000000001~";
    for delimiter in *b"*^:~" {
        for byte in (0..b'0').chain(*b":A^_\x7f\x80\xa0\xff") {
            let mut input = input.to_vec();
            let places = input.iter_mut().filter(|old| **old == delimiter);
            places.for_each(|old| *old = byte);
            check(&input, 64);
        }
    }
}

#[test]
fn answers_are_valid_whatever_the_type_of_a_group() {
    let header = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260301*0930*^\
        *00501*000000001*0*T*:~";
    for first in 'A'..='Z' {
        for second in 'A'..='Z' {
            for version in ["005010X222A1", "005010", "0"] {
                let group = format!("GS*{first}{second}*A1*B1*20260301*0930*3*X*{version}~");
                let input = format!("{header}{group}ST*850*1~SE*2*1~GE*1*3~IEA*1*000000001~");
                check(input.as_bytes(), 64);
            }
        }
    }
}

#[test]
fn what_stands_after_an_interchange_reads_the_same_in_pieces() {
    let interchange = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260301*0930*U\
        *00401*000000001*0*T*:~IEA*0*000000001~";
    for after in [
        "IEA*1*2~",
        "GS*PO~",
        "GE~",
        "TA1*1~",
        "SE*1~",
        "ST",
        "IE",
        "ISB*1~",
        "ISA",
        "ISA*0",
        "I",
        "\n~~",
        "text",
        "TEXT*1~",
        "BEG*00~IEA*1*2~",
    ] {
        for between in ["", "\r\n", " \0"] {
            let input = format!("{interchange}{between}{after}");
            for size in 1..input.len() {
                check(input.as_bytes(), size);
            }
            check(format!("{input}{interchange}").as_bytes(), 1);
        }
    }
}

#[test]
fn a_file_that_is_wrapped_at_its_beginning_only_reads_the_same_in_pieces() {
    let segments = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *260301*0930*^\
        *00501*000000001*0*T*:~GS*PO*A1*B1*20260301*0930*3*X*005010~ST*850*1~BEG*00*SA*1**20260301~\
        REF*DP*12~REF*DP*13~REF*DP*14~REF*DP*15~REF*DP*16~REF*DP*17~";
    for length in [40, 80, 107] {
        let bytes = segments.as_bytes();
        let lines: Vec<&[u8]> = bytes
            .chunks(length)
            .filter(|line| line.len() == length)
            .collect();
        let mut input = lines.join(&b'\n');
        input.push(b'\n');
        input.extend_from_slice("REF*DP*18~".repeat(30).as_bytes());
        for size in 1..input.len() {
            check(&input, size);
        }
    }
}
