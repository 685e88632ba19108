use b2bi_local_b2bi::Selection;
use b2bi_local_model::types::X12Version;
use b2bi_local_x12::{JsonWriter, Layout, Reader};
use serde_json::Value;

use super::super::selection::{selection_of, sets_of};
use super::places::Places;
use super::segments::{DocumentWriter, SegmentRecorder};
use super::{InspectOptions, Pane, SampleSize, outline, sample};
use crate::system;

fn options() -> InspectOptions {
    InspectOptions {
        selection: None,
        is_strict: false,
        is_xml: false,
        part: 0,
        pane: None,
        now: system::now(),
    }
}

const PANES: [(Pane, &str); 3] = [
    (Pane::Report, "report"),
    (Pane::Acknowledgement, "acknowledgement"),
    (Pane::Back, "back"),
];

/// The response for the page, with the document in it and each of the panes.
fn inspect(text: &str, options: &InspectOptions) -> Value {
    let inspected = super::inspect(text, options);
    let mut found = serde_json::to_value(&inspected).unwrap();
    found["document"] = inspected.document().into();
    for (pane, name) in PANES {
        assert!(found.get(name).is_none(), "{name}");
        let wanted = InspectOptions {
            pane: Some(pane),
            ..*options
        };
        let with_pane = serde_json::to_value(super::inspect(text, &wanted)).unwrap();
        if let Some(content) = with_pane.get(name) {
            found[name] = content.clone();
        }
    }
    found
}

/// The columns of the segments as rows, with names for their indexes.
fn rows(columns: &Value) -> Vec<Value> {
    let count = columns["from"].as_array().unwrap().len();
    let row = |at: usize| -> Value {
        let of = |column: &str| columns[column][at].clone();
        let name = |column: &str| {
            let index = columns[column][at].as_u64().unwrap();
            columns["names"][usize::try_from(index).unwrap()].clone()
        };
        Value::from([
            of("from"),
            of("to"),
            of("depth"),
            name("inLoop"),
            name("fit"),
            of("documentFrom"),
            of("documentTo"),
        ])
    };
    (0..count).map(row).collect()
}

fn set_850() -> Selection {
    selection_of("850", "4010").unwrap()
}

/// The part of a text between two offsets of a list.
fn part(text: &str, row: &Value, from: usize) -> String {
    let at = |index: usize| usize::try_from(row[index].as_u64().unwrap()).unwrap();
    let units: Vec<u16> = text.encode_utf16().collect();
    String::from_utf16(&units[at(from)..at(from + 1)]).unwrap()
}

/// Every segment is found at its place in the text, and in the document.
#[track_caller]
fn check(text: &str, options: &InspectOptions) -> Value {
    let found = inspect(text, options);
    let terminator = found["delimiters"]["terminator"].as_str().unwrap();
    let unwrapped = text.replace(['\r', '\n'], "");
    let expected: Vec<&str> = unwrapped
        .split(terminator)
        .filter(|segment| !segment.trim().is_empty())
        .collect();
    let rows = rows(&found["segments"]);
    let segments: Vec<String> = rows
        .iter()
        .map(|row| part(text, row, 0).replace(['\r', '\n'], ""))
        .collect();
    assert_eq!(segments, expected);
    let document = found["document"].as_str().unwrap();
    for (row, segment) in rows.iter().zip(&segments) {
        let id = segment.split('*').next().unwrap();
        let shown = part(document, row, 5);
        let is_trailer = ["SE", "GE", "IEA"].contains(&id);
        assert!(is_trailer || shown.contains(&format!("{id}_0")), "{shown}");
    }
    found
}

#[test]
fn segments_are_found_in_text_and_document() {
    let text = sample(set_850(), SampleSize::Full).unwrap();
    let found = check(&text, &options());
    assert_eq!(found["problems"], Value::Array(vec![]));
    assert_eq!(found["selection"]["transactionSet"], "X12_850");
    assert_eq!(found["back"]["isSame"], true);
    assert!(found["acknowledgement"].as_str().unwrap().contains("AK5*A"));
    check(&text.replace('\n', ""), &options());
    check(&text.replace('\n', "\r\n"), &options());
    let is_xml = InspectOptions {
        is_xml: true,
        ..options()
    };
    let found = inspect(&text, &is_xml);
    assert!(found["document"].as_str().unwrap().starts_with("<?xml"));
    assert_eq!(found["back"]["isSame"], true);
}

#[test]
fn offsets_count_as_scripts_do() {
    let text = sample(set_850(), SampleSize::Required).unwrap();
    let text = text.replacen("BEG*", "NTE*ADD*Größe 😀~\nBEG*", 1);
    check(&text, &options());
}

#[test]
fn lines_of_a_fixed_length_are_no_segments() {
    let text = sample(set_850(), SampleSize::Required).unwrap();
    let line: Vec<char> = text.replace('\n', "").chars().collect();
    let lines: Vec<String> = line
        .chunks(40)
        .map(|chunk| chunk.iter().collect())
        .collect();
    check(&lines.join("\n"), &options());
    check(&lines.join("\r\n"), &options());
}

