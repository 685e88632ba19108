//! `b2bi-local convert`: a service-defined document as X12.

use b2bi_local_x12::{
    Delimiters, LineBreak, Reader, Strictness, Validator, Wrap, WriteOptions, read, write_json,
    write_xml,
};
use clap::{Arg, ArgMatches, Command, value_parser};

use super::choice::{choice, chosen};
use super::envelope::EnvelopeOnly;
use super::error::{ArgumentError, CommandError};
use super::headers::Head;
use super::input::Kind;
use super::parallel::read_on_all_cores;
use super::problems::FileProblems;
use super::{Outcome, input, print, problems};

/// The amount of X12 that a core validates at a time.
const WINDOW: usize = 1 << 20;

pub(super) fn arguments(command: Command) -> Command {
    command
        .about("Convert a service-defined document, JSON or XML, to X12")
        .arg(input::argument())
        .args(form())
}

/// The arguments for the form of the X12.
pub(super) fn form() -> [Arg; 6] {
    [
        choice(
            "wrap",
            &["SEGMENT", "ONE_LINE", "LINE_LENGTH"],
            "Line breaks of the output",
        )
        .default_value("SEGMENT"),
        Arg::new("line-length")
            .long("line-length")
            .value_name("BYTES")
            .value_parser(value_parser!(u32).range(1..))
            .default_value("80")
            .help("Line length for LINE_LENGTH"),
        choice(
            "line-terminator",
            &["LF", "CRLF", "CR"],
            "Line terminator of the output",
        )
        .default_value("LF"),
        Arg::new("delimiters")
            .long("delimiters")
            .value_name("CHARACTERS")
            .value_parser(delimiters)
            .help(
                "Element separator, component separator (ISA16) and segment terminator [default: *:~]",
            ),
        Arg::new("delimiters-of")
            .long("delimiters-of")
            .value_name("FILE")
            .conflicts_with("delimiters")
            .help("Use the delimiters of this X12 file, such as the one that the document was made from"),
        problems::argument(),
    ]
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, CommandError> {
    let name = input::name(matches);
    let bytes = input::bytes(name)?;
    let shown = input::shown(name);
    if let Some(message) = Kind::of(&bytes).instead_of_document(shown) {
        return Err(message.into());
    }
    let text = input::text_of(name, bytes)?;
    let delimiters = given_delimiters(matches)?;
    let converted = convert(matches, &text, delimiters);
    let converted = converted.map_err(|problem| format!("{shown}: {problem}"))?;
    print(&converted.x12)?;
    converted.problems.print_errors();
    Ok(converted.problems.outcome())
}

/// X12 that was written, and its problems.
#[derive(Debug)]
pub(super) struct Converted {
    /// The X12.
    pub(super) x12: Vec<u8>,
    /// The problems that its validation found.
    pub(super) problems: FileProblems,
}

/// A service-defined document as X12, with these delimiters or the standard ones.
///
/// # Errors
///
/// It is not such a document.
pub(super) fn convert(
    matches: &ArgMatches,
    document: &str,
    delimiters: Option<Delimiters>,
) -> Result<Converted, CommandError> {
    let writing = writing(matches, delimiters);
    let written = if Kind::of(document.as_bytes()) == Kind::Xml {
        write_xml(document, &writing)
    } else {
        write_json(document, &writing)
    };
    let x12 = written.map_err(CommandError::other)?;
    let problems = validated(&x12, problems::limit(matches));
    Ok(Converted { x12, problems })
}

/// The problems that the standard finds in X12 that was written.
fn validated(x12: &[u8], limit: usize) -> FileProblems {
    let mut head = Head::default();
    head.push(x12);
    let validator = Validator::new(Strictness::Attested, None)
        .guided()
        .problem_limit(limit);
    let reader = Reader::new(validator).problem_limit(limit);
    let (validator, reading) = read_on_all_cores(reader, x12, WINDOW);
    FileProblems::of_validation("the X12", &validator.finish(), &reading, &head)
}

/// The delimiters that the arguments name.
///
/// # Errors
///
/// The file with them cannot be read, or is not X12.
pub(super) fn given_delimiters(matches: &ArgMatches) -> Result<Option<Delimiters>, CommandError> {
    match matches.get_one::<String>("delimiters-of") {
        Some(name) => delimiters_of(name).map(Some),
        None => Ok(matches.get_one::<Delimiters>("delimiters").copied()),
    }
}

fn delimiters_of(name: &str) -> Result<Delimiters, CommandError> {
    let bytes = input::bytes(name)?;
    if let Some(message) = Kind::of(&bytes).instead_of_x12(input::shown(name)) {
        return Err(message.into());
    }
    let (_, reading) = read(&bytes, EnvelopeOnly);
    problems::check_kind(name, &reading)?;
    reading
        .delimiters
        .ok_or_else(|| format!("{} has no ISA segment to read", input::shown(name)).into())
}

fn writing(matches: &ArgMatches, delimiters: Option<Delimiters>) -> WriteOptions {
    let line_break = match chosen(matches, "line-terminator") {
        "CRLF" => LineBreak::CrLf,
        "CR" => LineBreak::Cr,
        _ => LineBreak::Lf,
    };
    let length = matches.get_one::<u32>("line-length").copied();
    let length = length
        .and_then(|length| usize::try_from(length).ok())
        .unwrap_or(usize::MAX);
    let standard = WriteOptions::standard();
    WriteOptions {
        delimiters: delimiters.unwrap_or(standard.delimiters),
        wrap: match chosen(matches, "wrap") {
            "ONE_LINE" => Wrap::OneLine,
            "LINE_LENGTH" => Wrap::Length(length, line_break),
            _ => Wrap::Segment(line_break),
        },
        ..standard
    }
}

fn delimiters(text: &str) -> Result<Delimiters, ArgumentError> {
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
        _ => Err(ArgumentError(
            "must be three different punctuation marks, such as *:~",
        )),
    }
}
