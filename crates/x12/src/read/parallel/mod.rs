//! Reading an input whose transactions are read on several cores.
//!
//! Other threads read transactions by themselves, a window of the input at a time. One that has no problem
//! is passed over by the reader of the whole input, which takes what was made of it. All others it reads
//! itself, so that what comes out is the same as without other threads. It does so for one window while the
//! others read the next ones.

mod pool;
mod window;

use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;
use std::thread::{self, Scope};

use self::pool::Pool;
use self::window::{Done, Window, WindowInput, parts};
use super::lexer::line_breaks;
use super::transactions::{Headers, Ordinals, Transactions};
use super::{ReadReport, Reader, Sink};
use crate::tables::LoopNames;

/// Into how many parts the transactions of a window are divided for each thread, so that a thread that
/// is done early can take another part.
const PARTS: usize = 8;

/// The most bytes in a window, however many cores there are.
const LARGEST_WINDOW: usize = 64 << 20;

/// With fewer transactions for each thread a window is too small.
const FEWEST: usize = 2;

/// How many times what a core reads at a time a window may have where transactions are long.
const GROWTH: usize = 8;

/// How many windows other threads may read while this one prepares the next.
const AHEAD: usize = 2;

/// A sink that can take what another made of a transaction.
pub trait ParallelSink: Sink {
    /// Takes the calls for single transactions on another thread.
    type Worker: Sink;
    /// What a worker makes of a transaction.
    type Made: Send;

    /// A function that makes sinks on other threads without this sink.
    fn workers(&self) -> impl Fn() -> Self::Worker + Send + Sync + use<Self>;
    /// Discards what was made of ST and the segments before it.
    fn begin(worker: &mut Self::Worker);
    /// What came between ST and SE.
    fn made(worker: &mut Self::Worker) -> Self::Made;
    /// How many problems there are so far.
    fn problems(worker: &Self::Worker) -> usize;
    /// Takes what was made of the transaction that has begun, which has no problem.
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
    /// How many bytes a window has, and how many it may have where transactions are long.
    window: usize,
    largest: usize,
    held: Vec<u8>,
    /// An empty buffer for the bytes of the next window.
    spare: Vec<u8>,
    /// What stands before the bytes that are held.
    headers: Headers,
    ordinals: Ordinals,
    /// The windows that the reader has not taken.
    pending: VecDeque<Window<'scope, S>>,
    /// How many windows there were.
    windows: u64,
    /// How many bytes the reader has got or passed over.
    pushed: u64,
    /// Whether transactions are read ahead.
    reads_ahead: bool,
    /// Whether transactions were counted otherwise than the reader counts them.
    is_miscounted: bool,
}

impl<'scope, 'data, S: ParallelSink + 'scope> ParallelReader<'scope, 'data, S> {
    /// A reader with `threads` threads. It reads the input in windows of `window` bytes, and holds in memory
    /// four windows at most and what it makes of three of them.
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

    /// A reader with a thread for each core. A window has `bytes` bytes for each of them, and more where
    /// transactions are long: eight times `bytes` at most, however many cores there are.
    pub fn on_all_cores(
        scope: &'scope Scope<'scope, 'data>,
        reader: Reader<S>,
        bytes: usize,
    ) -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let window = bytes.saturating_mul(threads).min(LARGEST_WINDOW);
        Self::new(scope, reader, threads, window).grows_to(bytes.saturating_mul(GROWTH))
    }

    /// Lets a window have up to `bytes` bytes where transactions are long.
    #[must_use]
    pub fn grows_to(mut self, bytes: usize) -> Self {
        self.largest = self.window.max(bytes);
        self
    }

    /// Reads the next bytes of the input and shows the sink now and then.
    ///
    /// # Errors
    ///
    /// What `look` fails with.
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

    /// The sink, as far as the input was taken.
    pub fn sink(&mut self) -> &mut S {
        self.reader.sink()
    }

    /// Whether a fatal problem ended the reading; further input is not looked at.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.reader.has_ended()
    }

    /// Ends the input, and shows the sink now and then.
    ///
    /// # Errors
    ///
    /// What `look` fails with.
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

    /// Makes a window of the whole transactions in the bytes that are held, or of all bytes, and takes
    /// windows before it that were read.
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

    /// Takes the windows that were read, and waits for the first where there are too many.
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

    /// Takes the first window, as soon as it was read.
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
        // What is read of one part must not pass for that of another.
        let read = if missing == 0 { read } else { Vec::new() };
        let (bytes, found) = (&input.bytes, &input.plan.found);
        let (mut at, mut accepted) = (0, 0);
        for (found, read) in found.iter().zip(read.into_iter().flatten()) {
            let Some(read) = read else { continue };
            self.pass(bytes.get(at..found.st.end).unwrap_or_default());
            at = found.st.end;
            if self.reader.is_at(found.ordinals, self.pushed) {
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
        // Where most transactions have problems, they would be read twice.
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

    /// How many interchanges the input has so far, how many groups the last interchange, and how many
    /// transactions the last group.
    fn ordinals(&self) -> Ordinals {
        self.state.ordinals()
    }

    /// Whether the input was read without changes: not wrapped, and with delimiters of one byte.
    fn has_read_all(&self) -> bool {
        self.pending.is_empty()
            && self.narrowing.is_none()
            && self.found_wide.is_none()
            && self.lines.is_plain()
            && !self.state.ended
    }

    /// Whether an ST segment was read last.
    fn is_after_header(&self) -> bool {
        self.has_read_all() && self.state.is_after_header()
    }

    /// Whether the ST segment of this transaction was read last, and all bytes before are counted.
    fn is_at(&self, ordinals: Ordinals, bytes: u64) -> bool {
        self.is_after_header() && self.ordinals() == ordinals && self.state.position.byte == bytes
    }

    /// Passes over the segments of a transaction that come after ST.
    fn skip(&mut self, body: &[u8], segments: u32) {
        self.state
            .skip(body.len() as u64, segments, line_breaks(body));
    }
}
