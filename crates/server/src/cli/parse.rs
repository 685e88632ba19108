//! `b2bi-local parse`: the service-defined document of an X12 file.

use std::io::{self, BufWriter, Write};
use std::thread;

use b2bi_local_x12::{
    JsonWriter, Layout, ParallelReader, ParallelSink, ReadReport, Sink, XmlWriter,
};
use clap::{ArgMatches, Command};

use super::choice::{choice, chosen};
use super::document::WINDOW;
use super::envelope::EnvelopeOnly;
use super::error::CommandError;
use super::headers::Head;
use super::input::Repeatable;
use super::problems::FileProblems;
use super::{Outcome, document, input, problems, selection};

/// The memory a writer begins with; it is emptied after each piece of the file.
const CAPACITY: usize = 1 << 16;

pub(super) fn arguments(command: Command) -> Command {
    command
        .about("Convert an X12 file to the service's document, JSON or XML")
        .arg(input::argument())
        .arg(choice("format", &["json", "xml"], "Format of the document").default_value("json"))
        .arg(choice("layout", &["pretty", "compact"], "Layout of JSON").default_value("pretty"))
        .arg(document::loop_names())
        .arg(problems::argument())
        .args(selection::arguments())
}

/// Writers that can pass on what they have written so far.
trait Writer: Sink {
    fn hand_out(
        &mut self,
        to: impl FnOnce(&[u8]) -> Result<(), CommandError>,
    ) -> Result<(), CommandError>;
    fn rest(self) -> Vec<u8>;
}

impl Writer for JsonWriter {
    fn hand_out(
        &mut self,
        to: impl FnOnce(&[u8]) -> Result<(), CommandError>,
    ) -> Result<(), CommandError> {
        self.hand_out(to)
    }
    fn rest(self) -> Vec<u8> {
        self.finish()
    }
}

impl Writer for XmlWriter {
    fn hand_out(
        &mut self,
        to: impl FnOnce(&[u8]) -> Result<(), CommandError>,
    ) -> Result<(), CommandError> {
        self.hand_out(to)
    }
    fn rest(self) -> Vec<u8> {
        self.finish()
    }
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, CommandError> {
    let wanted = selection::given(matches)?;
    let name = input::name(matches);
    let mut file = Repeatable::open(name)?;
    // A file is read twice, so that one without an end leaves no half document.
    let problems = first_pass(matches, name, &mut file)?;
    problems.problems.print_errors();
    if !problems.is_whole {
        return Ok(Outcome::Problems);
    }
    selection::check(wanted, &problems.reading.contents, input::shown(name))?;
    let layout = match chosen(matches, "layout") {
        "compact" => Layout::Compact,
        _ => Layout::Pretty,
    };
    match chosen(matches, "format") {
        "xml" => write(matches, &mut file, XmlWriter::new(CAPACITY))?,
        _ => write(matches, &mut file, JsonWriter::new(layout, CAPACITY))?,
    }
    Ok(problems.problems.outcome())
}

/// The result of the first pass over the file.
struct FirstPass {
    reading: ReadReport,
    problems: FileProblems,
    /// The file can be read to its end.
    is_whole: bool,
}

fn first_pass(
    matches: &ArgMatches,
    name: &str,
    file: &mut Repeatable<'_>,
) -> Result<FirstPass, CommandError> {
    let mut head = Head::default();
    let reader = document::reader(matches, EnvelopeOnly)?.problem_limit(problems::limit(matches));
    let (_, reading) = thread::scope(|scope| {
        let mut reader = ParallelReader::on_all_cores(scope, reader, WINDOW);
        file.pieces(|piece| {
            head.push(piece);
            reader.push(piece, |_| Ok(()))
        })?;
        reader.finish(|_| Ok::<(), CommandError>(()))
    })?;
    problems::check_kind(name, &reading)?;
    Ok(FirstPass {
        problems: FileProblems::of_reading(name, &reading, &head),
        is_whole: reading.fatal().is_none(),
        reading,
    })
}

fn write(
    matches: &ArgMatches,
    file: &mut Repeatable<'_>,
    writer: impl Writer + ParallelSink,
) -> Result<(), CommandError> {
    let reader = document::reader(matches, writer)?;
    // Short transactions are not worth a call to the operating system each.
    let mut out = BufWriter::with_capacity(CAPACITY, io::stdout().lock());
    let mut print = |bytes: &[u8]| out.write_all(bytes).map_err(CommandError::output);
    let (writer, _) = thread::scope(|scope| {
        let mut reader = ParallelReader::on_all_cores(scope, reader, WINDOW);
        file.pieces(|piece| reader.push(piece, |writer| writer.hand_out(&mut print)))?;
        reader.finish(|writer| writer.hand_out(&mut print))
    })?;
    print(&writer.rest())?;
    print(b"\n")?;
    out.flush().map_err(CommandError::output)
}
