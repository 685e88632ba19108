//! The file that a command works on.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read, Write as _};

use clap::{Arg, ArgMatches};

/// How much is read at once.
const CHUNK: usize = 1 << 20;
/// The size from which progress is told on a terminal.
const LONG: u64 = 64 << 20;

/// The argument that names the file.
pub(super) fn argument() -> Arg {
    Arg::new("file")
        .value_name("FILE")
        .default_value("-")
        .help("The file; - is standard input")
}

/// Hands the file over in pieces, and tells on a terminal how far it is.
///
/// # Errors
///
/// The file cannot be read, or `take` fails.
pub(super) fn pieces(
    matches: &ArgMatches,
    mut take: impl FnMut(&[u8]) -> Result<(), String>,
) -> Result<(), String> {
    let name = name(matches);
    let unreadable = |error: io::Error| format!("{name} cannot be read: {error}");
    let (mut source, size) = open(name).map_err(unreadable)?;
    let mut progress = Progress::new(size);
    let mut chunk = vec![0; CHUNK];
    loop {
        let length = source.read(&mut chunk).map_err(unreadable)?;
        if length == 0 {
            progress.end();
            return Ok(());
        }
        take(chunk.get(..length).unwrap_or_default())?;
        progress.advance(length);
    }
}

/// The whole file.
///
/// # Errors
///
/// The file cannot be read.
pub(super) fn whole(matches: &ArgMatches) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    pieces(matches, |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    })?;
    Ok(bytes)
}

fn name(matches: &ArgMatches) -> &str {
    matches
        .get_one::<String>("file")
        .map_or("-", String::as_str)
}

fn open(name: &str) -> io::Result<(Box<dyn Read>, u64)> {
    if name == "-" {
        return Ok((Box::new(io::stdin().lock()), 0));
    }
    let file = File::open(name)?;
    let size = file.metadata()?.len();
    Ok((Box::new(file), size))
}

/// A percentage on standard error, for long files and people who watch.
struct Progress {
    size: u64,
    done: u64,
    shown: u64,
}

impl Progress {
    fn new(size: u64) -> Self {
        let watched = size >= LONG && io::stderr().is_terminal();
        Self {
            size: if watched { size } else { 0 },
            done: 0,
            shown: 0,
        }
    }

    fn advance(&mut self, length: usize) {
        self.done += length as u64;
        let percent = (self.done * 100).checked_div(self.size).unwrap_or_default();
        if percent > self.shown {
            self.shown = percent;
            let _ = write!(io::stderr().lock(), "\r{percent} %");
        }
    }

    fn end(&self) {
        if self.size > 0 {
            let _ = writeln!(io::stderr().lock());
        }
    }
}
