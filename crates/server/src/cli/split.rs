//! `b2bi-local split`: one X12 file for each transaction.

use std::fs;
use std::path::{Path, PathBuf};

use b2bi_local_x12::{Piece, Reader, Splitter};
use clap::{Arg, ArgMatches, Command, value_parser};

use super::{Outcome, input, print, problems};

pub(super) fn arguments(command: Command) -> Command {
    command
        .about("Write each transaction of an X12 file as a file of its own, envelope and all")
        .arg(input::argument())
        .arg(problems::argument())
        .arg(
            Arg::new("output")
                .long("output")
                .short('o')
                .value_name("FOLDER")
                .value_parser(value_parser!(PathBuf))
                .default_value(".")
                .help("Where the files go: 00001.edi, 00002.edi, ..."),
        )
}

pub(super) fn run(matches: &ArgMatches) -> Result<Outcome, String> {
    let here = PathBuf::from(".");
    let folder = matches.get_one::<PathBuf>("output").unwrap_or(&here);
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
    let mut written = Written {
        folder,
        count: 0,
        failure: None,
    };
    let mut reader = Reader::new(Splitter::new(|piece| written.take(&piece)))
        .problem_limit(problems::limit(matches));
    input::pieces(matches, |piece| {
        reader.push(piece);
        Ok(())
    })?;
    let (_, reading) = reader.finish();
    if let Some(failure) = written.failure {
        return Err(failure);
    }
    print(format!("{} transactions in {}\n", written.count, folder.display()).as_bytes())?;
    if let Some(problem) = reading.fatal() {
        return Err(problem.to_string());
    }
    problems::print_envelope(&reading);
    if reading.problems.is_empty() {
        Ok(Outcome::Fine)
    } else {
        Ok(Outcome::Problems)
    }
}

/// The files written so far, and why the next could not be.
struct Written<'a> {
    folder: &'a Path,
    count: u32,
    failure: Option<String>,
}

impl Written<'_> {
    fn take(&mut self, piece: &Piece) {
        if self.failure.is_some() {
            return;
        }
        let path = self.folder.join(format!("{:05}.edi", self.count + 1));
        match fs::write(&path, &piece.bytes) {
            Ok(()) => self.count += 1,
            Err(error) => self.failure = Some(unwritable(&path, &error)),
        }
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> String {
    format!("{} cannot be written: {error}", path.display())
}
