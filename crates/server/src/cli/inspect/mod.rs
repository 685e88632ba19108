//! The parts of a text that the console shows: its segments with their places, its document, its problems
//! and its acknowledgement.

mod offsets;
mod places;
mod sample;
mod segments;

use b2bi_local_b2bi::Selection;
use b2bi_local_model::Timestamp;
use b2bi_local_x12::{
    AcknowledgementForm, AcknowledgementOptions, Findings, FirstControlNumbers, JsonWriter, Layout,
    LineBreak, ReadReport, Reader, ReceivedInterchanges, Strictness, Validation, Validator, Wrap,
    WriteOptions, XmlWriter, acknowledge, acknowledge_interchanges, write_json, write_xml,
};
use serde::Serialize;
use serde_json::{Value, json};

use self::places::Places;
pub(crate) use self::sample::{SampleSize, outline, sample, sets};
use self::segments::{Columns, DocumentWriter, SegmentRecorder};
use super::headers::Head;
use super::input::Kind;
use super::problems::FileProblems;
use super::selection;

/// The maximum number of listed problems.
const PROBLEMS: usize = 1000;
/// The number of segments in a part. One part is listed with its document, so that a reply stays
/// small.
const SEGMENTS: usize = 20_000;

/// How a text is inspected.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InspectOptions {
    /// The set for checking the text; by default, the set in the text.
    pub(crate) selection: Option<Selection>,
    /// Whether rules that are only inferred are checked too.
    pub(crate) is_strict: bool,
    /// Whether the document is written as XML.
    pub(crate) is_xml: bool,
    /// Which part of the segments is listed, counted from zero.
    pub(crate) part: usize,
    /// What is computed in addition to the document.
    pub(crate) pane: Option<Pane>,
    /// The time of the acknowledgement.
    pub(crate) now: Timestamp,
}

/// Results that take time and are needed less often than the document, so they are computed only on
/// request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pane {
    /// The report that the service writes.
    Report,
    /// The acknowledgement of the receiver.
    Acknowledgement,
    /// The X12 written from the document.
    Back,
}

/// The content of a pane.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum PaneContent {
    Report(String),
    Acknowledgement(Option<String>),
    Back(Option<Value>),
}

/// The contents of a text.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Inspected {
    kind: &'static str,
    /// Why a document cannot be written as X12.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The X12 that a document became; places are in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    x12: Option<String>,
    #[serde(flatten)]
    found: Option<Found>,
}

impl Inspected {
    fn of(kind: &'static str) -> Self {
        Self {
            kind,
            error: None,
            x12: None,
            found: None,
        }
    }

    /// The document, which is not serialized with the rest: it is long, and is sent as it is.
    pub(crate) fn document(&self) -> &str {
        let found = self.found.as_ref();
        found.map(|found| &*found.document).unwrap_or_default()
    }
}

/// The contents of X12.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    selection: Option<Value>,
    mismatch: Option<String>,
    contents: Vec<Value>,
    delimiters: Option<Value>,
    segments: Columns,
    segment_count: usize,
    part: usize,
    parts: Vec<u64>,
    is_whole: bool,
    problems: Vec<Value>,
    omitted: u64,
    is_rejected: bool,
    /// Keyed by the name of the requested pane.
    #[serde(flatten)]
    pane: Option<PaneContent>,
    #[serde(skip)]
    document: String,
}

/// Inspects X12, or a document after writing it as X12. Offsets in the result count UTF-16 code units, as
/// scripts of pages do.
pub(crate) fn inspect(text: &str, options: &InspectOptions) -> Inspected {
    match Kind::of(text.as_bytes()) {
        Kind::Empty => Inspected::of("empty"),
        Kind::Json => converted("json", write_json(text, &WriteOptions::standard()), options),
        Kind::Xml => converted("xml", write_xml(text, &WriteOptions::standard()), options),
        Kind::X12 | Kind::Html | Kind::Other => Inspected {
            found: Some(inspect_x12(text, options)),
            ..Inspected::of("x12")
        },
    }
}

/// The X12 that a document became, inspected in turn.
fn converted(
    kind: &'static str,
    written: Result<Vec<u8>, impl std::fmt::Display>,
    options: &InspectOptions,
) -> Inspected {
    match written {
        Err(error) => Inspected {
            error: Some(error.to_string()),
            ..Inspected::of(kind)
        },
        Ok(x12) => {
            let x12 = String::from_utf8_lossy(&x12).into_owned();
            Inspected {
                found: Some(inspect_x12(&x12, options)),
                x12: Some(x12),
                ..Inspected::of(kind)
            }
        }
    }
}

/// All that one pass over a text finds.
struct Inspection {
    segments: SegmentRecorder,
    received: ReceivedInterchanges,
    validation: Validation,
    reading: ReadReport,
}

fn inspect_x12(text: &str, options: &InspectOptions) -> Found {
    let mut found = run(text, options);
    let mut head = Head::default();
    head.push(text.as_bytes());
    let problems = FileProblems::of_validation("", &found.validation, &found.reading, &head);
    let places = Places::new(text, found.segments.is_wrapped());
    let selection = options
        .selection
        .or_else(|| selection::of_contents(&found.reading.contents));
    let findings = Findings::new(&found.reading, Some(&found.validation));
    let document = found.segments.take_document();
    let pane = options.pane.map(|pane| match pane {
        Pane::Report => PaneContent::Report(found.validation.report()),
        Pane::Acknowledgement => {
            PaneContent::Acknowledgement(acknowledgement(&found.received, &findings, options.now))
        }
        Pane::Back => PaneContent::Back(back(text, &document, &found, options)),
    });
    Found {
        selection: selection.map(selection_json),
        mismatch: mismatch(options.selection, &found.reading),
        contents: contents(&found.reading),
        delimiters: delimiters_json(&found.reading),
        segments: found.segments.columns(text, &places, &document),
        segment_count: found.segments.count(),
        part: options.part,
        parts: found.segments.starts(&places),
        is_whole: found.reading.fatal().is_none(),
        problems: problems_json(&problems, &places),
        omitted: problems.omitted,
        is_rejected: findings.reject_file(),
        pane,
        document,
    }
}

