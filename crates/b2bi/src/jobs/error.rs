//! Why a stage of a job has failed.

use b2bi_local_objects::ObjectError;
use b2bi_local_persistence::WriteError;
use tokio::task::JoinError;

use crate::edi::{EdiError, RejectError};
use crate::errors;
use crate::files::FileError;

/// Why a stage of a job has failed; its text is the job's failure reason.
#[derive(Debug, thiserror::Error)]
pub(super) enum StageError {
    /// X12 or a document cannot be converted.
    #[error(transparent)]
    Edi(#[from] EdiError),
    /// The file is rejected.
    #[error(transparent)]
    Rejected(#[from] RejectError),
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A large object cannot be written.
    #[error(transparent)]
    Object(ObjectError),
    /// The control numbers could not be stored on disk.
    #[error("The control numbers cannot be stored: {0}")]
    ControlNumbers(#[source] WriteError),
    /// The thread of a computation ended without a result.
    #[error("The transformation did not end: {0}")]
    Thread(#[source] JoinError),
    /// The transformer cannot be used.
    #[error("{}", errors::message(.0))]
    Transformer(Box<b2bi_local_model::Error>),
    /// The input is not text.
    #[error("The file is not UTF-8")]
    NotUtf8,
    /// The splitting ended within a transaction; its own error gives the reason.
    #[error("The file could not be read to the end of the transaction")]
    Incomplete,
    /// A fault rule refuses the stage or a write, with this message.
    #[error("{0}")]
    Refused(String),
}
