//! The watched files.

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, SystemTime};

/// The polling interval: shorter than it takes to look up from the editor.
const INTERVAL: Duration = Duration::from_millis(150);

/// Files, and their last observed state.
pub(super) struct Files(Vec<(PathBuf, Option<Stamp>)>);

/// Changes if a file is written; the length distinguishes two writes within one tick of the clock.
type Stamp = (SystemTime, u64);

impl Files {
    /// The current state of files, to be taken before they are read, so that later writes are
    /// noticed.
    pub(super) fn new<'n>(names: impl Iterator<Item = &'n String>) -> Self {
        let files = names.map(PathBuf::from).map(|path| {
            let stamp = stamp(&path);
            (path, stamp)
        });
        Self(files.collect())
    }

    /// Waits until one of the files is another than it was, and returns its name.
    ///
    /// Polls modification times. This works on every mount, including containers and network file
    /// systems that send no events, and needs no library. For three files the cost is negligible.
    pub(super) fn wait(&mut self) -> String {
        loop {
            let mut changed = None;
            for (path, seen) in &mut self.0 {
                let now = stamp(path);
                if *seen != now {
                    *seen = now;
                    changed = Some(path.display().to_string());
                }
            }
            if let Some(name) = changed {
                return name;
            }
            thread::sleep(INTERVAL);
        }
    }
}

/// `None` for a missing file, such as for a moment while an editor saves.
fn stamp(path: &PathBuf) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
