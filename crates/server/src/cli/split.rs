//! `b2bi-local split`: one X12 file for each transaction.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use b2bi_local_x12::{Piece, Reader, Splitter};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::error::CommandError;
use super::headers::Head;
use super::problems::{self, FileProblems};
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
    let folder = matches.get_one::<PathBuf>("output").unwrap_or(&here);
    fs::create_dir_all(folder).map_err(|error| CommandError::write(folder.display(), error))?;
    let mut files = Files {
        folder,
        force: matches.get_flag("force"),
        count: 0,
        error: None,
    };
    let name = input::name(matches);
    let mut head = Head::default();
    let mut reader = Reader::new(Splitter::new(|piece| files.take(&piece)))
        .problem_limit(problems::limit(matches));
    input::pieces(name, |piece| {
        head.push(piece);
        reader.push(piece);
        Ok(())
    })?;
    let (_, reading) = reader.finish();
    problems::check_kind(name, &reading)?;
    if let Some(error) = files.error {
        return Err(error);
    }
    let transactions = match files.count {
        1 => "1 transaction".to_owned(),
        count => format!("{count} transactions"),
    };
    print(format!("{transactions} in {}\n", folder.display()).as_bytes())?;
    let problems = FileProblems::of_reading(name, &reading, &head);
    problems.print_errors();
    Ok(problems.outcome())
}

/// The files written so far, and why the next could not be.
struct Files<'a> {
    folder: &'a Path,
    force: bool,
    count: u32,
    error: Option<CommandError>,
}

impl Files<'_> {
    fn take(&mut self, piece: &Piece) {
        if self.error.is_some() {
            return;
        }
        let number = self.count.saturating_add(1);
        let path = self.folder.join(format!("{number:05}.edi"));
        match write(&path, &piece.bytes, self.force) {
            Ok(()) => self.count = number,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let message = format!("{} exists; --force overwrites it", path.display());
                self.error = Some(message.into());
            }
            Err(error) => self.error = Some(CommandError::write(path.display(), error)),
        }
    }
}

fn write(path: &Path, bytes: &[u8], force: bool) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    options.create_new(!force).open(path)?.write_all(bytes)
}
