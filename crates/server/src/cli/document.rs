//! A file as the document that a template maps.

use b2bi_local_b2bi::Selection;
use b2bi_local_infer::Language;
use b2bi_local_x12::{Delimiters, JsonWriter, Layout, ReadReport, Reader, Sink, XmlWriter};
use clap::{Arg, ArgMatches};

use super::error::CommandError;
use super::headers::Head;
use super::input::{self, Kind, shown};
use super::parallel::read_on_all_cores;
use super::problems::{self, FileProblems};
use super::selection;
use crate::config::read_loop_names;

/// The amount of a file that a core reads at a time; its document, some ten times as long, is in
/// memory.
pub(super) const WINDOW: usize = 512 << 10;

/// The argument that corrects the names of loops.
pub(super) fn loop_names() -> Arg {
    Arg::new("loop-names")
        .long("loop-names")
        .value_name("FILE")
        .help("Table of loop names that replaces the standard's")
}

/// A reader that names loops as the arguments want it.
///
/// # Errors
///
/// The table of names cannot be read.
pub(super) fn reader<S: Sink>(matches: &ArgMatches, sink: S) -> Result<Reader<S>, CommandError> {
    Ok(match matches.get_one::<String>("loop-names") {
        Some(file) => Reader::named(sink, read_loop_names(file).map_err(CommandError::other)?),
        None => Reader::new(sink),
    })
}

/// A file as it is mapped.
#[derive(Debug)]
pub(super) struct Document {
    /// The document; `None` for X12 that cannot be read to its end.
    pub(super) text: Option<String>,
    /// The problems in the envelope of X12.
    pub(super) problems: FileProblems,
    /// The delimiters of X12.
    pub(super) delimiters: Option<Delimiters>,
}

/// A file as it is mapped: X12 as its document in the data of a language, anything else as it is.
///
/// # Errors
///
/// The file cannot be read, is empty, has the wrong data format, or lacks the expected contents.
pub(super) fn read(
    matches: &ArgMatches,
    name: &str,
    language: Language,
    wanted: Option<Selection>,
) -> Result<Document, CommandError> {
    let document = of(matches, name, input::bytes(name)?, language, wanted)?;
    if document.delimiters.is_none()
        && let Some(text) = &document.text
    {
        check_language(name, text, language)?;
    }
    Ok(document)
}

/// The bytes of a file as they are mapped.
///
/// # Errors
///
/// They are empty, not text, or lack the expected contents.
pub(super) fn of(
    matches: &ArgMatches,
    name: &str,
    bytes: Vec<u8>,
    language: Language,
    wanted: Option<Selection>,
) -> Result<Document, CommandError> {
    if Kind::of(&bytes) == Kind::X12 {
        return of_x12(matches, name, &bytes, language, wanted);
    }
    Ok(Document {
        text: Some(input::text_of(name, bytes)?),
        problems: FileProblems::default(),
        delimiters: None,
    })
}

/// Checks the input first, so that its errors are not blamed on the template.
fn check_language(name: &str, text: &str, language: Language) -> Result<(), CommandError> {
    match (language, Kind::of(text.as_bytes())) {
        (Language::Jsonata, Kind::Xml | Kind::Html) => Err(format!(
            "{} is XML, and a JSONata template maps JSON or X12; XML takes an XSLT template",
            shown(name)
        )
        .into()),
        (Language::Xslt, Kind::Json) => Err(format!(
            "{} is JSON, and an XSLT template maps XML or X12; JSON takes a JSONata template",
            shown(name)
        )
        .into()),
        (Language::Jsonata, _) => serde_json::from_str::<serde::de::IgnoredAny>(text)
            .map(|_| ())
            .map_err(|error| format!("{} is not JSON: {error}", shown(name)).into()),
        (Language::Xslt, _) => Ok(()),
    }
}

fn of_x12(
    matches: &ArgMatches,
    name: &str,
    bytes: &[u8],
    language: Language,
    wanted: Option<Selection>,
) -> Result<Document, CommandError> {
    let mut head = Head::default();
    head.push(bytes);
    let (document, reading) = match language {
        Language::Jsonata => {
            let reader = reader(matches, JsonWriter::new(Layout::Compact, bytes.len()))?;
            let (writer, reading) = read_on_all_cores(reader, bytes, WINDOW);
            (writer.finish(), reading)
        }
        Language::Xslt => {
            let reader = reader(matches, XmlWriter::new(bytes.len()))?;
            let (writer, reading) = read_on_all_cores(reader, bytes, WINDOW);
            (writer.finish(), reading)
        }
    };
    problems::check_kind(name, &reading)?;
    let problems = FileProblems::of_reading(name, &reading, &head);
    let text = whole(name, document, &reading, wanted)?;
    Ok(Document {
        text,
        problems,
        delimiters: reading.delimiters,
    })
}

fn whole(
    name: &str,
    document: Vec<u8>,
    reading: &ReadReport,
    wanted: Option<Selection>,
) -> Result<Option<String>, CommandError> {
    if reading.fatal().is_some() {
        return Ok(None);
    }
    selection::check(wanted, &reading.contents, shown(name))?;
    let text = String::from_utf8(document).map_err(|error| error.to_string())?;
    Ok(Some(text))
}
