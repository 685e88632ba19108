//! Why a directory cannot be used, and what to do about it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A directory that cannot be used; nothing in it was changed.
#[derive(Debug)]
pub struct OpenError {
    path: PathBuf,
    reason: Reason,
}

#[derive(Debug)]
pub(crate) enum Reason {
    /// Another process has it.
    InUse,
    /// The file is not one of ours.
    Foreign,
    /// The file is of a later release.
    Newer { format: u64, known: u64 },
    /// The file is ours and its content is not what was written.
    Damaged(String),
    /// The system does not let it be used.
    Io(io::Error),
}

impl OpenError {
    pub(crate) fn unreadable(path: &Path, error: &impl fmt::Display) -> Self {
        Self::new(path, Reason::Damaged(error.to_string()))
    }

    pub(crate) fn new(path: &Path, reason: Reason) -> Self {
        Self {
            path: path.to_owned(),
            reason,
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.reason {
            Reason::InUse => write!(
                out,
                "{path} is in use by another server: stop that one, or give this one another directory"
            ),
            Reason::Foreign => write!(
                out,
                "{path} is not a state file of b2bi-local: it was left as it is; move it away, or choose another directory"
            ),
            Reason::Newer { format, known } => write!(
                out,
                "{path} was written by a later release, in format {format}; this one reads formats up to {known}: \
                 update, or choose another directory"
            ),
            Reason::Damaged(detail) => write!(
                out,
                "{path} is damaged ({detail}): it was left as it is; put a copy of it back, or move it away to \
                 begin anew"
            ),
            Reason::Io(error) => write!(out, "{path} cannot be used: {error}"),
        }
    }
}

impl std::error::Error for OpenError {}
