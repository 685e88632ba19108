//! Rows on disk that survive a crash once they are acknowledged.
//!
//! A [`RowStore`] is a directory with one file of rows, managed by the library redb. To make a
//! change, send a [`Batch`] and wait until it is flushed before you acknowledge it. Batches are
//! written in the order in which they were sent, each completely or not at all. Waiting batches are
//! written together, with one flush of the disk.
//!
//! A full disk loses nothing: batches that cannot be written are undone, the latest first, and the
//! next batch is tried as usual.

mod batch;
mod closed;
mod error;
#[cfg(test)]
mod failure_tests;
#[cfg(any(test, feature = "limited-disk"))]
pub mod limited_disk;
mod open;
mod open_error;
mod progress;
mod storage;
mod writer;

pub use batch::{Batch, Table};
pub use error::WriteError;
pub use open_error::OpenError;
pub use progress::CommitSeq;

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use redb::{ReadableDatabase as _, ReadableTable as _, TableError};

use closed::CloseRecorder;
use storage::Storage;

/// The rows of one directory; a handle, cheap to clone.
#[derive(Clone)]
pub struct RowStore {
    inner: Arc<Inner>,
}

struct Inner {
    directory: PathBuf,
    // Dropped first: the thread that writes ends before the directory is given free.
    writer: writer::Writer,
    storage: Arc<Storage>,
    // Dropped when the file is closed.
    closed: CloseRecorder,
    _lock: File,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if self.writer.failure().is_some() {
            self.closed.mark_untrusted();
        }
    }
}

impl RowStore {
    /// Opens the row store of a directory, and creates both if they are missing.
    ///
    /// The directory is this process's alone until the last handle is dropped.
    ///
    /// # Errors
    ///
    /// Another process has the directory, the file is damaged, of a newer format or not ours, or
    /// the disk cannot be used. Existing files are not changed.
    pub fn open(directory: &Path) -> Result<Self, OpenError> {
        let lock = open::lock(directory)?;
        let owned = directory.to_owned();
        let (database, was_checked) = open::database(directory)?;
        let storage = Storage::new(database, Box::new(move || open::database_again(&owned)));
        let closed = CloseRecorder::new(directory, was_checked);
        Self::start(directory, storage, closed, lock, writer::PROBE_INTERVAL)
    }

    fn start(
        directory: &Path,
        storage: Storage,
        closed: CloseRecorder,
        lock: File,
        probe_interval: Duration,
    ) -> Result<Self, OpenError> {
        let storage = Arc::new(storage);
        let committed = storage.committed();
        let committed = committed.map_err(|error| OpenError::unreadable(directory, error))?;
        Ok(Self {
            inner: Arc::new(Inner {
                directory: directory.to_owned(),
                writer: writer::Writer::start(
                    Arc::clone(&storage),
                    CommitSeq::of(committed),
                    probe_interval,
                ),
                storage,
                closed,
                _lock: lock,
            }),
        })
    }

    /// Whether every row was compared with its checksum when the file was opened. Rows of a file that
    /// did not change since it was closed are not.
    #[must_use]
    pub fn was_checked(&self) -> bool {
        self.inner.closed.was_checked
    }

