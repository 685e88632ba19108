//! Why state cannot be read, written or put back.

use std::error::Error;
use std::fmt;

use b2bi_local_persistence::WriteError;

/// A row, or a whole state, that cannot be read.
#[derive(Debug)]
pub enum RowError {
    /// It is not JSON of a row's form.
    Json(serde_json::Error),
    /// The members of the row with this id do not fit.
    Members {
        /// The id of the row.
        id: String,
        /// What does not fit.
        source: serde_json::Error,
    },
    /// The row is not an object.
    NotAnObject,
    /// The row has no text as its member `id`.
    IdMissing,
    /// Two rows of a table have this id.
    Duplicate(String),
    /// There is no table of this name.
    UnknownTable(String),
    /// The rows of this table are not a list.
    NotAList(String),
    /// A row of this table cannot be read.
    Table {
        /// The name of the table.
        name: String,
        /// What is wrong with the row.
        source: Box<RowError>,
    },
    /// This key of the row store is not one of a row.
    Key(String),
    /// The row with this key in the row store cannot be read.
    At {
        /// The key, its parts set apart by slashes.
        key: String,
        /// What is wrong with the row.
        source: Box<RowError>,
    },
    /// The row store cannot be read.
    Store(WriteError),
}

impl fmt::Display for RowError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => error.fmt(out),
            Self::Members { id, source } => write!(out, "{id}: {source}"),
            Self::NotAnObject => out.write_str("a row must be an object"),
            Self::IdMissing => out.write_str("the id is missing"),
            Self::Duplicate(id) => write!(out, "{id} is there twice"),
            Self::UnknownTable(name) => write!(out, "there is no table {name}"),
            Self::NotAList(name) => write!(out, "{name} must be a list"),
            Self::Table { name, source } => write!(out, "{name}: {source}"),
            Self::Key(key) => write!(out, "a row has the key {key:?}"),
            Self::At { key, source } => write!(out, "the row {key} cannot be read: {source}"),
            Self::Store(error) => error.fmt(out),
        }
    }
}

impl Error for RowError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Json(error) | Self::Members { source: error, .. } => Some(error),
            Self::Table { source, .. } | Self::At { source, .. } => Some(source),
            Self::Store(error) => Some(error),
            Self::NotAnObject
            | Self::IdMissing
            | Self::Duplicate(_)
            | Self::UnknownTable(_)
            | Self::NotAList(_)
            | Self::Key(_) => None,
        }
    }
}

impl From<serde_json::Error> for RowError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

impl From<WriteError> for RowError {
    fn from(error: WriteError) -> Self {
        Self::Store(error)
    }
}

/// Why changes are not on their way to the disk.
#[derive(Debug)]
pub enum PersistError {
    /// A row cannot be written as JSON.
    Row(serde_json::Error),
    /// The row store does not accept it.
    Write(WriteError),
}

impl fmt::Display for PersistError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row(error) => write!(out, "a row cannot be written as JSON: {error}"),
            Self::Write(error) => error.fmt(out),
        }
    }
}

impl Error for PersistError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Row(error) => Some(error),
            Self::Write(error) => Some(error),
        }
    }
}

impl From<serde_json::Error> for PersistError {
    fn from(error: serde_json::Error) -> Self {
        Self::Row(error)
    }
}

impl From<WriteError> for PersistError {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use b2bi_local_persistence::WriteError;

    use super::PersistError;

    #[test]
    fn errors_say_what_was_not_written_and_have_a_source() {
        let json = serde_json::from_str::<u8>("x").unwrap_err();
        let reason = json.to_string();
        let check = |error: PersistError, expected: &str| {
            assert_eq!(error.to_string(), expected);
            assert!(error.source().is_some());
        };
        let row = format!("a row cannot be written as JSON: {reason}");
        check(json.into(), &row);
        let write = WriteError::undone();
        let reason = write.to_string();
        check(write.into(), &reason);
    }
}
