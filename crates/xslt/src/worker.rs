//! A worker process, seen from its server.

use std::ffi::OsString;
use std::io::{self, BufReader, BufWriter, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::conversation::{self, Conversation, Patience, Stop};
use crate::frame::{OUT_OF_MEMORY, Reply, Request};

/// How a worker is started: a program that runs [`work`](crate::work) when called so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The file to run.
    pub path: PathBuf,
    /// What to call it with.
    pub arguments: Vec<OsString>,
}

/// A worker process; it is ended when this goes.
pub(crate) struct Worker {
    child: Child,
    line: UnixStream,
    /// How many requests it has carried out.
    pub(crate) uses: u32,
}

/// Why a worker gave no reply.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It was not waited for any longer.
    Stopped(Stop),
    /// It ran out of memory.
    Memory,
    /// The system ended it for taking too long.
    Time,
    /// It ended by itself, and in this way.
    Ended(ExitStatus),
    /// What it said is no reply.
    Strange(io::Error),
}

impl Worker {
    /// Starts a worker; it makes itself ready while nobody waits.
    ///
    /// # Errors
    ///
    /// There is no such program, or the system has no room for it.
    pub(crate) fn start(program: &Program) -> io::Result<Self> {
        let (line, theirs) = conversation::line()?;
        let child = Command::new(&program.path)
            .arg0("b2bi-local")
            .args(&program.arguments)
            .stdin(OwnedFd::from(theirs))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self {
            child,
            line,
            uses: 0,
        })
    }

    /// Whether it waits for a request.
    pub(crate) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Has a request carried out. After a failure the worker is of no more use.
    ///
    /// # Errors
    ///
    /// No reply came in time.
    pub(crate) fn ask(
        &mut self,
        request: &Request,
        patience: Patience<'_>,
    ) -> Result<Reply, Failure> {
        self.uses += 1;
        let line = &self.line;
        let mut writer = BufWriter::new(Conversation { line, patience });
        let sent = request.write(&mut writer).and_then(|()| writer.flush());
        // What could not be sent is not tried again when the writer goes.
        drop(writer.into_parts());
        let mut reader = BufReader::new(Conversation { line, patience });
        let reply = sent.and_then(|()| Reply::read(&mut reader, request.output_bytes));
        reply.map_err(|error| self.failure(error, patience))
    }

    fn failure(&mut self, error: io::Error, patience: Patience<'_>) -> Failure {
        if let Some(stop) = patience.stop() {
            return Failure::Stopped(stop);
        }
        if error.kind() == io::ErrorKind::InvalidData {
            return Failure::Strange(error);
        }
        match self.end() {
            Some(status) if status.code() == Some(OUT_OF_MEMORY) => Failure::Memory,
            Some(status) if status.signal().is_some_and(is_about_time) => Failure::Time,
            Some(status) => Failure::Ended(status),
            None => Failure::Strange(error),
        }
    }

    /// How it ended: its line is cut a moment before that.
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
}

fn is_about_time(signal: i32) -> bool {
    [libc::SIGXCPU, libc::SIGALRM].contains(&signal)
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
