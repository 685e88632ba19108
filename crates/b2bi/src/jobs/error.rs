//! Why a stage of a job has failed.

use std::error::Error;
use std::fmt;

use b2bi_local_objects::ObjectError;
use b2bi_local_persistence::WriteError;
use tokio::task::JoinError;

use crate::edi::{EdiError, RejectError};
use crate::errors;
use crate::files::FileError;

/// Why a stage of a job has failed; its text is the reason that the job reports.
#[derive(Debug)]
pub(super) enum StageError {
    /// X12 or a document cannot be converted.
    Edi(EdiError),
    /// The file is not taken.
    Rejected(RejectError),
    /// A file cannot be read or written.
    File(FileError),
    /// A large object cannot be written.
    Object(ObjectError),
    /// The control numbers are not on disk.
    ControlNumbers(WriteError),
    /// The thread of a computation did not end.
    Thread(JoinError),
    /// The transformer cannot be used.
    Transformer(Box<b2bi_local_model::Error>),
    /// The input is not text.
    NotUtf8,
    /// The splitting has ended within a transaction; its own error says why.
    Incomplete,
    /// A fault rule refuses the stage or a write, with this message.
    Refused(String),
}

impl fmt::Display for StageError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Edi(error) => error.fmt(out),
            Self::Rejected(error) => error.fmt(out),
            Self::File(error) => error.fmt(out),
            Self::Object(error) => error.fmt(out),
            Self::ControlNumbers(error) => {
                write!(out, "The control numbers cannot be stored: {error}")
            }
            Self::Thread(error) => write!(out, "The transformation did not end: {error}"),
            Self::Transformer(error) => out.write_str(&errors::message(error)),
            Self::NotUtf8 => out.write_str("The file is not UTF-8"),
            Self::Incomplete => {
                out.write_str("The file could not be read to the end of the transaction")
            }
            Self::Refused(message) => out.write_str(message),
        }
    }
}

impl Error for StageError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Edi(error) => error.source(),
            Self::File(error) => error.source(),
            Self::ControlNumbers(error) => Some(error),
            Self::Thread(error) => Some(error),
            _ => None,
        }
    }
}

impl From<EdiError> for StageError {
    fn from(error: EdiError) -> Self {
        Self::Edi(error)
    }
}

impl From<RejectError> for StageError {
    fn from(error: RejectError) -> Self {
        Self::Rejected(error)
    }
}

impl From<FileError> for StageError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}
