//! Reads and writes with the deadline of their run.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use b2bi_local_mapping::Run;

/// How often a wait checks whether the run was cancelled.
pub const POLL: Duration = Duration::from_millis(20);

/// Why a run ended before it had a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interruption {
    /// Its time is over.
    Timeout,
    /// It was cancelled.
    Cancelled,
}

/// The time at which a run ends at the latest.
#[derive(Clone, Copy, Debug)]
pub struct Deadline<'a> {
    run: &'a Run,
    /// `None` if the time is too long to be counted.
    at: Option<Instant>,
}

impl<'a> Deadline<'a> {
    /// The deadline of a run that begins now and may take this long.
    #[must_use]
    pub fn after(time: Duration, run: &'a Run) -> Self {
        let at = Instant::now().checked_add(time);
        Self { run, at }
    }

    /// Why the run must end now; `None` if it may continue.
    #[must_use]
    pub fn interruption(&self) -> Option<Interruption> {
        if self.run.cancel.is_cancelled() {
            return Some(Interruption::Cancelled);
        }
        let is_late = self.at.is_some_and(|at| Instant::now() >= at);
        is_late.then_some(Interruption::Timeout)
    }
}

/// A pair of connected sockets; reads and writes of the first return after [`POLL`].
///
/// # Errors
///
/// The system has no more sockets.
pub fn timed_pair() -> io::Result<(UnixStream, UnixStream)> {
    let (ours, theirs) = UnixStream::pair()?;
    ours.set_read_timeout(Some(POLL))?;
    ours.set_write_timeout(Some(POLL))?;
    Ok((ours, theirs))
}

/// A socket whose reads and writes fail with `TimedOut` once the deadline has passed.
#[derive(Debug)]
pub struct TimedStream<'a> {
    /// The first socket of a [`timed_pair`].
    pub stream: &'a UnixStream,
    /// When reads and writes end.
    pub deadline: Deadline<'a>,
}

impl TimedStream<'_> {
    fn retry<T>(&self, mut attempt: impl FnMut(&UnixStream) -> io::Result<T>) -> io::Result<T> {
        loop {
            if self.deadline.interruption().is_some() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            match attempt(self.stream) {
                Err(error) if is_poll(&error) => {}
                done => return done,
            }
        }
    }
}

/// Whether a call returned only because [`POLL`] was over.
fn is_poll(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}

impl Read for TimedStream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.retry(|mut stream| stream.read(buffer))
    }
}

impl Write for TimedStream<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.retry(|mut stream| stream.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
