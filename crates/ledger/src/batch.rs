//! Changes that belong together.

use redb::{TableDefinition, WriteTransaction};

use crate::writer::Failed;

/// The name of a kind of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table(pub &'static str);

impl Table {
    pub(crate) fn definition(self) -> TableDefinition<'static, &'static str, &'static [u8]> {
        TableDefinition::new(self.0)
    }
}

/// Changes that are written together or not at all, in the order in which they were added.
#[derive(Default)]
pub struct Batch {
    changes: Vec<Change>,
    afterwards: Vec<Box<dyn FnOnce() + Send>>,
}

enum Change {
    Put(Table, String, Vec<u8>),
    Remove(Table, String),
    Clear(Table),
}

impl Batch {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.afterwards.is_empty()
    }

    /// Writes a row, in place of any other of its key.
    pub fn put(&mut self, table: Table, key: String, value: Vec<u8>) {
        self.changes.push(Change::Put(table, key, value));
    }

    /// Removes a row; one that is not there is no error.
    pub fn remove(&mut self, table: Table, key: String) {
        self.changes.push(Change::Remove(table, key));
    }

    /// Removes all rows of a table.
    pub fn clear(&mut self, table: Table) {
        self.changes.push(Change::Clear(table));
    }

    /// Has something done once this and all earlier changes are on the disk; not at all if they
    /// never get there.
    pub fn afterwards(&mut self, act: impl FnOnce() + Send + 'static) {
        self.afterwards.push(Box::new(act));
    }

    pub(crate) fn apply(&mut self, transaction: &WriteTransaction) -> Result<(), Failed> {
        for change in self.changes.drain(..) {
            match change {
                Change::Put(table, key, value) => {
                    let mut rows = transaction
                        .open_table(table.definition())
                        .map_err(Failed::of)?;
                    rows.insert(key.as_str(), value.as_slice())
                        .map_err(Failed::of)?;
                }
                Change::Remove(table, key) => {
                    let mut rows = transaction
                        .open_table(table.definition())
                        .map_err(Failed::of)?;
                    rows.remove(key.as_str()).map_err(Failed::of)?;
                }
                Change::Clear(table) => {
                    transaction
                        .delete_table(table.definition())
                        .map_err(Failed::of)?;
                }
            }
        }
        Ok(())
    }

    pub(crate) fn finish(self) {
        self.afterwards.into_iter().for_each(|act| act());
    }
}

impl std::fmt::Debug for Batch {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} changes", self.changes.len())
    }
}
