//! The table of the commands that work on files, without a server.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{ArgMatches, Command};

use super::error::CommandError;
use super::{
    ack, browse, compare, convert, generate, lint, map, parse, record, rows, sets, specification,
    split, template, validate, watch,
};

/// How a command ended that could be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    /// All is well.
    Fine,
    /// The file has problems, which were printed.
    Problems,
    /// Something could not be done; the error was printed.
    Impossible,
}

impl Outcome {
    /// The exit status, the same in every command.
    fn status(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Fine => 0,
            Self::Problems => 1,
            Self::Impossible => 2,
        })
    }
}

/// A command: its name, its arguments, and the function that carries it out.
struct FileCommand {
    name: &'static str,
    arguments: fn(Command) -> Command,
    run: fn(&ArgMatches) -> Result<Outcome, CommandError>,
}

const COMMANDS: &[FileCommand] = &[
    FileCommand {
        name: "parse",
        arguments: parse::arguments,
        run: parse::run,
    },
    FileCommand {
        name: "validate",
        arguments: validate::arguments,
        run: validate::run,
    },
    FileCommand {
        name: "inspect",
        arguments: browse::arguments,
        run: browse::run,
    },
    FileCommand {
        name: "ack",
        arguments: ack::arguments,
        run: ack::run,
    },
    FileCommand {
        name: "split",
        arguments: split::arguments,
        run: split::run,
    },
    FileCommand {
        name: "convert",
        arguments: convert::arguments,
        run: convert::run,
    },
    FileCommand {
        name: "map",
        arguments: map::arguments,
        run: map::run,
    },
    FileCommand {
        name: "watch",
        arguments: watch::arguments,
        run: watch::run,
    },
    FileCommand {
        name: "lint",
        arguments: lint::arguments,
        run: lint::run,
    },
    FileCommand {
        name: "generate",
        arguments: generate::arguments,
        run: generate::run,
    },
    FileCommand {
        name: "template",
        arguments: template::arguments,
        run: template::run,
    },
    FileCommand {
        name: "rows",
        arguments: rows::arguments,
        run: rows::run,
    },
    FileCommand {
        name: "specification",
        arguments: specification::arguments,
        run: specification::run,
    },
    FileCommand {
        name: "sets",
        arguments: sets::arguments,
        run: sets::run,
    },
    FileCommand {
        name: "record",
        arguments: record::arguments,
        run: record::run,
    },
    FileCommand {
        name: "compare",
        arguments: compare::arguments,
        run: compare::run,
    },
];

/// The commands, for the command line.
pub(super) fn commands() -> impl Iterator<Item = Command> {
    COMMANDS
        .iter()
        .map(|item| (item.arguments)(Command::new(item.name)))
}

/// Runs the command of this name, if it is one of these: exit status 0 when all is fine, 1 when
/// problems were found, 2 when it could not be done.
///
/// If the reader closes the pipe of a command's output, that is not an error.
pub(super) fn run(name: &str, matches: &ArgMatches) -> Option<ExitCode> {
    let command = COMMANDS.iter().find(|item| item.name == name)?;
    Some(match (command.run)(matches) {
        Ok(outcome) => outcome.status(),
        Err(CommandError::OutputClosed) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            Outcome::Impossible.status()
        }
    })
}

/// Prints an error on standard error.
pub(super) fn complain(problem: &str) {
    print_error(&format!("b2bi-local: {problem}\n"));
}

/// Writes to standard error.
pub(super) fn print_error(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Writes to standard output.
pub(super) fn print(bytes: &[u8]) -> Result<(), CommandError> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)
        .and_then(|()| out.flush())
        .map_err(CommandError::output)
}
