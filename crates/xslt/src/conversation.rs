//! Reading from and writing to another process for no longer than a run may take.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use b2bi_local_mapping::Run;

/// How often a wait looks up to see whether it is still wanted.
pub(crate) const TICK: Duration = Duration::from_millis(20);

/// Why a conversation ended before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The run has taken as long as it may.
    Late,
    /// The run was cancelled.
    Cancelled,
}

/// The time that a run has left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience<'a> {
    run: &'a Run,
    /// None is for ever.
    deadline: Option<Instant>,
}

impl<'a> Patience<'a> {
    /// The time that a run has from now on.
    pub(crate) fn of(run: &'a Run) -> Self {
        let deadline = Instant::now().checked_add(run.limits.time);
        Self { run, deadline }
    }

    /// Whether it is at its end.
    pub(crate) fn stop(&self) -> Option<Stop> {
        if self.run.cancel.is_cancelled() {
            return Some(Stop::Cancelled);
        }
        let late = self.deadline.is_some_and(|it| Instant::now() >= it);
        late.then_some(Stop::Late)
    }
}

/// One end of a pair of sockets, whose waits are short.
///
/// # Errors
///
/// The system has no more of them.
pub(crate) fn line() -> io::Result<(UnixStream, UnixStream)> {
    let (ours, theirs) = UnixStream::pair()?;
    ours.set_read_timeout(Some(TICK))?;
    ours.set_write_timeout(Some(TICK))?;
    Ok((ours, theirs))
}

/// A line, for as long as patience lasts; then every call fails.
pub(crate) struct Conversation<'a> {
    pub(crate) line: &'a UnixStream,
    pub(crate) patience: Patience<'a>,
}

impl Conversation<'_> {
    /// Tries again until something comes of it.
    fn insist<T>(&self, mut attempt: impl FnMut(&UnixStream) -> io::Result<T>) -> io::Result<T> {
        loop {
            if self.patience.stop().is_some() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            match attempt(self.line) {
                Err(error) if is_early(&error) => {}
                done => return done,
            }
        }
    }
}

/// Whether a call came back because of the short wait.
fn is_early(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}

impl Read for Conversation<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.insist(|mut line| line.read(buffer))
    }
}

impl Write for Conversation<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.insist(|mut line| line.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