#[test]
fn problems_have_places() {
    let text = sample(set_850(), SampleSize::Required).unwrap();
    let text = text.replacen("BEG*", "BEG*Ä?", 1);
    let found = inspect(&text, &options());
    let problem = &found["problems"][0];
    let at = usize::try_from(problem["at"].as_u64().unwrap()).unwrap();
    assert_eq!(&text[at..at + 3], "Ä?", "{problem}");
    assert!(problem["place"].as_str().unwrap().starts_with("BEG01"));
}

/// The segments of one part, each with its share of the document, and the number of parts.
fn recorded(text: &str, number: usize, limit: usize) -> (Vec<(Value, String)>, usize) {
    let writer = DocumentWriter::Json(JsonWriter::new(Layout::Pretty, 0));
    let mut reader = Reader::new(SegmentRecorder::new(writer, number, limit));
    reader.push(text.as_bytes());
    let mut recorder = reader.finish().0.finish();
    let places = Places::new(text, false);
    let document = recorder.take_document();
    let columns = recorder.columns(text, &places, &document);
    let rows = rows(&serde_json::to_value(columns).unwrap());
    let starts = recorder.starts(&places);
    assert_eq!(recorder.is_whole(), starts.len() == 1);
    if let Some(first) = rows.first() {
        assert_eq!(first[0], starts[number]);
    }
    let with_document = |row: Value| {
        let made = part(&document, &row, 5);
        let place: Vec<Value> = row.as_array().unwrap()[..5].to_vec();
        (Value::from(place), made)
    };
    (rows.into_iter().map(with_document).collect(), starts.len())
}

#[test]
fn the_parts_of_a_file_are_the_whole() {
    for size in [SampleSize::Full, SampleSize::Required] {
        let text = sample(set_850(), size).unwrap();
        let (whole, _) = recorded(&text, 0, usize::MAX);
        for limit in [1, 2, 3, 7, whole.len() - 1, whole.len(), whole.len() + 1] {
            let parts = whole.len().div_ceil(limit);
            let mut found = Vec::new();
            for part in 0..parts {
                let (rows, count) = recorded(&text, part, limit);
                assert_eq!(count, parts, "{limit}");
                assert!(rows.len() <= limit);
                found.extend(rows);
            }
            assert_eq!(found, whole, "{limit}");
            assert_eq!(recorded(&text, parts, limit).0, []);
            assert_eq!(recorded(&text, usize::MAX, limit).0, []);
        }
    }
}

#[test]
fn what_is_not_x12_is_told() {
    for (text, kind, member, expected) in [
        ("", "empty", "document", Value::from("")),
        ("{}", "json", "x12", Value::Null),
        ("<a/>", "xml", "x12", Value::Null),
        ("hello", "x12", "isWhole", false.into()),
        ("ISA*", "x12", "isWhole", false.into()),
    ] {
        let found = inspect(text, &options());
        assert_eq!(found["kind"], kind, "{text}");
        assert_eq!(found[member], expected, "{text}");
    }
    let text = sample(set_850(), SampleSize::Required).unwrap();
    let found = inspect(&text, &options());
    let again = inspect(found["document"].as_str().unwrap(), &options());
    assert_eq!(again["x12"].as_str().unwrap().trim(), text.trim());
    assert_eq!(again["isWhole"], true);
}

#[test]
fn a_text_is_checked_against_another_set() {
    let text = sample(set_850(), SampleSize::Required).unwrap();
    let wanted = selection_of("810", "4010").unwrap();
    let options = InspectOptions {
        selection: Some(wanted),
        ..options()
    };
    let found = inspect(&text, &options);
    assert!(found["mismatch"].as_str().unwrap().contains("850"));
    assert_eq!(found["selection"]["transactionSet"], "X12_810");
}

/// A sample of each set and guide, with and without optional parts, is whole and without a problem.
#[test]
fn every_set_has_samples_and_an_outline() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for version in X12Version::ALL {
        for (set, selection) in sets_of(*version) {
            count += 1;
            let full = sample(selection, SampleSize::Full).unwrap();
            let required = sample(selection, SampleSize::Required).unwrap();
            assert!(required.len() <= full.len());
            assert!(outline(selection).unwrap().as_array().is_some());
            for text in [&full, &required] {
                let options = InspectOptions {
                    selection: Some(selection),
                    ..options()
                };
                let found = super::inspect(text, &options);
                let found = serde_json::to_value(found).unwrap();
                let is_clean = found["isWhole"] == true
                    && found["mismatch"].is_null()
                    && found["problems"] == Value::Array(vec![]);
                if !is_clean {
                    let first = &found["problems"][0]["message"];
                    wrong.push(format!("{} {}: {first}", version.as_str(), set.as_str()));
                }
            }
        }
    }
    assert!(count > 1_500, "{count}");
    assert_eq!(wrong, Vec::<String>::new(), "{}", wrong.len());
}