    /// The directory, for data that is too large for a row.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.inner.directory
    }

    /// The files and folders that are not ours, sorted; `others` are the caller's own. Nothing reads or
    /// changes them.
    ///
    /// # Errors
    ///
    /// The directory cannot be read.
    pub fn foreign_names(&self, others: &[&str]) -> std::io::Result<Vec<String>> {
        open::foreign_names(self.directory(), others)
    }

    /// Reads the rows of a table, in the order of their keys.
    ///
    /// # Errors
    ///
    /// The disk, or the first row that `row` does not take.
    pub fn read<E: From<WriteError>>(
        &self,
        table: Table,
        mut row: impl FnMut(&str, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.read_skipping(table, |key, value| row(key, value).map(|()| None))
    }

    /// Reads rows of a table, in the order of their keys. If `row` returns a later key, reading
    /// continues there.
    ///
    /// # Errors
    ///
    /// The disk, or the first row that `row` does not take.
    pub fn read_skipping<E: From<WriteError>>(
        &self,
        table: Table,
        mut row: impl FnMut(&str, &[u8]) -> Result<Option<String>, E>,
    ) -> Result<(), E> {
        let transaction = self
            .inner
            .storage
            .database()?
            .begin_read()
            .map_err(WriteError::disk)?;
        let rows = match transaction.open_table(table.definition()) {
            Ok(rows) => rows,
            Err(TableError::TableDoesNotExist(_)) => return Ok(()),
            Err(error) => return Err(WriteError::disk(error).into()),
        };
        let mut entries = rows.iter().map_err(WriteError::disk)?;
        while let Some(entry) = entries.next() {
            let (key, value) = entry.map_err(WriteError::disk)?;
            let next = row(key.value(), value.value())?;
            if let Some(next) = next.filter(|next| next.as_str() > key.value()) {
                entries = rows.range(next.as_str()..).map_err(WriteError::disk)?;
            }
        }
        Ok(())
    }

    /// The row of a table with this key, if it is on disk.
    ///
    /// # Errors
    ///
    /// The disk.
    pub fn get(&self, table: Table, key: &str) -> Result<Option<Vec<u8>>, WriteError> {
        let database = self.inner.storage.database()?;
        let transaction = database.begin_read().map_err(WriteError::disk)?;
        let rows = match transaction.open_table(table.definition()) {
            Ok(rows) => rows,
            Err(TableError::TableDoesNotExist(_)) => return Ok(None),
            Err(error) => return Err(WriteError::disk(error)),
        };
        let row = rows.get(key).map_err(WriteError::disk)?;
        Ok(row.map(|row| row.value().to_vec()))
    }

    /// Queues changes for the disk, without waiting.
    ///
    /// Batches are written in the order in which they were sent. One that is accepted and then cannot
    /// be written is undone by its [`Batch::on_failure`].
    ///
    /// # Errors
    ///
    /// The batch was not accepted, since earlier ones have failed and are being undone, or too many
    /// wait. The caller undoes its change before it releases its lock.
    pub fn send(&self, batch: Batch) -> Result<CommitSeq, WriteError> {
        self.inner.writer.send(batch)
    }

    /// Waits until the batches up to this number are on disk.
    ///
    /// # Errors
    ///
    /// It could not be written, and was undone.
    pub async fn flushed(&self, ticket: CommitSeq) -> Result<(), WriteError> {
        self.inner.writer.flushed(ticket).await
    }

    /// Waits until the batches up to this number are on disk or were undone.
    ///
    /// [`failures`](Self::failures) is the same before and after when nothing was undone meanwhile.
    pub async fn decided(&self, ticket: CommitSeq) {
        self.inner.writer.decided(ticket).await;
    }

    /// Why the disk cannot be written, or could not within that time.
    #[must_use]
    pub fn recent_failure(&self, within: Duration) -> Option<WriteError> {
        self.inner.writer.recent_failure(within)
    }

    /// How often batches that were accepted had to be undone.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.inner.writer.failures()
    }

    /// How often the disk could be written again after changes were refused or undone.
    #[must_use]
    pub fn recoveries(&self) -> u64 {
        self.inner.writer.recoveries()
    }

    /// Waits until there are more [`recoveries`](Self::recoveries) than the known ones, and returns
    /// their number: callers that lost a change to a failure then repeat it.
    pub async fn recovered(&self, known: u64) -> u64 {
        self.inner.writer.recovered(known).await
    }

    /// Why the last write failed, while the disk cannot be written; `None` if it can.
    #[must_use]
    pub fn failure(&self) -> Option<WriteError> {
        self.inner.writer.failure()
    }
}

impl fmt::Debug for RowStore {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Ledger in {}", self.inner.directory.display())
    }
}
