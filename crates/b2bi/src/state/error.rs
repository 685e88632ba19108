//! Why state cannot be read, written or restored.

use b2bi_local_persistence::WriteError;

/// A row, or a whole state, that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    /// It is not JSON in the form of a row.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// The members of the row with this id are invalid.
    #[error("{id}: {source}")]
    Members {
        /// The id of the row.
        id: String,
        /// The problem.
        source: serde_json::Error,
    },
    /// The row is not an object.
    #[error("a row must be an object")]
    NotAnObject,
    /// The row has no text as its member `id`.
    #[error("the id is missing")]
    IdMissing,
    /// Two rows of a table have this id.
    #[error("{0} is there twice")]
    Duplicate(String),
    /// There is no table with this name.
    #[error("there is no table {0}")]
    UnknownTable(String),
    /// The rows of this table are not a list.
    #[error("{0} must be a list")]
    NotAList(String),
    /// A row of this table cannot be read.
    #[error("{name}: {source}")]
    Table {
        /// The name of the table.
        name: String,
        /// The problem of the row.
        source: Box<RowError>,
    },
    /// This key of the row store is not the key of a row.
    #[error("a row has the key {0:?}")]
    Key(String),
    /// The row with this key in the row store cannot be read.
    #[error("the row {key} cannot be read: {source}")]
    At {
        /// The key, with its parts separated by slashes.
        key: String,
        /// The problem of the row.
        source: Box<RowError>,
    },
    /// The row store cannot be read.
    #[error("{0}")]
    Store(#[from] WriteError),
}

/// Why changes cannot be stored.
#[derive(Debug, thiserror::Error)]
pub enum PersistError {
    /// A row cannot be written as JSON.
    #[error("a row cannot be written as JSON: {0}")]
    Row(#[from] serde_json::Error),
    /// The row store refuses it.
    #[error("{0}")]
    Write(#[from] WriteError),
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
