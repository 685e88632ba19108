//! The open database, and how to open it again after a failure.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use redb::{Database, ReadableDatabase as _, TableDefinition, TableError};

use crate::batch::Batch;
use crate::error::WriteError;
use crate::open_error::OpenError;

/// The progress of writing: the number of the last batch that was committed.
const PROGRESS: TableDefinition<'static, &str, u64> = TableDefinition::new("progress");
const COMMITTED: &str = "committed";
/// The row that is written to find out whether there is space again.
const PROBE: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("probe");
const PROBE_BYTES: usize = 64 << 10;

pub(crate) type Open = Box<dyn Fn() -> Result<Database, OpenError> + Send + Sync>;

/// A database that is opened again when the library gave it up.
///
/// redb refuses everything after a failed write until the file is opened again.
pub(crate) struct Storage {
    open: Open,
    /// None while it cannot be opened.
    database: Mutex<Option<Arc<Database>>>,
}

impl Storage {
    pub(crate) fn new(database: Database, open: Open) -> Self {
        Self {
            open,
            database: Mutex::new(Some(Arc::new(database))),
        }
    }

    /// The database. Drop it soon: it cannot be reopened while it is in use.
    pub(crate) fn database(&self) -> Result<Arc<Database>, WriteError> {
        let open = self.slot().clone();
        open.map_or_else(|| self.reopen(), Ok)
    }

    /// Closes the database and opens it again.
    pub(crate) fn reopen(&self) -> Result<Arc<Database>, WriteError> {
        let mut slot = self.slot();
        slot.take();
        let database = Arc::new((self.open)().map_err(WriteError::reopening)?);
        *slot = Some(Arc::clone(&database));
        Ok(database)
    }

    /// Writes the batches, all or none; the number is that of the last of them.
    pub(crate) fn write<'a>(
        &self,
        batches: impl Iterator<Item = &'a Batch>,
        number: u64,
    ) -> Result<(), WriteError> {
        let transaction = self.database()?.begin_write().map_err(WriteError::disk)?;
        for batch in batches {
            batch.apply(&transaction)?;
        }
        transaction
            .open_table(PROGRESS)
            .map_err(WriteError::disk)?
            .insert(COMMITTED, number)
            .map_err(WriteError::disk)?;
        transaction.commit().map_err(WriteError::disk)
    }

    /// Writes something that takes room, and removes it again.
    pub(crate) fn probe(&self) -> Result<(), WriteError> {
        let filler = vec![0; PROBE_BYTES];
        let transaction = self.database()?.begin_write().map_err(WriteError::disk)?;
        transaction
            .open_table(PROBE)
            .map_err(WriteError::disk)?
            .insert("probe", filler.as_slice())
            .map_err(WriteError::disk)?;
        transaction.commit().map_err(WriteError::disk)?;
        let transaction = self.database()?.begin_write().map_err(WriteError::disk)?;
        transaction.delete_table(PROBE).map_err(WriteError::disk)?;
        transaction.commit().map_err(WriteError::disk)
    }

    /// The number of the last batch that is on disk.
    pub(crate) fn committed(&self) -> Result<u64, WriteError> {
        let transaction = self.database()?.begin_read().map_err(WriteError::disk)?;
        let progress = match transaction.open_table(PROGRESS) {
            Ok(progress) => progress,
            Err(TableError::TableDoesNotExist(_)) => return Ok(0),
            Err(error) => return Err(WriteError::disk(error)),
        };
        let committed = progress.get(COMMITTED).map_err(WriteError::disk)?;
        Ok(committed.map_or(0, |number| number.value()))
    }

    /// A panic elsewhere leaves the slot unchanged or empty; both are handled.
    fn slot(&self) -> MutexGuard<'_, Option<Arc<Database>>> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
