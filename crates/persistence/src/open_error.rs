//! Why a directory cannot be used, and what to do about it.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

/// A directory that cannot be used; nothing in it was changed.
#[derive(Debug, thiserror::Error)]
#[error("{} {reason}", path.display())]
pub struct OpenError {
    path: PathBuf,
    #[source]
    reason: DirectoryError,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum DirectoryError {
    /// Another process uses it.
    #[error("is in use by another server: stop that one, or give this one another directory")]
    InUse,
    /// The file is not a state file of this program.
    #[error(
        "is not a state file of b2bi-local: it was left as it is; move it away, or choose another \
         directory"
    )]
    Foreign,
    /// The file is of a later release.
    #[error(
        "was written by a later release, in format {format}; this one reads formats up to {known}: \
         update, or choose another directory"
    )]
    Newer { format: u64, known: u64 },
    /// The file is ours, and its contents are not what was written.
    #[error(
        "is damaged ({0}): it was left as it is; put a copy of it back, or move it away to begin anew"
    )]
    Damaged(#[source] Box<dyn Error + Send + Sync>),
    /// The operating system refuses access.
    #[error("cannot be used: {0}")]
    Io(#[source] io::Error),
}

impl OpenError {
    pub(crate) fn unreadable(path: &Path, error: impl Error + Send + Sync + 'static) -> Self {
        Self::new(path, DirectoryError::Damaged(Box::new(error)))
    }

    pub(crate) fn new(path: &Path, reason: DirectoryError) -> Self {
        Self {
            path: path.to_owned(),
            reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::io;
    use std::path::Path;

    use super::{DirectoryError, OpenError};

    #[test]
    fn errors_name_the_directory_and_keep_their_cause() {
        let check = |reason: DirectoryError, text: &str, cause: Option<&str>| {
            let error = OpenError::new(Path::new("state"), reason);
            assert_eq!(error.to_string(), text);
            let found = error.source().and_then(|reason| reason.source());
            assert_eq!(found.map(ToString::to_string).as_deref(), cause, "{text}");
        };
        check(
            DirectoryError::Io(io::Error::other("no right")),
            "state cannot be used: no right",
            Some("no right"),
        );
        check(
            DirectoryError::Damaged(Box::new(io::Error::other("a checksum is wrong"))),
            "state is damaged (a checksum is wrong): it was left as it is; put a copy of it back, or \
             move it away to begin anew",
            Some("a checksum is wrong"),
        );
        check(
            DirectoryError::InUse,
            "state is in use by another server: stop that one, or give this one another directory",
            None,
        );
    }
}
