//! The service-defined document of X12 that a command was given.

use b2bi_local_b2bi::Selection;
use b2bi_local_infer::Language;
use b2bi_local_x12::{JsonWriter, Layout, Reader, Sink, XmlWriter};
use clap::{Arg, ArgMatches};

use super::selection;
use crate::config::read_loop_names;

/// The argument that corrects the names of loops.
pub(super) fn loop_names() -> Arg {
    Arg::new("loop-names")
        .long("loop-names")
        .value_name("FILE")
        .help("Table of loop names to use in place of the standard's")
}

/// A reader that names loops as the arguments want it.
///
/// # Errors
///
/// The table of names cannot be read.
pub(super) fn reader<S: Sink>(matches: &ArgMatches, sink: S) -> Result<Reader<S>, String> {
    Ok(match matches.get_one::<String>("loop-names") {
        Some(file) => Reader::named(sink, read_loop_names(file)?),
        None => Reader::new(sink),
    })
}

/// A file as it is mapped: X12 as its document in the data of a language, anything else as it is.
///
/// # Errors
///
/// It begins as X12 and cannot be read as such, or does not hold what is wanted.
pub(super) fn of(
    matches: &ArgMatches,
    text: String,
    language: Language,
    wanted: Option<Selection>,
) -> Result<String, String> {
    let edi = text.trim_start();
    if !edi.starts_with("ISA") {
        return Ok(text);
    }
    let (bytes, reading) = match language {
        Language::Jsonata => {
            let mut reader = reader(matches, JsonWriter::new(Layout::Pretty, text.len()))?;
            reader.push(edi.as_bytes());
            let (writer, reading) = reader.finish();
            (writer.finish(), reading)
        }
        Language::Xslt => {
            let mut reader = reader(matches, XmlWriter::new(text.len()))?;
            reader.push(edi.as_bytes());
            let (writer, reading) = reader.finish();
            (writer.finish(), reading)
        }
    };
    if let Some(problem) = reading.fatal() {
        return Err(problem.to_string());
    }
    selection::check(wanted, &reading.contents)?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}
