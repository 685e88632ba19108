//! What the console shows of a text: its segments with their places, its document, its problems and
//! the acknowledgement that answers it.

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
use serde_json::{Value, json};

use self::places::Places;
pub(crate) use self::sample::{SampleSize, outline, sample, sets};
use self::segments::{DocumentWriter, SegmentRecorder};
use super::headers::Head;
use super::input::Kind;
use super::problems::FileProblems;
use super::selection;

/// The most problems that are listed.
const PROBLEMS: usize = 1000;
/// How many segments a part has. One part is listed with its document, so that a reply stays small.
const SEGMENTS: usize = 20_000;

/// How a text is inspected.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InspectOptions {
    /// The set that the text is checked against; otherwise the one that it holds.
    pub(crate) selection: Option<Selection>,
    /// Whether rules that are only inferred are checked too.
    pub(crate) is_strict: bool,
    /// Whether the document is written as XML.
    pub(crate) is_xml: bool,
    /// Which part of the segments is listed, counted from zero.
    pub(crate) part: usize,
    /// The time of the acknowledgement.
    pub(crate) now: Timestamp,
}

/// Inspects X12, or a document after writing it as X12. Offsets in the result count UTF-16 code units, as
/// scripts of pages do.
pub(crate) fn inspect(text: &str, options: &InspectOptions) -> Value {
    match Kind::of(text.as_bytes()) {
        Kind::Empty => json!({"kind": "empty"}),
        Kind::Json => converted("json", write_json(text, &WriteOptions::standard()), options),
        Kind::Xml => converted("xml", write_xml(text, &WriteOptions::standard()), options),
        Kind::X12 | Kind::Html | Kind::Other => {
            let mut inspected = inspect_x12(text, options);
            if let Some(members) = inspected.as_object_mut() {
                members.insert("kind".to_owned(), "x12".into());
            }
            inspected
        }
    }
}

/// The X12 that a document became, inspected in turn.
fn converted(
    kind: &str,
    written: Result<Vec<u8>, impl std::fmt::Display>,
    options: &InspectOptions,
) -> Value {
    match written {
        Err(error) => json!({"kind": kind, "error": error.to_string()}),
        Ok(x12) => {
            let x12 = String::from_utf8_lossy(&x12);
            json!({"kind": kind, "x12": x12, "inspected": inspect_x12(&x12, options)})
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

fn inspect_x12(text: &str, options: &InspectOptions) -> Value {
    let found = run(text, options);
    let mut head = Head::default();
    head.push(text.as_bytes());
    let problems = FileProblems::of_validation("", &found.validation, &found.reading, &head);
    let places = Places::new(text, found.segments.is_wrapped());
    let selection = options
        .selection
        .or_else(|| selection::of_contents(&found.reading.contents));
    let findings = Findings::new(&found.reading, Some(&found.validation));
    let document = found.segments.document();
    json!({
        "selection": selection.map(selection_json),
        "mismatch": mismatch(options.selection, &found.reading),
        "contents": contents(&found.reading),
        "delimiters": delimiters(&found.reading),
        "segments": found.segments.rows(text, &places, &document),
        "segmentCount": found.segments.count(),
        "part": options.part,
        "parts": found.segments.starts(&places),
        "isWhole": found.reading.fatal().is_none(),
        "problems": problems_json(&problems, &places),
        "omitted": problems.omitted,
        "report": found.validation.report(),
        "acknowledgement": acknowledgement(&found.received, &findings, options.now),
        "isRejected": findings.reject_file(),
        "back": back(text, &document, &found, options),
        "document": document,
    })
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

/// Why the text is not what it is checked against.
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

fn delimiters(reading: &ReadReport) -> Option<Value> {
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

/// What the receiver answers; a file that is rejected as a whole is answered by a TA1.
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

/// The document written as X12 again, and whether that is the text; none of a document that is not whole.
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
