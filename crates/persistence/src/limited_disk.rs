//! A disk in memory that a test can fill up, for tests of this crate and of those that write rows.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redb::{Builder, Database, StorageBackend};

use crate::closed::CloseRecorder;
use crate::open_error::{DirectoryError, OpenError};
use crate::{RowStore, storage::Storage};

/// The path that errors name.
const PATH: &str = "limited disk";

/// A disk of limited size, whose contents outlive the database on it.
#[derive(Clone, Debug)]
pub struct LimitedDisk {
    bytes: Arc<Mutex<Vec<u8>>>,
    /// The maximum number of bytes.
    size: Arc<AtomicUsize>,
}

impl Default for LimitedDisk {
    fn default() -> Self {
        Self {
            bytes: Arc::default(),
            size: Arc::new(AtomicUsize::new(usize::MAX)),
        }
    }
}

impl LimitedDisk {
    /// A row store on this disk, which checks for free space once per interval after a failure.
    ///
    /// # Errors
    ///
    /// The contents are not those of a row store.
    pub fn row_store(&self, probe_interval: Duration) -> Result<RowStore, OpenError> {
        let again = self.clone();
        let storage = Storage::new(self.open()?, Box::new(move || again.open()));
        let lock = File::open("/dev/null").map_err(DirectoryError::Io);
        let lock = lock.map_err(|reason| OpenError::new(Path::new(PATH), reason))?;
        let closed = CloseRecorder::new(Path::new(PATH), false);
        RowStore::start(Path::new(PATH), storage, closed, lock, probe_interval)
    }

    /// Leaves no space beyond what is used.
    pub fn fill(&self) {
        self.size.store(self.bytes().len(), Ordering::SeqCst);
    }

    /// Makes space without limit.
    pub fn free(&self) {
        self.size.store(usize::MAX, Ordering::SeqCst);
    }

    fn open(&self) -> Result<Database, OpenError> {
        let opened = Builder::new().create_with_backend(self.clone());
        opened.map_err(|error| OpenError::new(Path::new(PATH), error.into()))
    }

    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn outside() -> io::Error {
    io::Error::from(io::ErrorKind::UnexpectedEof)
}

fn position(offset: u64) -> io::Result<usize> {
    usize::try_from(offset).map_err(|_| outside())
}

impl StorageBackend for LimitedDisk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.bytes().len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let bytes = self.bytes();
        let rest = bytes.get(position(offset)?..).ok_or_else(outside)?;
        out.copy_from_slice(rest.get(..out.len()).ok_or_else(outside)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let len = position(len)?;
        if len > self.size.load(Ordering::SeqCst) {
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        self.bytes().resize(len, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut bytes = self.bytes();
        let rest = bytes.get_mut(position(offset)?..).ok_or_else(outside)?;
        let target = rest.get_mut(..data.len()).ok_or_else(outside)?;
        target.copy_from_slice(data);
        Ok(())
    }
}
