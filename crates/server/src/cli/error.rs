//! Why a command could not be run.

use std::error::Error;
use std::fmt;
use std::io;

use super::selection::SelectionError;
use crate::calibration::CalibrationError;

/// Why a command could not be run; the exit status is 2, unless the reader of the output has closed
/// the pipe.
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
        /// The reason.
        source: io::Error,
    },
    /// A file or folder cannot be written.
    Write {
        /// The file.
        file: String,
        /// The reason.
        source: io::Error,
    },
    /// Questions cannot be asked of AWS or of a server.
    Calibration(CalibrationError),
    /// Something is wrong with a file or an option.
    Context {
        /// The file or the option, or what cannot be done.
        context: String,
        source: BoxError,
    },
    /// Anything else.
    Other(BoxError),
}

type BoxError = Box<dyn Error + Send + Sync>;

/// An argument that is not in the form that its option needs.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct ArgumentError(pub(super) &'static str);

impl CommandError {
    /// The error of writing to standard output.
    pub(super) fn output(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::OutputClosed,
            _ => Self::Output(error),
        }
    }

    /// An error that needs no context.
    pub(super) fn other(error: impl Into<BoxError>) -> Self {
        Self::Other(error.into())
    }

    /// An error after the file or option that it is about.
    pub(super) fn context(context: impl fmt::Display, source: impl Into<BoxError>) -> Self {
        Self::Context {
            context: context.to_string(),
            source: source.into(),
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
            Self::Context { context, source } => write!(f, "{context}: {source}"),
            Self::Other(error) => error.fmt(f),
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
            Self::Context { source, .. } => Some(source.as_ref()),
            Self::Other(error) => error.source(),
            Self::OutputClosed => None,
        }
    }
}

impl From<SelectionError> for CommandError {
    fn from(error: SelectionError) -> Self {
        Self::other(error)
    }
}

impl From<CalibrationError> for CommandError {
    fn from(error: CalibrationError) -> Self {
        Self::Calibration(error)
    }
}

impl From<String> for CommandError {
    fn from(message: String) -> Self {
        Self::other(message)
    }
}

impl From<&str> for CommandError {
    fn from(message: &str) -> Self {
        Self::other(message)
    }
}
