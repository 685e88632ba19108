//! `b2bi-local split`: one X12 file for each transaction.

use std::fs;
use std::path::PathBuf;
use std::thread;

use b2bi_local_x12::{Reader, Splitter};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::error::CommandError;
use super::headers::Head;
use super::problems::{self, FileProblems};
use super::split_files::{Files, Folder};
use super::{Outcome, input, print};

pub(super) fn arguments(command: Command) -> Command {
    command
        .about("Split an X12 file into one file for each transaction, with its envelope")
        .arg(input::argument())
        .arg(problems::argument())
        .arg(
            Arg::new("output")
                .long("output")
                .short('o')
                .value_name("FOLDER")
                .value_parser(value_parser!(PathBuf))
                .default_value(".")
                .help("Folder for the files 00001.edi, 00002.edi, ..."),
        )
        .arg(
            Arg::new("force")
                .long("force")
                .action(ArgAction::SetTrue)
                .help("Overwrite existing files"),
        )
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, CommandError> {
    let here = PathBuf::from(".");
    let path = matches.get_one::<PathBuf>("output").unwrap_or(&here);
    fs::create_dir_all(path).map_err(|error| CommandError::write(path.display(), error))?;
    let force = matches.get_flag("force");
    let name = input::name(matches);
    let mut head = Head::default();
    let (count, reading) = thread::scope(|scope| {
        let mut files = Files::new(scope, Folder { path, force });
        let mut reader = Reader::new(Splitter::new(|piece| files.take(piece)))
            .problem_limit(problems::limit(matches));
        let read = input::pieces(name, |piece| {
            head.push(piece);
            reader.push(piece);
            Ok(())
        });
        let read = read.map(|()| reader.finish().1);
        // If the input cannot be read to its end, the transactions before are still written.
        let count = files.finish();
        let reading = read?;
        problems::check_kind(name, &reading)?;
        Ok::<_, CommandError>((count?, reading))
    })?;
    let transactions = match count {
        1 => "1 transaction".to_owned(),
        count => format!("{count} transactions"),
    };
    print(format!("{transactions} in {}\n", path.display()).as_bytes())?;
    let problems = FileProblems::of_reading(name, &reading, &head);
    problems.print_errors();
    Ok(problems.outcome())
}
