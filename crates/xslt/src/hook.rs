//! Another processor, for what libxslt does not support: a command that the user configures.
//!
//! The contract: template and input are files, whose paths replace `{template}` and `{input}` or,
//! if neither occurs, are added at the end of the command, in this order. The output is what the
//! command writes to its standard output, in UTF-8. Exit status 0 is success; with any other, the
//! text on its standard error is the reason.

use std::fs::{self, DirBuilder};
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{self, Child, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use b2bi_local_mapping::{Cause, Limits, MappingError};
use b2bi_local_sandbox::{Deadline, POLL, TimedStream, interrupted, timed_pair};

use crate::problems::problem;

const TEMPLATE: &str = "{template}";
const INPUT: &str = "{input}";
/// The maximum number of bytes that are read from a command's error output.
const REASON: u64 = 4_000;

/// A command that evaluates templates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    words: Vec<String>,
    folder: PathBuf,
}

/// Why a text is not a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// It is empty.
    #[error("must name a program")]
    Empty,
    /// A quotation mark has no partner.
    #[error("has a {0} without a partner")]
    Quote(char),
}

impl Command {
    /// Reads a command: words separated by spaces, with `'…'` or `"…"` around those that contain
    /// spaces. No shell is involved. Its files are temporary and below `folder`.
    ///
    /// # Errors
    ///
    /// There is no word, or a quotation mark is not closed.
    pub fn parse(text: &str, folder: PathBuf) -> Result<Self, CommandError> {
        let mut words = words(text)?;
        if words.is_empty() {
            return Err(CommandError::Empty);
        }
        if !words
            .iter()
            .any(|word| word.contains(TEMPLATE) || word.contains(INPUT))
        {
            words.extend([TEMPLATE.to_owned(), INPUT.to_owned()]);
        }
        Ok(Self { words, folder })
    }

    /// The output of the command for a template and an input.
    ///
    /// # Errors
    ///
    /// It cannot be started, it fails, its output is not text or too long, or the evaluation was
    /// cancelled.
    pub(crate) fn transform(
        &self,
        template: &str,
        input: &str,
        limits: &Limits,
        deadline: Deadline<'_>,
    ) -> Result<String, MappingError> {
        let unable = |error: io::Error| {
            let program = self.words.first().map_or("", String::as_str);
            let reason = format!("The command {program} cannot be run: {error}");
            problem(Cause::Evaluation, reason)
        };
        let files = Files::write(&self.folder, template, input).map_err(unable)?;
        let most = limits.output_bytes as u64;
        let ended = self.run(&files, most, deadline);
        if let Some(interruption) = deadline.interruption() {
            return Err(interrupted(interruption, limits));
        }
        let (output, reason, status) = ended.map_err(unable)?;
        if output.len() as u64 > most {
            let reason = format!("The output is longer than {most} bytes");
            return Err(problem(Cause::Limit, reason));
        }
        if !status.success() {
            let said = String::from_utf8_lossy(&reason);
            let reason = format!("The XSLT command failed ({status}): {}", said.trim());
            return Err(problem(Cause::Evaluation, reason));
        }
        String::from_utf8(output).map_err(|error| {
            let reason = format!("The output of the XSLT command is not UTF-8: {error}");
            problem(Cause::Evaluation, reason)
        })
    }

    /// Its standard output, its standard error, and its exit status.
    fn run(
        &self,
        files: &Files,
        most: u64,
        deadline: Deadline<'_>,
    ) -> io::Result<(Vec<u8>, Vec<u8>, ExitStatus)> {
        let (output, its_output) = timed_pair()?;
        let (errors, its_errors) = timed_pair()?;
        let words: Vec<String> = self.words.iter().map(|word| files.named(word)).collect();
        let (program, arguments) = words
            .split_first()
            .ok_or_else(|| io::Error::other("it has no words"))?;
        let mut running = Running(
            process::Command::new(program)
                .args(arguments)
                .current_dir(&files.folder)
                .process_group(0)
                .stdin(Stdio::null())
                .stdout(OwnedFd::from(its_output))
                .stderr(OwnedFd::from(its_errors))
                .spawn()?,
        );
        let read = |stream, most| {
            let mut bytes = Vec::new();
            let stream = TimedStream { stream, deadline };
            let done = stream.take(most).read_to_end(&mut bytes);
            done.map(|_| bytes)
        };
        thread::scope(|scope| {
            // Who waits for room in the one while the other is read would wait for ever.
            let reason = scope.spawn(|| {
                let reason = read(&errors, REASON);
                let rest = read(&errors, u64::MAX);
                rest.and(reason)
            });
            let bytes = read(&output, most.saturating_add(1));
            if bytes.as_ref().is_ok_and(|byte| byte.len() as u64 <= most) {
                running.wait(deadline);
            }
            let status = running.end()?;
            let reason = reason.join().unwrap_or_else(|_| Ok(Vec::new()));
            Ok((bytes?, reason.unwrap_or_default(), status))
        })
    }
}

fn words(text: &str) -> Result<Vec<String>, CommandError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in text.chars() {
        match (quote, letter) {
            (Some(mark), _) if mark == letter => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, _) if letter.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    match quote {
        Some(mark) => Err(CommandError::Quote(mark)),
        None => Ok(words),
    }
}

/// A running command; dropping this ends it and its child processes.
struct Running(Child);

impl Running {
    /// Waits until it ends.
    fn wait(&mut self, deadline: Deadline<'_>) {
        while deadline.interruption().is_none() && matches!(self.0.try_wait(), Ok(None)) {
            thread::sleep(POLL / 10);
        }
    }

    /// Ends it and its child processes.
    fn end(&mut self) -> io::Result<ExitStatus> {
        if let Ok(None) = self.0.try_wait() {
            self.kill_all();
        }
        self.0.wait()
    }

    #[expect(unsafe_code, reason = "a group of processes is ended by a system call")]
    fn kill_all(&self) {
        if let Ok(group) = i32::try_from(self.0.id()) {
            // SAFETY: the group is that of the child, which has not been waited for yet, so no
            // other process has its number.
            unsafe { libc::kill(-group, libc::SIGKILL) };
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

/// A folder with the files of one transformation; it is removed on drop.
struct Files {
    folder: PathBuf,
}

impl Files {
    fn write(parent: &Path, template: &str, input: &str) -> io::Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("b2bi-local-xslt-{}-{number}", process::id());
        let folder = parent.join(name);
        // Other users must not read it, and it must not exist yet.
        DirBuilder::new().mode(0o700).create(&folder)?;
        let files = Self { folder };
        fs::write(files.template(), template)?;
        fs::write(files.input(), input)?;
        Ok(files)
    }

    fn template(&self) -> PathBuf {
        self.folder.join("template.xslt")
    }

    fn input(&self) -> PathBuf {
        self.folder.join("input.xml")
    }

    /// A word of the command with the names of these files.
    fn named(&self, word: &str) -> String {
        word.replace(TEMPLATE, &self.template().to_string_lossy())
            .replace(INPUT, &self.input().to_string_lossy())
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use super::{CommandError, words};

    #[test]
    fn a_command_is_words() {
        let split = |text| words(text).unwrap();
        assert_eq!(split("a  b\tc"), ["a", "b", "c"]);
        assert_eq!(split(r#"'a b' "c'd" e"f g"h"#), ["a b", "c'd", "ef gh"]);
        assert_eq!(split(" '' "), [""]);
        assert!(split(" ").is_empty());
        assert_eq!(words("a 'b"), Err(CommandError::Quote('\'')));
    }
}
