//! Reads the transactions of an input on several cores.
//!
//! Other threads read transactions independently, one window of the input at a time. The reader of
//! the whole input skips a transaction without problems and uses the other thread's result. It
//! reads all others itself, so the result is the same as without other threads. It does this for
//! one window while the others read the next ones.

mod window;

use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;
use std::thread::{self, Scope};

use self::window::{Done, Window, WindowInput, parts};
use super::lexer::line_breaks;
use super::transactions::{Headers, Ordinals, Transactions};
use super::{ReadReport, Reader, Sink};
use crate::Pool;
use crate::tables::LoopNames;

/// The number of parts per thread into which a window's transactions are divided, so that a thread
/// that finishes early can take another part.
const PARTS: usize = 8;

/// The maximum number of bytes in a window, for any number of cores.
const LARGEST_WINDOW: usize = 64 << 20;

/// With fewer transactions for each thread, a window is too small.
const FEWEST: usize = 2;

/// How many times the usual size a window may have if transactions are long.
const GROWTH: usize = 8;

/// The number of windows that other threads may read while this one prepares the next.
const AHEAD: usize = 2;

/// A sink that can use the result of another sink for a transaction.
pub trait ParallelSink: Sink {
    /// Takes the calls for single transactions on another thread.
    type Worker: Sink;
    /// The result of a worker for a transaction.
    type Made: Send;

    /// A function that creates sinks on other threads without this sink.
    fn workers(&self) -> impl Fn() -> Self::Worker + Send + Sync + use<Self>;
    /// Discards the result for ST and the segments before it.
    fn begin(worker: &mut Self::Worker);
    /// The result for the segments between ST and SE.
    fn made(worker: &mut Self::Worker) -> Self::Made;
    /// The number of problems so far.
    fn problems(worker: &Self::Worker) -> usize;
    /// Uses the result for the current transaction, which has no problem.
    fn accept(&mut self, made: Self::Made);
}

/// Reads an input given in pieces of any size on several threads of a scope.
///
/// The threads end when the reader is dropped or has finished.
pub struct ParallelReader<'scope, 'data, S: ParallelSink> {
    scope: &'scope Scope<'scope, 'data>,
    pool: Pool<'scope, Done<S::Made>>,
    reader: Reader<S>,
    threads: usize,
    /// The number of bytes in a window, and the maximum if transactions are long.
    window: usize,
    largest: usize,
    held: Vec<u8>,
    /// An empty buffer for the bytes of the next window.
    spare: Vec<u8>,
    /// The headers before the buffered bytes.
    headers: Headers,
    ordinals: Ordinals,
    /// The windows that the reader has not processed.
    pending: VecDeque<Window<'scope, S>>,
    /// The number of windows so far.
    windows: u64,
    /// The number of bytes that the reader has received or skipped.
    pushed: u64,
    /// Whether transactions are read ahead.
    reads_ahead: bool,
    /// Whether the count of transactions differs from the reader's.
    is_miscounted: bool,
}

