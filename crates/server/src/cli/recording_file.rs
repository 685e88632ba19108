//! The file that `record` writes: it has its name only when the recording is complete.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use b2bi_local_calibrate::Recording;

use super::error::CommandError;
use super::print;

/// The suffix of the name while the recording is incomplete.
const UNFINISHED: &str = ".unfinished";

/// A file for a recording; an existing file is kept until the new recording is complete.
pub(super) struct RecordingFile {
    file: PathBuf,
    unfinished: PathBuf,
}

impl RecordingFile {
    /// # Errors
    ///
    /// The file cannot be written.
    pub(super) fn open(file: &Path) -> Result<Self, CommandError> {
        let mut name = file.as_os_str().to_owned();
        // A device or a pipe is written immediately.
        if !file.exists() || file.is_file() {
            name.push(UNFINISHED);
        }
        let unfinished = PathBuf::from(name);
        let is_folder = file.is_dir().then(|| io::ErrorKind::IsADirectory.into());
        let written = is_folder.map_or_else(|| fs::write(&unfinished, "\n"), Err);
        written.map_err(|error| CommandError::write(file.display(), error))?;
        Ok(Self {
            file: file.to_owned(),
            unfinished,
        })
    }

    /// Renames a complete recording, and reports it.
    ///
    /// # Errors
    ///
    /// It cannot be written. The recording is printed then, since asking again costs money.
    pub(super) fn finish(self, recording: &Recording) -> Result<String, CommandError> {
        let text = recording.to_text();
        if let Err(error) = self.write(&text) {
            print(text.as_bytes())?;
            return Err(CommandError::write(self.file.display(), error));
        }
        let (answers, skipped) = (recording.answers.len(), recording.skipped.len());
        let file = self.file.display();
        let mut summary = format!("{answers} answers in {file}, {skipped} questions skipped\n");
        for skipped in &recording.skipped {
            summary.extend(["skipped ", &skipped.question, ": ", &skipped.reason, "\n"]);
        }
        Ok(summary)
    }

    fn write(&self, text: &str) -> io::Result<()> {
        let written = fs::write(&self.unfinished, text);
        if self.unfinished == self.file {
            return written;
        }
        let named = written.and_then(|()| fs::rename(&self.unfinished, &self.file));
        if named.is_err() {
            let _ = fs::remove_file(&self.unfinished);
        }
        named
    }

    /// Keeps the answers of a stopped run next to the file, and reports them.
    ///
    /// # Errors
    ///
    /// They cannot be written.
    pub(super) fn leave(self, recording: &Recording) -> Result<String, CommandError> {
        let file = self.unfinished.display();
        if recording.answers.is_empty() {
            return Ok(String::new());
        }
        fs::write(&self.unfinished, recording.to_text())
            .map_err(|error| CommandError::write(&file, error))?;
        let answers = recording.answers.len();
        Ok(format!(
            "{answers} answers were there already; they are in {file}\n"
        ))
    }
}

impl Drop for RecordingFile {
    fn drop(&mut self) {
        // A run that could not begin leaves nothing.
        let is_new = self.unfinished != self.file && self.unfinished.is_file();
        if is_new && fs::read(&self.unfinished).is_ok_and(|text| text == b"\n") {
            let _ = fs::remove_file(&self.unfinished);
        }
    }
}
