//! The input files of commands.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal as _, Read, Seek as _, Write as _};

use clap::{Arg, ArgMatches};

use super::complain;
use super::error::CommandError;
use crate::system::random_seed;

/// The number of bytes per read.
const CHUNK: usize = 1 << 20;
/// The size from which progress is shown on a terminal.
const LONG: u64 = 64 << 20;
/// The name of standard input among the arguments.
const STDIN: &str = "-";
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The kind of a file's contents, from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It begins with ISA.
    X12,
    /// It begins with a bracket or a brace.
    Json,
    /// It begins with `<`.
    Xml,
    /// It begins as an HTML page does, which may be XML too.
    Html,
    /// There is only whitespace.
    Empty,
    /// Something else.
    Other,
}

impl Kind {
    /// The kind of a text with these first bytes.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        match text.trim_ascii_start() {
            [] => Self::Empty,
            [b'{' | b'[', ..] => Self::Json,
            text if is_html(text) => Self::Html,
            [b'<', ..] => Self::Xml,
            [b'I', b'S', b'A', ..] => Self::X12,
            _ => Self::Other,
        }
    }

    /// Reports that a command needs X12, and which commands accept a file of this kind.
    pub(super) fn instead_of_x12(self, file: &str) -> Option<String> {
        let kind = match self {
            Self::Json => "JSON",
            Self::Xml => "XML",
            Self::Html => {
                return Some(format!("{file} is an HTML page; this command reads X12"));
            }
            Self::Empty => return Some(empty(file, "X12")),
            Self::X12 | Self::Other => return None,
        };
        Some(format!(
            "{file} is {kind}, and this command reads X12; `b2bi-local convert` writes X12 from the \
             service's {kind} documents, and `b2bi-local map` maps any {kind}"
        ))
    }

    /// Reports that a command needs a document, and which commands accept a file of this kind.
    pub(super) fn instead_of_document(self, file: &str) -> Option<String> {
        match self {
            Self::Empty => Some(empty(file, "a JSON or XML document")),
            Self::X12 => Some(format!(
                "{file} is X12, and this command reads the service's JSON or XML documents; \
                 `b2bi-local parse` makes such a document of X12"
            )),
            Self::Json | Self::Xml | Self::Html | Self::Other => None,
        }
    }
}

fn is_html(text: &[u8]) -> bool {
    [&b"<!doctype html"[..], b"<html"].iter().any(|beginning| {
        let found = text.get(..beginning.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(beginning))
    })
}

fn empty(file: &str, wanted: &str) -> String {
    format!("{file} is empty; this command reads {wanted}")
}

/// The argument that names the file.
pub(super) fn argument() -> Arg {
    Arg::new("file")
        .value_name("FILE")
        .default_value(STDIN)
        .help("The file; - is standard input")
}

/// The name that was given.
pub(super) fn name(matches: &ArgMatches) -> &str {
    matches
        .get_one::<String>("file")
        .map_or(STDIN, String::as_str)
}

/// A file as messages name it.
pub(super) fn shown(name: &str) -> &str {
    if name == STDIN {
        "standard input"
    } else {
        name
    }
}

/// Hands an X12 file over in pieces, and shows the progress on a terminal.
///
/// # Errors
///
/// The file cannot be read, is empty or of another kind, or `take` fails.
pub(super) fn pieces(
    name: &str,
    take: impl FnMut(&[u8]) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    let (source, size) = open(name).map_err(|error| CommandError::read(shown(name), error))?;
    pieces_of(source, size, name, take)
}

fn pieces_of(
    mut source: impl Read,
    size: u64,
    name: &str,
    mut take: impl FnMut(&[u8]) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    let mut progress = Progress::new(size);
    let mut kind = Kind::Empty;
    let mut chunk = Vec::with_capacity(CHUNK);
    loop {
        chunk.clear();
        let length = source
            .by_ref()
            .take(CHUNK as u64)
            .read_to_end(&mut chunk)
            .map_err(|error| CommandError::read(shown(name), error))?;
        if kind == Kind::Empty {
            kind = Kind::of(&chunk);
            let is_wrong = length == 0 || kind != Kind::Empty;
            if let Some(message) = kind.instead_of_x12(shown(name)).filter(|_| is_wrong) {
                return Err(message.into());
            }
        }
        if length == 0 {
            progress.end();
            return Ok(());
        }
        take(&chunk)?;
        progress.advance(length);
    }
}