fn run(text: &str, options: &InspectOptions) -> Inspection {
    let strictness = if options.is_strict {
        Strictness::Inferred
    } else {
        Strictness::Attested
    };
    let mut validator = Validator::new(strictness, None).problem_limit(PROBLEMS);
    if options.selection.is_none_or(Selection::is_guided) {
        validator = validator.guided();
    }
    let writer = if options.is_xml {
        DocumentWriter::Xml(XmlWriter::new(0))
    } else {
        DocumentWriter::Json(JsonWriter::new(Layout::Pretty, 0))
    };
    let recorder = SegmentRecorder::new(writer, options.part, SEGMENTS);
    let sink = (recorder, (ReceivedInterchanges::new(), validator));
    let mut reader = Reader::new(sink).problem_limit(PROBLEMS);
    reader.push(text.as_bytes());
    let ((segments, (received, validator)), reading) = reader.finish();
    Inspection {
        segments: segments.finish(),
        received,
        validation: validator.finish(),
        reading,
    }
}

fn selection_json(selection: Selection) -> Value {
    let (set, version) = selection.names();
    json!({"transactionSet": set, "version": version})
}

/// Why the text does not match the set.
fn mismatch(wanted: Option<Selection>, reading: &ReadReport) -> Option<String> {
    let error = wanted?.check(&reading.contents).err()?;
    Some(error.to_string())
}

fn contents(reading: &ReadReport) -> Vec<Value> {
    let kinds = reading.contents.iter();
    kinds
        .map(|kind| {
            json!({
                "transactionSet": &*kind.set,
                "version": &*kind.group_version,
                "transactions": kind.transactions,
            })
        })
        .collect()
}

fn delimiters_json(reading: &ReadReport) -> Option<Value> {
    let delimiters = reading.delimiters?;
    let text = |byte: u8| char::from(byte).to_string();
    Some(json!({
        "element": text(delimiters.element),
        "component": text(delimiters.component),
        "repetition": delimiters.repetition.map(text),
        "terminator": text(delimiters.terminator),
    }))
}

fn problems_json(problems: &FileProblems, places: &Places) -> Vec<Value> {
    let listed = problems.problems.iter().map(|located| (located, false));
    let notes = problems.notes.iter().map(|located| (located, true));
    let mut found: Vec<_> = listed.chain(notes).collect();
    found.sort_by_key(|(located, _)| located.problem.position.byte);
    found
        .into_iter()
        .map(|(located, is_note)| {
            json!({
                "rule": located.rule(),
                "message": located.message(),
                "place": located.place(),
                "at": places.of(located.problem.position.byte),
                "isOfElement": located.problem.position.element > 0,
                "isNote": is_note,
            })
        })
        .collect()
}

/// The acknowledgement of the receiver; a file that is rejected as a whole gets a TA1.
fn acknowledgement(
    received: &ReceivedInterchanges,
    findings: &Findings<'_>,
    now: Timestamp,
) -> Option<String> {
    let digits: String = now
        .to_string()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let (date, time) = digits.get(..14).unwrap_or_default().split_at_checked(8)?;
    let options = AcknowledgementOptions {
        form: AcknowledgementForm::ByGroup,
        details: true,
        date: date.to_owned(),
        time: time.to_owned(),
        numbers: FirstControlNumbers {
            interchange: 1,
            group: 1,
            transaction: 1,
        },
    };
    let answer = acknowledge(received, findings, &options)
        .or_else(|| acknowledge_interchanges(received, findings, &options))?;
    Some(String::from_utf8_lossy(&answer).into_owned())
}

/// The document written as X12 again, and whether that equals the text; `None` for an incomplete
/// document.
fn back(text: &str, document: &str, found: &Inspection, options: &InspectOptions) -> Option<Value> {
    let delimiters = found.reading.delimiters?;
    if !found.segments.is_whole() || found.reading.fatal().is_some() {
        return None;
    }
    let after_isa = text.split_once(char::from(delimiters.terminator));
    let (_, rest) = after_isa?;
    let wrap = if rest.starts_with("\r\n") {
        Wrap::Segment(LineBreak::CrLf)
    } else if rest.starts_with('\n') {
        Wrap::Segment(LineBreak::Lf)
    } else {
        Wrap::OneLine
    };
    let writing = WriteOptions {
        delimiters,
        wrap,
        ..WriteOptions::standard()
    };
    let written = if options.is_xml {
        write_xml(document, &writing)
    } else {
        write_json(document, &writing)
    };
    Some(match written {
        Err(error) => json!({"error": error.to_string()}),
        Ok(x12) => {
            let is_same = x12.trim_ascii() == text.as_bytes().trim_ascii();
            json!({"x12": String::from_utf8_lossy(&x12), "isSame": is_same})
        }
    })
}

#[cfg(test)]
mod tests;
