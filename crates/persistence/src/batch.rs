//! Changes that are written together.

use redb::{TableDefinition, WriteTransaction};

use crate::error::WriteError;

/// The name of a kind of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table(pub &'static str);

impl Table {
    pub(crate) fn definition(self) -> TableDefinition<'static, &'static str, &'static [u8]> {
        TableDefinition::new(self.0)
    }
}

type Callback = Box<dyn FnOnce() + Send>;

/// Changes that are written together or not at all, in the order in which they were added.
#[derive(Default)]
pub struct Batch {
    changes: Vec<Change>,
    on_commit: Vec<Callback>,
    on_failure: Vec<Callback>,
}

enum Change {
    Put(Table, String, Vec<u8>),
    Remove(Table, String),
    Clear(Table),
}

impl Batch {
    /// Creates a batch without changes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether it is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.on_commit.is_empty()
    }

    /// Writes a row, and replaces one with the same key.
    pub fn put(&mut self, table: Table, key: String, value: Vec<u8>) {
        self.changes.push(Change::Put(table, key, value));
    }

    /// Removes a row; a missing row is not an error.
    pub fn remove(&mut self, table: Table, key: String) {
        self.changes.push(Change::Remove(table, key));
    }

    /// Removes all rows of a table.
    pub fn clear(&mut self, table: Table) {
        self.changes.push(Change::Clear(table));
    }

    /// Runs `act` once this batch and all earlier ones are on disk; never if it fails.
    pub fn on_commit(&mut self, act: impl FnOnce() + Send + 'static) {
        self.on_commit.push(Box::new(act));
    }

    /// Runs `undo` if the batch was accepted and then could not be written.
    ///
    /// Of several batches that fail, the latest is undone first. Nothing is accepted meanwhile, and
    /// tasks that wait for the batch are informed of the failure only afterwards. It runs on the
    /// writer's thread, so it may take locks, but not wait for another batch.
    pub fn on_failure(&mut self, undo: impl FnOnce() + Send + 'static) {
        self.on_failure.push(Box::new(undo));
    }

    pub(crate) fn apply(&self, transaction: &WriteTransaction) -> Result<(), WriteError> {
        self.changes
            .iter()
            .try_for_each(|change| change.apply(transaction))
    }

    pub(crate) fn committed(self) {
        self.on_commit.into_iter().for_each(|act| act());
    }

    pub(crate) fn failed(self) {
        self.on_failure.into_iter().rev().for_each(|undo| undo());
    }
}

impl Change {
    fn apply(&self, transaction: &WriteTransaction) -> Result<(), WriteError> {
        match self {
            Self::Put(table, key, value) => {
                let mut rows = transaction
                    .open_table(table.definition())
                    .map_err(WriteError::disk)?;
                rows.insert(key.as_str(), value.as_slice())
                    .map_err(WriteError::disk)?;
            }
            Self::Remove(table, key) => {
                let mut rows = transaction
                    .open_table(table.definition())
                    .map_err(WriteError::disk)?;
                rows.remove(key.as_str()).map_err(WriteError::disk)?;
            }
            Self::Clear(table) => {
                transaction
                    .delete_table(table.definition())
                    .map_err(WriteError::disk)?;
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for Batch {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} changes", self.changes.len())
    }
}
