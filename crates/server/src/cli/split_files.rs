//! The files of `b2bi-local split`, written on all cores.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::thread::{Scope, available_parallelism};

use b2bi_local_x12::{Piece, Pool};

use super::error::CommandError;

/// The number of bytes that a thread writes at a time, and the maximum number of files.
const BATCH_BYTES: usize = 1 << 20;
const BATCH_FILES: usize = 64;
/// The maximum number of unfinished batches per thread.
const WAITING: usize = 2;

/// The folder of the files.
#[derive(Clone, Copy)]
pub(super) struct Folder<'a> {
    pub(super) path: &'a Path,
    /// Whether existing files are overwritten.
    pub(super) force: bool,
}

/// A file for each piece, in the order of the pieces.
pub(super) struct Files<'scope, 'data> {
    scope: &'scope Scope<'scope, 'data>,
    folder: Folder<'data>,
    pool: Pool<'scope, Written>,
    threads: usize,
    /// The number of pieces so far.
    count: usize,
    /// The pieces of the next batch.
    batch: Vec<Vec<u8>>,
    batch_bytes: usize,
    /// The number of unfinished batches.
    pending: usize,
    /// The files that have been written, and the first that could not be.
    written: Vec<Range<usize>>,
    failed: Option<Failed>,
}

/// The result of a batch.
struct Written {
    files: Range<usize>,
    failed: Option<Failed>,
}

/// A file that could not be written.
struct Failed {
    file: usize,
    error: io::Error,
}

impl Folder<'_> {
    fn file(&self, file: usize) -> PathBuf {
        self.path.join(format!("{:05}.edi", file.saturating_add(1)))
    }

    fn write(&self, file: usize, bytes: &[u8]) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        let options = options.create_new(!self.force);
        options.open(self.file(file))?.write_all(bytes)
    }

    /// Writes files until one cannot be written.
    fn write_all(&self, first: usize, batch: &[Vec<u8>]) -> Written {
        for (file, bytes) in (first..).zip(batch) {
            if let Err(error) = self.write(file, bytes) {
                return Written {
                    files: first..file,
                    failed: Some(Failed { file, error }),
                };
            }
        }
        Written {
            files: first..first.saturating_add(batch.len()),
            failed: None,
        }
    }

    fn error(&self, Failed { file, error }: Failed) -> CommandError {
        let path = self.file(file);
        if error.kind() == io::ErrorKind::AlreadyExists {
            return format!("{} exists; --force overwrites it", path.display()).into();
        }
        CommandError::write(path.display(), error)
    }
}

impl<'scope, 'data: 'scope> Files<'scope, 'data> {
    pub(super) fn new(scope: &'scope Scope<'scope, 'data>, folder: Folder<'data>) -> Self {
        Self {
            scope,
            folder,
            pool: Pool::new(),
            threads: available_parallelism().map_or(1, usize::from),
            count: 0,
            batch: Vec::new(),
            batch_bytes: 0,
            pending: 0,
            written: Vec::new(),
            failed: None,
        }
    }

    /// Takes the next piece.
    pub(super) fn take(&mut self, piece: Piece) {
        if self.failed.is_some() {
            return;
        }
        self.count += 1;
        self.batch_bytes += piece.bytes.len();
        self.batch.push(piece.bytes);
        if self.batch_bytes >= BATCH_BYTES || self.batch.len() >= BATCH_FILES {
            self.submit();
        }
    }

    /// Writes the rest, and returns the number of files.
    ///
    /// # Errors
    ///
    /// A file exists or cannot be written. New files after it are removed, unless files are overwritten.
    pub(super) fn finish(mut self) -> Result<usize, CommandError> {
        if self.pending == 0 && self.failed.is_none() {
            let written = self.folder.write_all(0, &self.batch);
            self.note(written);
        } else {
            self.submit();
        }
        self.wait(0);
        let Some(failed) = self.failed else {
            return Ok(self.count);
        };
        if !self.folder.force {
            for file in self.written.into_iter().flatten() {
                if file > failed.file {
                    // The error to report is the first.
                    let _ = fs::remove_file(self.folder.file(file));
                }
            }
        }
        Err(self.folder.error(failed))
    }

    fn submit(&mut self) {
        let batch = std::mem::take(&mut self.batch);
        self.batch_bytes = 0;
        let first = self.count.saturating_sub(batch.len());
        let folder = self.folder;
        self.pool.start(self.scope, self.threads.saturating_sub(1));
        self.pool.submit(move || folder.write_all(first, &batch));
        self.pending += 1;
        self.wait(self.threads.saturating_mul(WAITING));
    }

    /// Waits until at most `most` batches are unfinished.
    fn wait(&mut self, most: usize) {
        while self.pending > most
            && let Some(written) = self.pool.result()
        {
            self.pending -= 1;
            self.note(written);
        }
    }

    fn note(&mut self, Written { files, failed }: Written) {
        self.written.push(files);
        let before = |failed: &Failed| {
            self.failed
                .as_ref()
                .is_none_or(|first| failed.file < first.file)
        };
        if let Some(failed) = failed.filter(before) {
            self.failed = Some(failed);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use b2bi_local_x12::Position;

    use super::*;
    use crate::system::random_seed;

    fn split(folder: Folder<'_>, count: usize) -> Result<usize, CommandError> {
        thread::scope(|scope| {
            let mut files = Files::new(scope, folder);
            for number in 0..count {
                files.take(Piece {
                    bytes: number.to_string().into_bytes(),
                    position: Position::default(),
                    ends: true,
                });
            }
            files.finish()
        })
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    fn check(existing: Option<usize>, force: bool, count: usize, wanted: Result<usize, usize>) {
        let name = format!("b2bi-local-split-{:016x}", random_seed());
        let path = &std::env::temp_dir().join(name);
        fs::create_dir(path).unwrap();
        let folder = Folder { path, force };
        if let Some(file) = existing {
            fs::write(folder.file(file), "before").unwrap();
        }
        let made = split(folder, count);
        let left = match wanted {
            Ok(count) => count,
            Err(file) => file + 1,
        };
        assert_eq!(
            names(path),
            (0..left)
                .map(|file| names_of(folder, file))
                .collect::<Vec<_>>()
        );
        match wanted {
            Ok(count) => assert_eq!(made.unwrap(), count),
            Err(file) => {
                let message = format!(
                    "{} exists; --force overwrites it",
                    folder.file(file).display()
                );
                assert_eq!(made.unwrap_err().to_string(), message);
                assert_eq!(fs::read(folder.file(file)).unwrap(), b"before");
            }
        }
        for file in (0..left).filter(|file| wanted.is_ok() || Some(*file) != existing) {
            assert_eq!(
                fs::read(folder.file(file)).unwrap(),
                file.to_string().as_bytes()
            );
        }
        fs::remove_dir_all(path).unwrap();
    }

    fn names_of(folder: Folder<'_>, file: usize) -> String {
        let path = folder.file(file);
        path.file_name().unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn there_is_a_file_for_each_piece() {
        for count in [0, 1, BATCH_FILES, 1000] {
            check(None, false, count, Ok(count));
        }
        check(Some(700), true, 1000, Ok(1000));
    }

    #[test]
    fn after_a_file_that_exists_there_are_no_others() {
        for file in [0, 1, 70, 500, 999] {
            check(Some(file), false, 1000, Err(file));
        }
    }
}
