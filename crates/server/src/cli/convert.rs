//! `b2bi-local convert`: a service-defined document as X12.

use b2bi_local_x12::{Delimiters, LineBreak, Wrap, WriteOptions, write_json, write_xml};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command, value_parser};

use super::{Outcome, input, print};

pub(super) fn arguments(command: Command) -> Command {
    command
        .about("Print the X12 that the service makes of a service-defined document, JSON or XML")
        .arg(input::argument())
        .args(form())
}

/// The arguments that say what form the X12 has.
pub(super) fn form() -> [Arg; 4] {
    let choice = |name, values: [&'static str; 3], help| {
        Arg::new(name)
            .long(name)
            .value_parser(PossibleValuesParser::new(values))
            .default_value(values[0])
            .help(help)
    };
    [
        choice(
            "wrap",
            ["SEGMENT", "ONE_LINE", "LINE_LENGTH"],
            "Where lines break",
        ),
        Arg::new("line-length")
            .long("line-length")
            .value_name("BYTES")
            .value_parser(value_parser!(u32).range(1..))
            .default_value("80")
            .help("The length of lines for LINE_LENGTH"),
        choice("line-terminator", ["LF", "CRLF", "CR"], "How lines break"),
        Arg::new("delimiters")
            .long("delimiters")
            .value_name("CHARACTERS")
            .value_parser(delimiters)
            .default_value("*:~")
            .help("Element separator, component separator and segment terminator"),
    ]
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, String> {
    let bytes = input::whole(matches)?;
    let text = String::from_utf8(bytes).map_err(|_| "the document is not UTF-8".to_owned())?;
    print(&written(matches, &text)?)?;
    Ok(Outcome::Fine)
}

/// A service-defined document as X12.
///
/// # Errors
///
/// It is no such document.
pub(super) fn written(matches: &ArgMatches, document: &str) -> Result<Vec<u8>, String> {
    let writing = writing(matches);
    let written = if document.trim_start().starts_with('<') {
        write_xml(document, &writing)
    } else {
        write_json(document, &writing)
    };
    written.map_err(|problem| problem.to_string())
}

fn writing(matches: &ArgMatches) -> WriteOptions {
    let value = |name| matches.get_one::<String>(name).map(String::as_str);
    let line_break = match value("line-terminator") {
        Some("CRLF") => LineBreak::CrLf,
        Some("CR") => LineBreak::Cr,
        _ => LineBreak::Lf,
    };
    let length = matches.get_one::<u32>("line-length").copied();
    let length = length
        .and_then(|length| usize::try_from(length).ok())
        .unwrap_or(usize::MAX);
    let standard = WriteOptions::standard();
    let delimiters = matches.get_one::<Delimiters>("delimiters").copied();
    WriteOptions {
        delimiters: delimiters.unwrap_or(standard.delimiters),
        wrap: match value("wrap") {
            Some("ONE_LINE") => Wrap::OneLine,
            Some("LINE_LENGTH") => Wrap::Length(length, line_break),
            _ => Wrap::Segment(line_break),
        },
        ..standard
    }
}

fn delimiters(text: &str) -> Result<Delimiters, String> {
    match *text.as_bytes() {
        [element, component, terminator]
            if text.bytes().all(|byte| byte.is_ascii_punctuation())
                && element != component
                && element != terminator
                && component != terminator =>
        {
            Ok(Delimiters {
                element,
                component,
                repetition: None,
                terminator,
            })
        }
        _ => Err("must be three different punctuation marks, such as *:~".to_owned()),
    }
}
