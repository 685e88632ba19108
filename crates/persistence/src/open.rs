//! Opens a directory's file, or refuses it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _};
use std::path::Path;

use redb::{
    Builder, Database, DatabaseError, ReadableDatabase as _, StorageError, TableDefinition,
};

use crate::closed::{self, CLOSED};
use crate::open_error::{DirectoryError, OpenError};

/// The format of the rows that this release writes, and the latest it reads.
const FORMAT: u64 = 1;

/// Says that a file is ours, and in which format its rows are.
const ABOUT: TableDefinition<'static, &str, u64> = TableDefinition::new("about");
const FORMAT_KEY: &str = "b2bi-local format";

/// The beginning of the library's files.
const MAGIC: &[u8] = b"redb\x1a\x0a\xa9\x0d\x0a";

const LOCK: &str = "lock";
pub(crate) const FILE: &str = "state.redb";
const UNFINISHED: &str = "state.redb.new";

/// The amount of the file that the library keeps in memory.
const CACHE_BYTES: usize = 32 << 20;

/// Takes the directory for this process.
pub(crate) fn lock(directory: &Path) -> Result<File, OpenError> {
    let refuse = |error| OpenError::new(directory, DirectoryError::Io(error));
    fs::create_dir_all(directory).map_err(refuse)?;
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    let file = options.open(directory.join(LOCK)).map_err(refuse)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::new(directory, DirectoryError::InUse)),
        Err(TryLockError::Error(error)) => Err(refuse(error)),
    }
}

/// The names in a directory that are neither ours nor `others`, in order.
pub(crate) fn foreign_names(directory: &Path, others: &[&str]) -> io::Result<Vec<String>> {
    let own = [LOCK, FILE, UNFINISHED, CLOSED];
    let is_known = |name: &str| own.contains(&name) || others.contains(&name);
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !is_known(&name) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// The rows of a directory that is ours, and whether all of them were compared with their checksums.
pub(crate) fn database(directory: &Path) -> Result<(Database, bool), OpenError> {
    let path = directory.join(FILE);
    let refuse = |reason| OpenError::new(&path, reason);
    if !path
        .try_exists()
        .map_err(|error| refuse(DirectoryError::Io(error)))?
    {
        create(directory, &path).map_err(refuse)?;
    }
    begins_right(&path).map_err(refuse)?;
    let is_checked = !closed::take(directory);
    let mut builder = builder();
    builder.set_check_integrity_on_open(is_checked);
    let database = builder.open(&path).map_err(|error| refuse(error.into()))?;
    let format = format(&database).map_err(refuse)?;
    if format > FORMAT {
        return Err(refuse(DirectoryError::Newer {
            format,
            known: FORMAT,
        }));
    }
    Ok((database, is_checked))
}

/// The same rows again, in a process that has found them sound before.
pub(crate) fn database_again(directory: &Path) -> Result<Database, OpenError> {
    let path = directory.join(FILE);
    let mut builder = builder();
    builder.set_check_integrity_on_open(false);
    builder
        .open(&path)
        .map_err(|error| OpenError::new(&path, error.into()))
}

/// Every page is compared with its checksum, unless the file is unchanged since it was closed: a
/// damaged file is found now, not when it is too late.
fn builder() -> Builder {
    let mut builder = Builder::new();
    builder
        .set_check_integrity_on_open(true)
        .set_cache_size(CACHE_BYTES);
    builder
}

/// Creates the file under another name first, so that an incomplete file never exists.
fn create(directory: &Path, path: &Path) -> Result<(), DirectoryError> {
    let unfinished = directory.join(UNFINISHED);
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(DirectoryError::Io(error));
        }
        _ => {}
    }
    let database = builder().create(&unfinished)?;
    let transaction = database.begin_write().map_err(damaged)?;
    transaction
        .open_table(ABOUT)
        .map_err(damaged)?
        .insert(FORMAT_KEY, FORMAT)
        .map_err(damaged)?;
    transaction.commit().map_err(damaged)?;
    database.close()?;
    fs::rename(&unfinished, path).map_err(DirectoryError::Io)?;
    let entries = File::open(directory).map_err(DirectoryError::Io)?;
    entries.sync_all().map_err(DirectoryError::Io)
}

fn begins_right(path: &Path) -> Result<(), DirectoryError> {
    let mut beginning = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAGIC.len() as u64).read_to_end(&mut beginning))
        .map_err(DirectoryError::Io)?;
    if beginning == MAGIC {
        Ok(())
    } else {
        Err(DirectoryError::Foreign)
    }
}

fn format(database: &Database) -> Result<u64, DirectoryError> {
    let transaction = database.begin_read().map_err(damaged)?;
    let about = transaction
        .open_table(ABOUT)
        .map_err(|_| DirectoryError::Foreign)?;
    let format = about.get(FORMAT_KEY).map_err(damaged)?;
    format
        .map(|format| format.value())
        .ok_or(DirectoryError::Foreign)
}

fn damaged(error: impl Into<redb::Error>) -> DirectoryError {
    DirectoryError::Damaged(Box::new(error.into()))
}

impl From<DatabaseError> for DirectoryError {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::DatabaseAlreadyOpen => Self::InUse,
            DatabaseError::Storage(StorageError::Io(error)) => Self::Io(error),
            other => damaged(other),
        }
    }
}
