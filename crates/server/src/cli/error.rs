//! Why a command could not be carried out.

use std::error::Error;
use std::fmt;
use std::io;

use crate::calibration::CalibrationError;

/// Why a command could not be carried out; the exit status is 2, unless its reader went away.
#[derive(Debug)]
pub(super) enum CommandError {
    /// The program that reads the output has closed its end of the pipe.
    OutputClosed,
    /// Standard output cannot be written.
    Output(io::Error),
    /// A file cannot be read.
    Read {
        /// The file.
        file: String,
        /// Why not.
        source: io::Error,
    },
    /// A file or folder cannot be written.
    Write {
        /// The file.
        file: String,
        /// Why not.
        source: io::Error,
    },
    /// Questions cannot be asked of AWS or of a server.
    Calibration(CalibrationError),
    /// Anything else.
    Message(String),
}

impl CommandError {
    /// The error of writing to standard output.
    pub(super) fn output(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::OutputClosed,
            _ => Self::Output(error),
        }
    }

    /// The error of reading a file.
    pub(super) fn read(file: &str, source: io::Error) -> Self {
        let file = file.to_owned();
        Self::Read { file, source }
    }

    /// The error of writing a file.
    pub(super) fn write(file: impl fmt::Display, source: io::Error) -> Self {
        let file = file.to_string();
        Self::Write { file, source }
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutputClosed => f.write_str("the reader of the output has closed it"),
            Self::Output(error) => write!(f, "cannot write to standard output: {error}"),
            Self::Read { file, source } => write!(f, "{file} cannot be read: {source}"),
            Self::Write { file, source } => write!(f, "{file} cannot be written: {source}"),
            Self::Calibration(error) => write!(f, "{error}"),
            Self::Message(message) => f.write_str(message),
        }
    }
}

impl Error for CommandError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Output(error)
            | Self::Read { source: error, .. }
            | Self::Write { source: error, .. } => Some(error),
            Self::Calibration(error) => Some(error),
            Self::OutputClosed | Self::Message(_) => None,
        }
    }
}

impl From<CalibrationError> for CommandError {
    fn from(error: CalibrationError) -> Self {
        Self::Calibration(error)
    }
}

impl From<String> for CommandError {
    fn from(message: String) -> Self {
        Self::Message(message)
    }
}

impl From<&str> for CommandError {
    fn from(message: &str) -> Self {
        Self::Message(message.to_owned())
    }
}
