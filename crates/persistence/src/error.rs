//! Why a change is not on disk.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// A change could not be written to disk, and was undone.
///
/// Later changes may succeed: nothing remains broken after the cause has been removed.
#[derive(Clone, Debug)]
pub struct WriteError {
    kind: Kind,
    source: Arc<dyn Error + Send + Sync>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The disk refused.
    Disk,
    /// Too many changes wait.
    QueueFull,
    /// Memory and disk may differ; only a restart helps.
    Unknown,
}

impl WriteError {
    pub(crate) fn disk(source: impl Into<redb::Error>) -> Self {
        Self::new(Kind::Disk, source.into())
    }

    pub(crate) fn reopening(source: impl Error + Send + Sync + 'static) -> Self {
        Self::new(Kind::Disk, source)
    }

    pub(crate) fn queue_full(limit: usize) -> Self {
        Self::new(
            Kind::QueueFull,
            MessageError(format!("{limit} changes already wait")),
        )
    }

    pub(crate) fn unknown() -> Self {
        Self::new(
            Kind::Unknown,
            MessageError("a write was reported as failed but is on disk".to_owned()),
        )
    }

    /// A change was undone for a reason that no longer exists.
    #[must_use]
    pub fn undone() -> Self {
        Self::new(
            Kind::Disk,
            MessageError("an earlier write failed".to_owned()),
        )
    }

    pub(crate) fn closed() -> Self {
        Self::new(
            Kind::Disk,
            MessageError("the writer thread has stopped".to_owned()),
        )
    }

    fn new(kind: Kind, source: impl Error + Send + Sync + 'static) -> Self {
        Self {
            kind,
            source: Arc::new(source),
        }
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, action) = match self.kind {
            Kind::Disk => (
                "cannot write to the data directory",
                "free disk space or make the directory writable, then retry",
            ),
            Kind::QueueFull => ("the disk is too slow", "retry later"),
            Kind::Unknown => (
                "the data directory and memory may differ",
                "restart the server to read the data directory again",
            ),
        };
        write!(out, "{what}: {}; {action}", self.source)
    }
}

impl Error for WriteError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}

/// A cause that is only a text.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct MessageError(String);
