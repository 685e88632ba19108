//! The watched files.

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, SystemTime};

/// How often the files are looked at: sooner than a person looks up from the editor.
const INTERVAL: Duration = Duration::from_millis(150);

/// Files, and what was last seen of each.
pub(super) struct Files(Vec<(PathBuf, Option<Stamp>)>);

/// Changes when a file is written; the length tells two writes within one tick of the clock apart.
type Stamp = (SystemTime, u64);

impl Files {
    /// Files as they are now, to be called before they are read: what is written later is noticed.
    pub(super) fn new<'n>(names: impl Iterator<Item = &'n String>) -> Self {
        let files = names.map(PathBuf::from).map(|path| {
            let stamp = stamp(&path);
            (path, stamp)
        });
        Self(files.collect())
    }

    /// Waits until one of the files is another than it was, and returns its name.
    ///
    /// Looks at modification times again and again: that works on every mount, also on those of
    /// containers and networks, which send no events, and needs no library. Three files cost nothing.
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

/// None for a file that is not there, as for a moment while an editor saves.
fn stamp(path: &PathBuf) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