impl<'scope, 'data, S: ParallelSink + 'scope> ParallelReader<'scope, 'data, S> {
    /// A reader with `threads` threads. It reads the input in windows of `window` bytes. At most
    /// four windows and the results of three of them are in memory.
    pub fn new(
        scope: &'scope Scope<'scope, 'data>,
        reader: Reader<S>,
        threads: usize,
        window: usize,
    ) -> Self {
        Self {
            scope,
            pool: Pool::new(),
            reader,
            threads,
            window: window.max(1),
            largest: window,
            held: Vec::new(),
            spare: Vec::new(),
            headers: Headers::default(),
            ordinals: Ordinals::default(),
            pending: VecDeque::new(),
            windows: 0,
            pushed: 0,
            reads_ahead: threads > 1,
            is_miscounted: false,
        }
    }

    /// A reader with a thread for each core. A window has `bytes` bytes for each of them, and more
    /// if transactions are long: at most eight times `bytes`, for any number of cores.
    pub fn on_all_cores(
        scope: &'scope Scope<'scope, 'data>,
        reader: Reader<S>,
        bytes: usize,
    ) -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let window = bytes.saturating_mul(threads).min(LARGEST_WINDOW);
        Self::new(scope, reader, threads, window).grows_to(bytes.saturating_mul(GROWTH))
    }

    /// Allows windows of up to `bytes` bytes if transactions are long.
    #[must_use]
    pub fn grows_to(mut self, bytes: usize) -> Self {
        self.largest = self.window.max(bytes);
        self
    }

    /// Reads the next bytes of the input and calls `look` with the sink from time to time.
    ///
    /// # Errors
    ///
    /// The error of `look`.
    pub fn push<E>(
        &mut self,
        bytes: &[u8],
        mut look: impl FnMut(&mut S) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if !self.reads_ahead && self.held.is_empty() {
                self.take_all(&mut look)?;
                self.pass(rest);
                return look(self.reader.sink());
            }
            let room = self.window.saturating_sub(self.held.len()).max(1);
            let (now, later) = rest.split_at_checked(room).unwrap_or((rest, &[]));
            self.held.extend_from_slice(now);
            rest = later;
            if self.held.len() >= self.window {
                self.end_window(false, &mut look)?;
            }
        }
        Ok(())
    }

    /// The sink, with the input processed so far.
    pub fn sink(&mut self) -> &mut S {
        self.reader.sink()
    }

    /// Whether a fatal problem ended the reading; further input is ignored.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.reader.has_ended()
    }

    /// Ends the input, and calls `look` with the sink from time to time.
    ///
    /// # Errors
    ///
    /// The error of `look`.
    pub fn finish<E>(
        mut self,
        mut look: impl FnMut(&mut S) -> Result<(), E>,
    ) -> Result<(S, ReadReport), E> {
        self.end_window(true, &mut look)?;
        self.take_all(&mut look)?;
        Ok(self.reader.finish())
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.reader.push(bytes);
        self.pushed += bytes.len() as u64;
    }

    /// Makes a window from the whole transactions in the buffered bytes, or from all bytes, and
    /// processes earlier windows that have been read.
    fn end_window<E>(
        &mut self,
        at_end: bool,
        look: &mut impl FnMut(&mut S) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.is_miscounted {
            self.take_all(look)?;
        }
        if self.pending.is_empty() {
            self.ordinals = self.reader.ordinals();
            self.headers.clone_from(self.reader.headers());
            self.is_miscounted = false;
        }
        let mut bytes = mem::replace(&mut self.held, mem::take(&mut self.spare));
        let headers = mem::take(&mut self.headers);
        let mut plan = Transactions::find(&bytes, headers, self.ordinals);
        let wanted = self.threads.saturating_mul(FEWEST);
        if !at_end && plan.found.len() < wanted && self.window < self.largest {
            self.window = self.window.saturating_mul(2).min(self.largest);
            self.headers = plan.headers.first_mut().map(mem::take).unwrap_or_default();
            self.spare = mem::replace(&mut self.held, bytes);
            return Ok(());
        }
        if at_end || plan.rest == 0 || !self.reads_ahead {
            self.ordinals = plan.ordinals;
        } else {
            self.held.extend(bytes.drain(plan.rest..));
            self.ordinals = plan.ordinals_at_rest;
        }
        self.headers = plan.headers.last().cloned().unwrap_or_default();
        self.submit(bytes, plan);
        self.take_read(look)
    }

    /// Lets other threads read the transactions of a window.
    fn submit(&mut self, bytes: Vec<u8>, plan: Transactions) {
        let parts = if self.reads_ahead && plan.found.len() > 1 {
            parts(&plan.found, self.threads.saturating_mul(PARTS))
        } else {
            Vec::new()
        };
        let workers = Box::new(self.reader.sink().workers());
        let input = Arc::new(WindowInput::new(bytes, plan, workers, self.reader.names()));
        let number = self.windows;
        self.windows += 1;
        self.pending.push_back(Window {
            number,
            input: Arc::clone(&input),
            read: parts.iter().map(|_| Vec::new()).collect(),
            missing: parts.len(),
        });
        if !parts.is_empty() {
            let others = self.threads.saturating_sub(1);
            self.pool.start(self.scope, others);
        }
        for (part, range) in parts.into_iter().enumerate() {
            let input = Arc::clone(&input);
            self.pool.submit(move || Done {
                window: number,
                part,
                read: input.read(range),
            });
        }
    }

    /// Processes the windows that have been read, and waits for the first if there are too many.
    fn take_read<E>(&mut self, look: &mut impl FnMut(&mut S) -> Result<(), E>) -> Result<(), E> {
        while let Some(done) = self.pool.ready() {
            self.put(done);
        }
        while self.pending.len() > AHEAD
            || self.pending.front().is_some_and(|first| first.missing == 0)
        {
            self.take_first(look)?;
        }
        Ok(())
    }

    fn take_all<E>(&mut self, look: &mut impl FnMut(&mut S) -> Result<(), E>) -> Result<(), E> {
        while !self.pending.is_empty() {
            self.take_first(look)?;
        }
        Ok(())
    }

    fn put(&mut self, done: Done<S::Made>) {
        let mut pending = self.pending.iter_mut();
        if let Some(window) = pending.find(|window| window.number == done.window) {
            window.put(done.part, done.read);
        }
    }

    /// Processes the first window as soon as it has been read.
    fn take_first<E>(&mut self, look: &mut impl FnMut(&mut S) -> Result<(), E>) -> Result<(), E> {
        while self.pending.front().is_some_and(|first| first.missing > 0)
            && let Some(done) = self.pool.result()
        {
            self.put(done);
        }
        match self.pending.pop_front() {
            Some(window) => self.take(window, look),
            None => Ok(()),
        }
    }

    fn take<E>(
        &mut self,
        window: Window<'scope, S>,
        look: &mut impl FnMut(&mut S) -> Result<(), E>,
    ) -> Result<(), E> {
        let Window {
            input,
            read,
            missing,
            ..
        } = window;
        // The result for one part must not be used for another.
        let read = if missing == 0 { read } else { Vec::new() };
        let (bytes, found) = (&input.bytes, &input.plan.found);
        let (mut at, mut accepted) = (0, 0);
        for (found, read) in found.iter().zip(read.into_iter().flatten()) {
            let Some(read) = read else { continue };
            self.pass(bytes.get(at..found.st.end).unwrap_or_default());
            at = found.st.end;
            let is_same_group =
                input.plan.headers.get(found.headers) == Some(self.reader.headers());
            if is_same_group && self.reader.is_at(found.ordinals, self.pushed) {
                look(self.reader.sink())?;
                let body = bytes.get(found.body.clone()).unwrap_or_default();
                self.reader.skip(body, read.segments);
                self.pushed += body.len() as u64;
                self.reader.sink().accept(read.made);
                at = found.body.end;
                accepted += 1;
            } else {
                self.is_miscounted = true;
            }
            look(self.reader.sink())?;
        }
        self.pass(bytes.get(at..).unwrap_or_default());
        // If most transactions have problems, they would be read twice.
        self.reads_ahead &= found.len() < 2 || accepted * 2 >= found.len();
        if let Some(input) = Arc::into_inner(input) {
            self.spare = input.bytes;
            self.spare.clear();
        }
        look(self.reader.sink())
    }
}

