//! Why a state that was written for people is not put back.

use std::error::Error;
use std::fmt;

use super::FORMAT;
use super::FORMAT_VERSION;
use crate::state::{PersistError, RowError};

/// Why a state was not put back; nothing has changed.
#[derive(Debug)]
pub enum RestoreError {
    /// It is no state that can be read.
    Unreadable(StateFormatError),
    /// It cannot be kept on disk.
    NotPersisted(PersistError),
}

impl fmt::Display for RestoreError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(out),
            Self::NotPersisted(error) => error.fmt(out),
        }
    }
}

impl Error for RestoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unreadable(error) => Some(error),
            Self::NotPersisted(error) => Some(error),
        }
    }
}

impl<E: Into<PersistError>> From<E> for RestoreError {
    fn from(error: E) -> Self {
        Self::NotPersisted(error.into())
    }
}

/// What is wrong with a state that was written for people.
#[derive(Debug)]
pub enum StateFormatError {
    /// The member `format` does not say that it is a state.
    NotAState,
    /// The member `version` is not a whole number from 1 up.
    NoVersion,
    /// A later release wrote it, in this version of the format.
    Later(u64),
    /// The member `scopes` is not a list.
    NoScopes,
    /// The scope at this place cannot be read.
    Scope(usize, ScopeFormatError),
}

/// What is wrong with the state of one account and region.
#[derive(Debug)]
pub enum ScopeFormatError {
    /// It is not an object.
    NotAnObject,
    /// This member is not a text without control characters.
    NotText(&'static str),
    /// Another one has the same account and region.
    Duplicate,
    /// A table of it cannot be read.
    Row(RowError),
}

impl fmt::Display for StateFormatError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAState => write!(out, "the member format must be '{FORMAT}'"),
            Self::NoVersion => out.write_str("the member version must be a whole number from 1 up"),
            Self::Later(version) => write!(
                out,
                "the state was written by a later release, in version {version} of its format; this \
                 one reads versions up to {FORMAT_VERSION}: update"
            ),
            Self::NoScopes => out.write_str("the member scopes must be a list"),
            Self::Scope(at, error) => write!(out, "scopes[{at}]: {error}"),
        }
    }
}

impl Error for StateFormatError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Scope(_, error) => Some(error),
            Self::NotAState | Self::NoVersion | Self::Later(_) | Self::NoScopes => None,
        }
    }
}

impl fmt::Display for ScopeFormatError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject => out.write_str("must be an object"),
            Self::NotText(name) => write!(out, "{name} must be a text"),
            Self::Duplicate => out.write_str("the account and region are there twice"),
            Self::Row(error) => error.fmt(out),
        }
    }
}

impl Error for ScopeFormatError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Row(error) => Some(error),
            Self::NotAnObject | Self::NotText(_) | Self::Duplicate => None,
        }
    }
}
