//! Records the state of the file at a normal stop, so that the next start need not check all of
//! it.

use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::open::FILE;

/// The name of the file that records this.
pub(crate) const CLOSED: &str = "state.redb.closed";

/// Any later write gives the file a later time than this sets back.
const SET_BACK: Duration = Duration::from_secs(1);

/// Writes down, when it is dropped, what the closed file looks like.
pub(crate) struct CloseRecorder {
    directory: PathBuf,
    /// Whether the file was compared with its checksums when it was opened.
    pub(crate) was_checked: bool,
    is_sound: AtomicBool,
}

impl CloseRecorder {
    pub(crate) fn new(directory: &Path, was_checked: bool) -> Self {
        Self {
            directory: directory.to_owned(),
            was_checked,
            is_sound: AtomicBool::new(true),
        }
    }

    /// The file must be checked at the next start.
    pub(crate) fn mark_untrusted(&self) {
        self.is_sound.store(false, Ordering::Relaxed);
    }
}

impl Drop for CloseRecorder {
    fn drop(&mut self) {
        if self.is_sound.load(Ordering::Relaxed)
            && let Err(error) = record(&self.directory)
        {
            tracing::debug!(%error, "the next start reads the whole data directory");
        }
    }
}

/// Whether the file is unchanged since it was closed. This is true only once: a process that does
/// not close the file leaves no such record.
pub(crate) fn take(directory: &Path) -> bool {
    let path = directory.join(CLOSED);
    let Ok(recorded) = fs::read_to_string(&path) else {
        return false;
    };
    let present = fs::metadata(directory.join(FILE)).map(|metadata| describe(&metadata));
    fs::remove_file(&path).is_ok() && present.is_ok_and(|present| present == recorded)
}

fn record(directory: &Path) -> io::Result<()> {
    let file = File::options().write(true).open(directory.join(FILE))?;
    let modified = file.metadata()?.modified()?;
    // File times have a resolution of milliseconds: a write that follows immediately is detected
    // too.
    file.set_modified(modified.checked_sub(SET_BACK).unwrap_or(modified))?;
    fs::write(directory.join(CLOSED), describe(&file.metadata()?))
}

/// What distinguishes a file from one that was written since, copied or restored.
fn describe(metadata: &Metadata) -> String {
    format!(
        "{} {} {} {}.{:09} {}.{:09}\n",
        metadata.dev(),
        metadata.ino(),
        metadata.size(),
        metadata.mtime(),
        metadata.mtime_nsec(),
        metadata.ctime(),
        metadata.ctime_nsec(),
    )
}