impl<S: Sink> Reader<S> {
    fn names(&self) -> Option<Arc<LoopNames>> {
        self.state.names.clone()
    }

    /// The number of interchanges in the input so far, of groups in the last interchange, and of
    /// transactions in the last group.
    fn ordinals(&self) -> Ordinals {
        self.state.ordinals()
    }

    /// The headers of the interchange and the group that were read last.
    fn headers(&self) -> &Headers {
        &self.state.headers
    }

    /// Whether the input was read without changes: not wrapped, and with delimiters of one byte.
    fn has_read_all(&self) -> bool {
        self.pending.is_empty()
            && self.narrowing.is_none()
            && self.found_wide.is_none()
            && self.lines.is_plain()
            && !self.state.ended
    }

    /// Whether the last segment was an ST.
    fn is_after_header(&self) -> bool {
        self.has_read_all() && self.state.is_after_header()
    }

    /// Whether the last segment was the ST of this transaction, and all bytes before it are
    /// counted.
    fn is_at(&self, ordinals: Ordinals, bytes: u64) -> bool {
        self.is_after_header() && self.ordinals() == ordinals && self.state.position.byte == bytes
    }

    /// Skips the segments of a transaction after ST.
    fn skip(&mut self, body: &[u8], segments: u32) {
        self.state
            .skip(body.len() as u64, segments, line_breaks(body));
    }
}
