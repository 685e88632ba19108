//! Why buckets cannot be read from the disk at the start.

use std::io;

use b2bi_local_persistence::WriteError;

/// Buckets and objects on disk that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct LoadError(#[from] LoadErrorKind);

#[derive(Debug, thiserror::Error)]
pub(super) enum LoadErrorKind {
    #[error("the directory blobs cannot be used: {0}")]
    Directory(#[source] io::Error),
    /// The row with this key, whose parts are separated by slashes.
    #[error("the row {0} cannot be read: {1}")]
    Row(String, #[source] RowError),
    #[error(transparent)]
    Rows(#[from] WriteError),
    #[error("a file left over cannot be removed: {0}")]
    Sweep(#[source] io::Error),
}

/// The problem of a row.
#[derive(Debug, thiserror::Error)]
pub(super) enum RowError {
    #[error("its key is not one of ours")]
    Key,
    #[error("its bucket is missing")]
    NoBucket,
    #[error("its upload is missing")]
    NoUpload,
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Base64(#[from] base64::DecodeError),
    #[error("{0} is not a checksum algorithm")]
    Algorithm(String),
    #[error("the file blobs/{0:016x}: {1}")]
    Blob(u64, #[source] io::Error),
    #[error("the file blobs/{0:016x} is too short")]
    ShortBlob(u64),
}
