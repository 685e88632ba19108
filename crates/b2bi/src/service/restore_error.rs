//! Why an exported state cannot be restored.

use super::FORMAT;
use super::FORMAT_VERSION;
use crate::state::{PersistError, RowError};

/// Why a state was not restored; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The state cannot be read.
    #[error("{0}")]
    Unreadable(#[source] StateFormatError),
    /// The state cannot be stored on disk.
    #[error("{0}")]
    NotPersisted(#[source] PersistError),
}

impl<E: Into<PersistError>> From<E> for RestoreError {
    fn from(error: E) -> Self {
        Self::NotPersisted(error.into())
    }
}

/// The problem of an exported state.
#[derive(Debug, thiserror::Error)]
pub enum StateFormatError {
    /// The member `format` has the wrong value.
    #[error("the member format must be '{FORMAT}'")]
    NotAState,
    /// The member `version` is not a whole number of at least 1.
    #[error("the member version must be a whole number from 1 up")]
    NoVersion,
    /// A later release wrote it, in this version of the format.
    #[error(
        "the state was written by a later release, in version {0} of its format; this one reads \
         versions up to {FORMAT_VERSION}: update"
    )]
    Later(u64),
    /// The member `scopes` is not a list.
    #[error("the member scopes must be a list")]
    NoScopes,
    /// The scope at this index cannot be read.
    #[error("scopes[{0}]: {1}")]
    Scope(usize, #[source] ScopeFormatError),
}

/// The problem of the state of one account and region.
#[derive(Debug, thiserror::Error)]
pub enum ScopeFormatError {
    /// It is not an object.
    #[error("must be an object")]
    NotAnObject,
    /// This member is not a text without control characters.
    #[error("{0} must be a text")]
    NotText(&'static str),
    /// Another one has the same account and region.
    #[error("the account and region are there twice")]
    Duplicate,
    /// One of its tables cannot be read.
    #[error("{0}")]
    Row(#[source] RowError),
}
