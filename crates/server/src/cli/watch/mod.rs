//! `b2bi-local watch`: documents, mapped again whenever a file changes.

mod cases;
mod difference;
mod files;
mod ignored;
mod run;
mod segments;
mod writers;

use std::fs;
use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches, Command};

use self::files::Files;
use self::ignored::Ignored;
use self::run::WatchRun;
use super::error::CommandError;
use super::junit::{self, Case};
use super::{Outcome, complain, convert, document, folder, map, print, print_error, selection};

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .action(ArgAction::SetTrue)
        .help(help)
}

pub(super) fn arguments(command: Command) -> Command {
    command
        .about("Map documents whenever a file changes, and print the result or the difference")
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .required_unless_present("expect")
                .help(
                    "The document: JSON, XML, or X12, which is parsed first; or a folder of them, \
                     with --expect",
                ),
        )
        .arg(map::template())
        .args(comparison())
        .arg(flag("convert", "Write the mapped document as X12"))
        .arg(flag(
            "once",
            "Run once and exit: 0 as expected, 1 different or problems in the X12, 2 not possible",
        ))
        .arg(map::clock())
        .args(convert::form())
        .arg(document::loop_names())
        .args(selection::arguments())
        .arg(map::xslt_command())
}

/// The expected results, and how to compare with them.
fn comparison() -> [Arg; 3] {
    [
            Arg::new("expect")
                .long("expect")
                .value_name("FILE|DIR")
                .help(
                    "Expected result; print the difference. A folder holds the \
                     results of a folder of documents: FILE/NAME.edi with DIR/NAME.json, or, without \
                     FILE, NAME.edi with NAME.expected.json, or NAME/input.edi with NAME/expected.json",
                ),
            Arg::new("ignore")
                .long("ignore")
                .value_name("PATH")
                .action(ArgAction::Append)
                .requires("expect")
                .help(
                    "Path to ignore in the comparison: order.lines[0].date, lines.*.date or **.date \
                     in JSON, GS04 or REF in X12; may be repeated",
                ),
            Arg::new("junit")
                .long("junit")
                .value_name("FILE")
                .requires("expect")
                .help("Write a JUnit report of the comparison to this file"),
    ]
}

/// Runs once, or whenever a file changes until the process is ended.
pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, CommandError> {
    let ignored = Ignored::new(matches.get_many::<String>("ignore").unwrap_or_default());
    if matches.get_flag("once") {
        let round = WatchRun::run(matches, &ignored)?;
        return show(matches, &ignored, &round);
    }
    let mut files = Files::new(watched(matches)?.iter());
    for run in 2_u64.. {
        let shown =
            WatchRun::run(matches, &ignored).and_then(|round| show(matches, &ignored, &round));
        match shown {
            Ok(_) => {}
            Err(CommandError::OutputClosed) => return Err(CommandError::OutputClosed),
            Err(error) => complain(&error.to_string()),
        }
        let changed = files.wait();
        print_error(&format!("\n---- run {run}: {changed} changed\n"));
    }
    Ok(Outcome::Fine)
}

fn show(
    matches: &ArgMatches,
    ignored: &Ignored,
    round: &WatchRun,
) -> Result<Outcome, CommandError> {
    print_error(&round.problems);
    print(round.output.as_bytes())?;
    if !round.summary.is_empty() {
        complain(&round.summary);
    }
    for path in ignored.unused() {
        complain(&format!("--ignore {path} meets nothing"));
    }
    if let Some(file) = matches.get_one::<String>("junit") {
        write_junit(file, &round.cases)?;
    }
    Ok(round.outcome)
}

fn write_junit(file: &str, cases: &[Case]) -> Result<(), CommandError> {
    fs::write(file, junit::report("watch", cases)).map_err(|error| CommandError::write(file, error))
}

/// The files that a run reads, including those in folders.
fn watched(matches: &ArgMatches) -> Result<Vec<String>, CommandError> {
    let mut files = Vec::new();
    let names = ["template", "file", "expect", "loop-names", "delimiters-of"];
    for name in names
        .iter()
        .filter_map(|name| matches.get_one::<String>(name))
    {
        if Path::new(name).is_dir() {
            let paths = folder::files_below(Path::new(name))?;
            files.extend(paths.iter().map(|path| path.display().to_string()));
        } else {
            files.push(name.clone());
        }
    }
    Ok(files)
}