/// The whole file.
///
/// # Errors
///
/// The file cannot be read.
pub(super) fn bytes(name: &str) -> Result<Vec<u8>, CommandError> {
    let mut bytes = Vec::new();
    open(name)
        .and_then(|(mut source, _)| source.read_to_end(&mut bytes))
        .map_err(|error| CommandError::read(shown(name), error))?;
    Ok(bytes)
}

/// The whole of a file of text, which is not empty, without a byte order mark.
///
/// # Errors
///
/// The file cannot be read, is empty or is not UTF-8.
pub(super) fn text(name: &str) -> Result<String, CommandError> {
    text_of(name, bytes(name)?)
}

/// The bytes of a file as text, which is not empty, without a byte order mark.
///
/// # Errors
///
/// They are whitespace, or not UTF-8.
pub(super) fn text_of(name: &str, mut bytes: Vec<u8>) -> Result<String, CommandError> {
    if Kind::of(&bytes) == Kind::Empty {
        return Err(format!("{} is empty", shown(name)).into());
    }
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!(
            "{} is not UTF-8: byte {at} begins no character",
            shown(name)
        )
        .into()
    })
}

/// A file that can be read twice: input from a pipe is kept in a temporary file.
pub(super) struct Repeatable<'n> {
    name: &'n str,
    file: File,
    size: u64,
}

impl<'n> Repeatable<'n> {
    /// Opens the file.
    ///
    /// # Errors
    ///
    /// It cannot be read, or there is no space for the contents of a pipe.
    pub(super) fn open(name: &'n str) -> Result<Self, CommandError> {
        let failed = |error| CommandError::read(shown(name), error);
        if name != STDIN {
            let file = File::open(name).map_err(failed)?;
            let metadata = file.metadata().map_err(failed)?;
            if metadata.is_file() {
                let size = metadata.len();
                return Ok(Self { name, file, size });
            }
        }
        let (mut source, _) = open(name).map_err(failed)?;
        let mut file = temporary().map_err(failed)?;
        let size = io::copy(&mut source, &mut file).map_err(failed)?;
        Ok(Self { name, file, size })
    }

    /// Hands the file over in pieces, from its beginning.
    ///
    /// # Errors
    ///
    /// As for [`pieces`].
    pub(super) fn pieces(
        &mut self,
        take: impl FnMut(&[u8]) -> Result<(), CommandError>,
    ) -> Result<(), CommandError> {
        let failed = |error| CommandError::read(shown(self.name), error);
        self.file.rewind().map_err(failed)?;
        pieces_of(&self.file, self.size, self.name, take)
    }
}

/// A file without a name, which is removed when it is closed.
fn temporary() -> io::Result<File> {
    let path = std::env::temp_dir().join(format!("b2bi-local-{:016x}", random_seed()));
    let mut options = OpenOptions::new();
    let file = options
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

fn open(name: &str) -> io::Result<(Box<dyn Read>, u64)> {
    if name == STDIN {
        let stdin = io::stdin();
        if stdin.is_terminal() {
            complain("reading standard input; end it with Ctrl-D");
        }
        return Ok((Box::new(stdin.lock()), 0));
    }
    let file = File::open(name)?;
    let size = file.metadata()?.len();
    Ok((Box::new(file), size))
}

/// A percentage on standard error, for long files on a terminal.
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

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn a_file_is_known_by_its_beginning() {
        for (text, expected) in [
            ("", Kind::Empty),
            (" \r\n\t", Kind::Empty),
            ("\u{feff} [1]", Kind::Json),
            ("\n{}", Kind::Json),
            ("<a/>", Kind::Xml),
            ("  ISA*00", Kind::X12),
            ("UNB+UNOA", Kind::Other),
        ] {
            assert_eq!(Kind::of(text.as_bytes()), expected, "{text:?}");
        }
    }
}
