//! Contents that are too long for a row: each is a file, written once and never changed.
//!
//! A file is in use only if a row names it. So it is written and flushed before its row is sent,
//! and removed after the row that named it is gone. Files that remain after a crash are removed at
//! the next start.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use b2bi_local_persistence::RowStore;
use bytes::{Bytes, BytesMut};

/// The name of the directory.
pub const BLOBS: &str = "blobs";

/// The number of bytes that are written or read at a time.
const PIECE: usize = 256 << 10;

/// The directory of the files.
pub(crate) struct Blobs {
    directory: PathBuf,
    next: AtomicU64,
    /// Whether the process is about to end; then files are kept.
    closing: AtomicBool,
}

/// A file that exists as long as it is referenced. It is opened only for reading: there may be more
/// files than a process may have open.
pub(crate) struct Blob {
    number: u64,
    size: u64,
    blobs: Arc<Blobs>,
}

/// A file that is being written.
pub(crate) struct BlobWriter {
    blob: Blob,
    file: File,
    gathered: BytesMut,
}

impl Blobs {
    /// Opens the directory of the files, and creates it if it is missing.
    pub(crate) fn open(row_store: &RowStore) -> io::Result<Arc<Self>> {
        let directory = row_store.directory().join(BLOBS);
        fs::create_dir_all(&directory)?;
        let last = numbers(&directory)?.max();
        Ok(Arc::new(Self {
            directory,
            next: AtomicU64::new(last.map_or(0, |last| last + 1)),
            closing: AtomicBool::new(false),
        }))
    }

    /// The file with this number.
    pub(crate) fn blob(self: &Arc<Self>, number: u64) -> io::Result<Blob> {
        Ok(Blob {
            number,
            size: fs::metadata(self.path(number))?.len(),
            blobs: Arc::clone(self),
        })
    }

    /// Removes all files except those with these numbers.
    pub(crate) fn sweep(&self, kept: &HashSet<u64>) -> io::Result<()> {
        for number in numbers(&self.directory)?.filter(|number| !kept.contains(number)) {
            fs::remove_file(self.path(number))?;
        }
        Ok(())
    }

    /// From now on files are kept.
    pub(crate) fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    /// Begins a file.
    pub(crate) fn writer(self: &Arc<Self>) -> io::Result<BlobWriter> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        let file = options.open(self.path(number))?;
        Ok(BlobWriter {
            blob: Blob {
                number,
                size: 0,
                blobs: Arc::clone(self),
            },
            file,
            gathered: BytesMut::with_capacity(PIECE),
        })
    }

    fn path(&self, number: u64) -> PathBuf {
        self.directory.join(format!("{number:016x}"))
    }
}

/// The numbers of the files in a directory; files with other names are ignored.
fn numbers(directory: &Path) -> io::Result<impl Iterator<Item = u64>> {
    let names: Vec<_> = fs::read_dir(directory)?.collect::<io::Result<_>>()?;
    Ok(names.into_iter().filter_map(|entry| {
        let name = entry.file_name();
        let name = name.to_str().filter(|text| text.len() == 16)?;
        u64::from_str_radix(name, 16).ok()
    }))
}

impl Blob {
    /// The number in its row.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The number of bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Up to [`PIECE`] bytes from `start`, and none from `end` on.
    pub(crate) fn read(&self, start: u64, end: u64) -> io::Result<Bytes> {
        let length = end.saturating_sub(start).min(PIECE as u64);
        let mut piece = vec![0; usize::try_from(length).unwrap_or(PIECE)];
        let file = File::open(self.blobs.path(self.number))?;
        file.read_exact_at(&mut piece, start)?;
        Ok(piece.into())
    }
}

impl Drop for Blob {
    /// A change keeps what it replaces until it is on disk, so no row names the file any more.
    fn drop(&mut self) {
        if !self.blobs.closing.load(Ordering::Relaxed) {
            // A remaining file is removed at the next start.
            let _ = fs::remove_file(self.blobs.path(self.number));
        }
    }
}

impl BlobWriter {
    /// Writes the next bytes.
    pub(crate) fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.blob.size += piece.len() as u64;
        if self.gathered.is_empty() && piece.len() >= PIECE {
            return self.file.write_all(piece);
        }
        self.gathered.extend_from_slice(piece);
        if self.gathered.len() >= PIECE {
            self.spill()?;
        }
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        self.file.write_all(&self.gathered)?;
        self.gathered.clear();
        Ok(())
    }

    /// The number of bytes written so far.
    pub(crate) fn size(&self) -> u64 {
        self.blob.size
    }

    /// Finishes the file and flushes it to the disk.
    pub(crate) async fn finish(mut self) -> io::Result<Arc<Blob>> {
        let flush = move || {
            self.spill()?;
            self.file.sync_all()?;
            File::open(&self.blob.blobs.directory)?.sync_all()?;
            Ok(Arc::new(self.blob))
        };
        let flushed = tokio::task::spawn_blocking(flush).await;
        flushed.unwrap_or_else(|_| Err(io::Error::other("the flush did not end")))
    }
}

impl std::fmt::Debug for Blob {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Blob {:016x}", self.number)
    }
}
