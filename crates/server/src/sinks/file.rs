//! A file of JSON lines.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use serde::Serialize;

use super::{DeliveryError, Outcome, Sink, SinkSetupError};

/// How many lines are written before the thread is released.
const MOST: usize = 100;

/// Appends a line for each item, with one write.
///
/// The file is opened again each time, so it may be moved away at any moment.
pub(super) struct File {
    path: PathBuf,
}

impl File {
    /// Makes sure that the file can be written to.
    ///
    /// # Errors
    ///
    /// It cannot; why, and which file it is.
    pub(super) fn open(path: &Path) -> Result<Self, SinkSetupError> {
        let path = path.to_owned();
        match append(&path, b"") {
            Ok(()) => Ok(Self { path }),
            Err(source) => Err(SinkSetupError::File { path, source }),
        }
    }
}

#[async_trait]
impl<T: Serialize + Send + Sync + 'static> Sink<T> for File {
    fn name(&self) -> String {
        format!("file {}", self.path.display())
    }

    fn most(&self) -> usize {
        MOST
    }

    async fn send(&self, items: &[Arc<T>]) -> Vec<Outcome> {
        let (path, items) = (self.path.clone(), items.to_vec());
        let count = items.len();
        let written = tokio::task::spawn_blocking(move || {
            items.iter().map(|item| write(&path, &**item)).collect()
        });
        written
            .await
            .unwrap_or_else(|error| vec![Err(DeliveryError::retryable(error)); count])
    }
}

fn write<T: Serialize>(path: &Path, item: &T) -> Outcome {
    let mut line = serde_json::to_vec(item).map_err(DeliveryError::permanent)?;
    line.push(b'\n');
    append(path, &line).map_err(DeliveryError::retryable)
}

/// Appends the whole line or nothing, as far as the system allows.
fn append(path: &Path, line: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    let before = file.metadata()?.len();
    file.write_all(line).inspect_err(|_| {
        let _ = file.set_len(before);
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::super::Sink as _;
    use super::{File, Outcome, append};

    #[tokio::test]
    async fn lines_are_added_and_the_file_may_be_moved_away() {
        let folder = std::env::temp_dir().join(format!("b2bi-local-file-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("events.jsonl");
        append(&path, b"\"old\"\n").unwrap();
        let file = File::open(&path).unwrap();
        let lines = |path: &Path| std::fs::read_to_string(path).unwrap();
        let items = ["a\nb", "c"].map(|item| Arc::new(item.to_owned()));
        let written = |outcomes: Vec<Outcome>| outcomes.iter().filter(|one| one.is_ok()).count();
        assert_eq!(written(file.send(&items).await), 2);
        assert_eq!(lines(&path), "\"old\"\n\"a\\nb\"\n\"c\"\n");
        std::fs::rename(&path, folder.join("moved")).unwrap();
        assert_eq!(written(file.send(&items[1..]).await), 1);
        assert_eq!(lines(&path), "\"c\"\n");
        std::fs::remove_dir_all(&folder).unwrap();
        let [outcome] = file.send(&items[1..]).await.try_into().unwrap();
        assert!(!outcome.unwrap_err().is_final);
        let error = File::open(&path).err().unwrap().to_string();
        assert!(
            error.contains("events.jsonl cannot be written to"),
            "{error}"
        );
    }
}
