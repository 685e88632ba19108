//! A worker process, as its server sees it.

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{self, BufReader, BufWriter, PipeReader, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::protocol::{Reply, Request, read_reply};
use crate::timed::{Deadline, TimedStream, timed_pair};
use crate::worker_error::WorkerError;

/// The exit status of a worker that has run out of memory.
pub const OUT_OF_MEMORY: i32 = 77;
/// The stack of the thread that evaluates, in bytes.
pub(crate) const STACK: usize = 64 << 20;
/// The maximum number of bytes that are read from a worker's standard error.
const LAST_WORDS: u64 = 4_096;

/// How a worker is started: a program that calls [`serve`](crate::serve) when started so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerCommand {
    /// The file to run.
    pub path: PathBuf,
    /// What to call it with.
    pub arguments: Vec<OsString>,
}

/// A worker process; it is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Worker {
    child: Child,
    stream: UnixStream,
    errors: PipeReader,
    /// How many requests it was sent.
    pub(crate) uses: u32,
}

impl Worker {
    /// Starts a worker ahead of its first use.
    ///
    /// # Errors
    ///
    /// The program does not exist, or the system has no resources for it.
    pub(crate) fn start(program: &WorkerCommand) -> io::Result<Self> {
        let (stream, theirs) = timed_pair()?;
        let (errors, their_errors) = io::pipe()?;
        let child = Command::new(&program.path)
            .arg0("b2bi-local")
            .args(&program.arguments)
            .env("MALLOC_ARENA_MAX", arenas().to_string())
            .stdin(OwnedFd::from(theirs))
            .stdout(Stdio::null())
            .stderr(their_errors)
            .spawn()?;
        Ok(Self {
            child,
            stream,
            errors,
            uses: 0,
        })
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it waits for a request.
    pub(crate) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Runs a request and drops its input once it is sent. After a failure the worker cannot be used again.
    ///
    /// # Errors
    ///
    /// No reply arrived before the deadline.
    pub(crate) fn ask(
        &mut self,
        request: &Request<'_>,
        input: Cow<'_, str>,
        deadline: Deadline<'_>,
    ) -> Result<Reply, WorkerError> {
        self.uses += 1;
        let stream = &self.stream;
        let mut writer = BufWriter::new(TimedStream { stream, deadline });
        let sent = request
            .write(&input, &mut writer)
            .and_then(|()| writer.flush());
        // What could not be sent is not tried again when the writer is dropped.
        drop((writer.into_parts(), input));
        let mut reader = BufReader::new(TimedStream { stream, deadline });
        let reply = sent.and_then(|()| read_reply(&mut reader, request.longest_reply()));
        let (reply, messages) = reply.map_err(|error| self.worker_error(error, deadline))?;
        request.run.messages.add(&messages);
        Ok(reply)
    }

    fn worker_error(&mut self, error: io::Error, deadline: Deadline<'_>) -> WorkerError {
        if let Some(interruption) = deadline.interruption() {
            return WorkerError::Interrupted(interruption);
        }
        if error.kind() == io::ErrorKind::InvalidData {
            return WorkerError::Protocol(error);
        }
        match self.end() {
            Some(status) => WorkerError::of(status, &self.last_words()),
            None => WorkerError::Protocol(error),
        }
    }

    /// How it ended: its socket is closed a moment before that.
    fn end(&mut self) -> Option<ExitStatus> {
        let deadline = Instant::now() + Duration::from_secs(1);
        while Instant::now() < deadline {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(1));
        }
        None
    }

    /// The runtime's output about its end. The process is gone, so nothing else can write.
    fn last_words(&mut self) -> String {
        let mut words = Vec::new();
        let _ = (&mut self.errors).take(LAST_WORDS).read_to_end(&mut words);
        String::from_utf8_lossy(&words).into_owned()
    }
}

/// The maximum number of glibc's arenas: each reserves addresses that count as memory, and threads that share one
/// wait for each other.
fn arenas() -> usize {
    match thread::available_parallelism().map_or(1, usize::from) {
        1 => 1,
        // The first thread of a process has one, although it only waits.
        cores => cores + 1,
    }
}

impl WorkerError {
    /// The meaning of a worker's end.
    fn of(status: ExitStatus, last_words: &str) -> Self {
        let signal = status
            .signal()
            .and_then(|signal| Signal::try_from(signal).ok());
        match signal {
            None if status.code() == Some(OUT_OF_MEMORY) => Self::Memory,
            Some(Signal::SIGXCPU | Signal::SIGALRM) => Self::Time,
            Some(Signal::SIGABRT) if last_words.contains("memory allocation") => Self::Memory,
            Some(Signal::SIGABRT) if last_words.contains("overflowed its stack") => Self::Stack,
            Some(Signal::SIGSEGV | Signal::SIGBUS) => Self::Stack,
            Some(Signal::SIGKILL) => Self::Killed,
            _ => Self::Ended(status),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
