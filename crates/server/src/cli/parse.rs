//! `b2bi-local parse`: the service-defined document of an X12 file.

use b2bi_local_x12::{JsonWriter, Layout, ReadReport, Sink, XmlWriter};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};

use super::{Outcome, document, input, print, problems, selection};

/// The memory a writer begins with; it is emptied after each piece of the file.
const CAPACITY: usize = 1 << 16;

pub(super) fn arguments(command: Command) -> Command {
    let choice = |name, values: [&'static str; 2], help| {
        Arg::new(name)
            .long(name)
            .value_parser(PossibleValuesParser::new(values))
            .default_value(values[0])
            .help(help)
    };
    command
        .about("Print the document that the service makes of an X12 file")
        .arg(input::argument())
        .arg(choice("format", ["json", "xml"], "The document's format"))
        .arg(choice(
            "layout",
            ["pretty", "compact"],
            "How JSON is laid out",
        ))
        .arg(document::loop_names())
        .arg(problems::argument())
        .args(selection::arguments())
}

/// Writes that can give away what they have so far.
trait Writer: Sink {
    fn hand_out(&mut self, to: impl FnOnce(&[u8]) -> Result<(), String>) -> Result<(), String>;
    fn rest(self) -> Vec<u8>;
}

impl Writer for JsonWriter {
    fn hand_out(&mut self, to: impl FnOnce(&[u8]) -> Result<(), String>) -> Result<(), String> {
        self.hand_out(to)
    }
    fn rest(self) -> Vec<u8> {
        self.finish()
    }
}

impl Writer for XmlWriter {
    fn hand_out(&mut self, to: impl FnOnce(&[u8]) -> Result<(), String>) -> Result<(), String> {
        to(&self.take())
    }
    fn rest(self) -> Vec<u8> {
        self.finish()
    }
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, String> {
    let wanted = selection::given(matches)?;
    let value = |name| matches.get_one::<String>(name).map(String::as_str);
    let layout = match value("layout") {
        Some("compact") => Layout::Compact,
        _ => Layout::Pretty,
    };
    let reading = match value("format") {
        Some("xml") => write(matches, XmlWriter::new(CAPACITY))?,
        _ => write(matches, JsonWriter::new(layout, CAPACITY))?,
    };
    selection::check(wanted, &reading.contents)?;
    problems::print_envelope(&reading);
    if reading.problems.is_empty() {
        Ok(Outcome::Fine)
    } else {
        Ok(Outcome::Problems)
    }
}

fn write(matches: &ArgMatches, writer: impl Writer) -> Result<ReadReport, String> {
    let mut reader = document::reader(matches, writer)?.problem_limit(problems::limit(matches));
    input::pieces(matches, |piece| {
        reader.push(piece);
        Writer::hand_out(reader.sink(), print)
    })?;
    let (writer, reading) = reader.finish();
    if let Some(problem) = reading.fatal() {
        return Err(problem.to_string());
    }
    print(&writer.rest())?;
    print(b"\n")?;
    Ok(reading)
}
