//! Rows on disk: what was acknowledged is there again after a crash.
//!
//! A [`Ledger`] is a directory with one file of rows in it, which the library redb keeps. Who
//! changes something sends a [`Batch`] and waits until it is settled before telling anybody.
//! Batches are written in the order they are sent, each of them whole or not at all; those that
//! wait are written together, so that one flush of the disk serves them all.

mod batch;
mod open;
mod refusal;
mod writer;

pub use batch::{Batch, Table};
pub use refusal::Refusal;
pub use writer::{Failed, Ticket};

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::{Database, ReadableDatabase as _, ReadableTable as _, TableError};

/// The rows of one directory; a handle, cheap to clone.
#[derive(Clone)]
pub struct Ledger {
    inner: Arc<Inner>,
}

struct Inner {
    directory: PathBuf,
    // Dropped first: the thread that writes ends before the directory is given free.
    writer: writer::Writer,
    database: Arc<Database>,
    _lock: File,
}

impl Ledger {
    /// Opens the ledger of a directory, and makes both if they are not there.
    ///
    /// The directory is this process's alone until the last handle is dropped.
    ///
    /// # Errors
    ///
    /// Another process has the directory, the file is damaged, of a newer format or not ours, or
    /// the disk does not let it be used. What is there stays as it is.
    pub fn open(directory: &Path) -> Result<Self, Refusal> {
        let lock = open::lock(directory)?;
        let database = Arc::new(open::database(directory)?);
        Ok(Self {
            inner: Arc::new(Inner {
                directory: directory.to_owned(),
                writer: writer::Writer::start(Arc::clone(&database)),
                database,
                _lock: lock,
            }),
        })
    }

    /// The directory, for what is too big for a row.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.inner.directory
    }

    /// Reads the rows of a table, in the order of their keys.
    ///
    /// # Errors
    ///
    /// The disk, or the first row that `row` does not take.
    pub fn read<E: From<Failed>>(
        &self,
        table: Table,
        mut row: impl FnMut(&str, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let transaction = self.inner.database.begin_read().map_err(Failed::of)?;
        let rows = match transaction.open_table(table.definition()) {
            Ok(rows) => rows,
            Err(TableError::TableDoesNotExist(_)) => return Ok(()),
            Err(error) => return Err(Failed::of(error).into()),
        };
        for entry in rows.iter().map_err(Failed::of)? {
            let (key, value) = entry.map_err(Failed::of)?;
            row(key.value(), value.value())?;
        }
        Ok(())
    }

    /// The row of a table that has this key, as far as it is on the disk.
    ///
    /// # Errors
    ///
    /// The disk.
    pub fn get(&self, table: Table, key: &str) -> Result<Option<Vec<u8>>, Failed> {
        let transaction = self.inner.database.begin_read().map_err(Failed::of)?;
        let rows = match transaction.open_table(table.definition()) {
            Ok(rows) => rows,
            Err(TableError::TableDoesNotExist(_)) => return Ok(None),
            Err(error) => return Err(Failed::of(error)),
        };
        let row = rows.get(key).map_err(Failed::of)?;
        Ok(row.map(|row| row.value().to_vec()))
    }

    /// Sends changes on their way to the disk.
    ///
    /// Does not wait; batches sent one after the other are written in that order.
    #[must_use = "nothing is certain until the ticket is settled"]
    pub fn send(&self, batch: Batch) -> Ticket {
        self.inner.writer.send(batch)
    }

    /// Waits until what the ticket stands for is on the disk.
    ///
    /// # Errors
    ///
    /// It could not be written. Nothing that is sent later will be either, until a new start.
    pub async fn settled(&self, ticket: Ticket) -> Result<(), Failed> {
        self.inner.writer.settled(ticket).await
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Ledger in {}", self.inner.directory.display())
    }
}
