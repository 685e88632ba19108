//! Reading an input whose transactions are read on several cores.
//!
//! Other threads read transactions by themselves, a window of the input at a time. One that has no problem
//! is passed over by the reader of the whole input, which takes what was made of it. All others it reads
//! itself, so that what comes out is the same as without other threads. It does so for one window while the
//! others read the next one.

use std::mem;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::lexer::line_breaks;
use super::transactions::{Found, Headers, Ordinals, Transactions};
use super::{ReadReport, Reader, Sink};
use crate::tables::LoopNames;

/// Into how many parts the transactions of a window are divided for each thread, so that a thread that
/// is done early can take another part.
const PARTS: usize = 4;

/// The most bytes in a window, however many cores there are.
const LARGEST_WINDOW: usize = 64 << 20;

/// How many transactions with problems are read twice before reading ahead may be given up.
const TRIED: usize = 16;

/// A sink that can take what another made of a transaction.
pub trait ParallelSink: Sink {
    /// Takes the calls for single transactions on another thread.
    type Worker: Sink;
    /// What a worker makes of a transaction.
    type Made: Send;

    /// A function that makes sinks on other threads without this sink.
    fn workers(&self) -> impl Fn() -> Self::Worker + Sync + use<Self>;
    /// Discards what was made of ST and the segments before it.
    fn begin(worker: &mut Self::Worker);
    /// What came between ST and SE.
    fn made(worker: &mut Self::Worker) -> Self::Made;
    /// How many problems there are so far.
    fn problems(worker: &Self::Worker) -> usize;
    /// Takes what was made of the transaction that has begun, which has no problem.
    fn accept(&mut self, made: Self::Made);
}

/// Reads an input given in pieces of any size on several threads.
pub struct ParallelReader<S: ParallelSink> {
    reader: Reader<S>,
    threads: usize,
    /// How many bytes a window has.
    window: usize,
    held: Vec<u8>,
    /// What stands before the bytes that are held.
    headers: Headers,
    ordinals: Ordinals,
    /// What the other threads have read and the reader has not taken.
    pending: Option<Window<S::Made>>,
    /// How many bytes the reader has got or passed over.
    pushed: u64,
    /// Whether transactions are read ahead.
    reads_ahead: bool,
    /// Whether transactions were counted otherwise than the reader counts them.
    is_miscounted: bool,
}

/// A part of the input that the reader is to take.
struct Window<M> {
    bytes: Vec<u8>,
    found: Vec<Found>,
    /// What was read of each transaction that was found; nothing at all without reading ahead.
    read: Vec<Option<Read<M>>>,
}

/// How far all threads are.
#[derive(Default)]
struct Tally {
    read: AtomicUsize,
    with_problems: AtomicUsize,
}

impl Tally {
    fn count(&self, has_problem: bool) {
        self.read.fetch_add(1, Ordering::Relaxed);
        let problems = usize::from(has_problem);
        self.with_problems.fetch_add(problems, Ordering::Relaxed);
    }

    /// Whether most transactions have problems, so that they would be read twice.
    fn is_in_vain(&self) -> bool {
        let problems = self.with_problems.load(Ordering::Relaxed);
        problems >= TRIED && problems.saturating_mul(2) > self.read.load(Ordering::Relaxed)
    }
}

/// A transaction that was read by itself.
struct Read<M> {
    made: M,
    segments: u32,
}

impl<S: ParallelSink> ParallelReader<S> {
    /// A reader with `threads` threads. It reads the input in windows of `window` bytes, and holds in memory
    /// two windows and what it makes of them.
    pub fn new(reader: Reader<S>, threads: usize, window: usize) -> Self {
        Self {
            reader,
            threads,
            window,
            held: Vec::new(),
            headers: Headers::default(),
            ordinals: Ordinals::default(),
            pending: None,
            pushed: 0,
            reads_ahead: threads > 1,
            is_miscounted: false,
        }
    }

    /// A reader with a thread for each core; a window has `window` bytes for each of them.
    pub fn on_all_cores(reader: Reader<S>, bytes: usize) -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let window = bytes.saturating_mul(threads).min(LARGEST_WINDOW);
        Self::new(reader, threads, window)
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
        if !self.reads_ahead && self.held.is_empty() {
            self.take_pending(&mut look)?;
            self.pass(bytes);
            return look(self.reader.sink());
        }
        self.held.extend_from_slice(bytes);
        if self.held.len() >= self.window {
            self.take_window(false, &mut look)?;
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
        self.take_window(true, &mut look)?;
        self.take_pending(&mut look)?;
        Ok(self.reader.finish())
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.reader.push(bytes);
        self.pushed += bytes.len() as u64;
    }

    /// Reads ahead in the whole transactions of the bytes that are held, or in all of them, while the
    /// reader takes the window before.
    fn take_window<E>(
        &mut self,
        at_end: bool,
        look: &mut impl FnMut(&mut S) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.is_miscounted {
            self.take_pending(look)?;
        }
        if self.pending.is_none() {
            self.ordinals = self.reader.ordinals();
            self.is_miscounted = false;
        }
        let mut bytes = mem::take(&mut self.held);
        let headers = mem::take(&mut self.headers);
        let plan = Transactions::find(&bytes, headers, self.ordinals);
        let read = self.read_ahead(&bytes, &plan, look)?;
        if at_end || plan.rest == 0 || !self.reads_ahead {
            self.ordinals = plan.ordinals;
        } else {
            self.held = bytes.split_off(plan.rest);
            self.ordinals = plan.ordinals_at_rest;
        }
        self.headers = plan.headers.into_iter().next_back().unwrap_or_default();
        let found = plan.found;
        self.pending = Some(Window { bytes, found, read });
        Ok(())
    }

    /// Takes the window that was read ahead.
    fn take_pending<E>(&mut self, look: &mut impl FnMut(&mut S) -> Result<(), E>) -> Result<(), E> {
        let Some(window) = self.pending.take() else {
            return Ok(());
        };
        let (mut at, mut accepted) = (0, 0);
        for (found, read) in window.found.iter().zip(window.read) {
            let Some(read) = read else { continue };
            self.pass(window.bytes.get(at..found.st.end).unwrap_or_default());
            at = found.st.end;
            if self.reader.is_at(found.ordinals, self.pushed) {
                look(self.reader.sink())?;
                let body = window.bytes.get(found.body.clone()).unwrap_or_default();
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
        self.pass(window.bytes.get(at..).unwrap_or_default());
        // Where most transactions have problems, they would be read twice.
        self.reads_ahead &= window.found.len() < 2 || accepted * 2 >= window.found.len();
        look(self.reader.sink())
    }

    /// Reads transactions on all threads. This one takes the window before first.
    fn read_ahead<E>(
        &mut self,
        input: &[u8],
        plan: &Transactions,
        look: &mut impl FnMut(&mut S) -> Result<(), E>,
    ) -> Result<Vec<Option<Read<S::Made>>>, E> {
        if !self.reads_ahead || plan.found.len() < 2 {
            self.take_pending(look)?;
            return Ok(Vec::new());
        }
        let parts = parts(&plan.found, self.threads * PARTS);
        let (next, tally, names) = (AtomicUsize::new(0), Tally::default(), self.reader.names());
        let workers = self.reader.sink().workers();
        let work = || {
            let mut done = Vec::new();
            while let at = next.fetch_add(1, Ordering::Relaxed)
                && let Some(part) = parts.get(at)
            {
                let begin = || beginning(workers(), names.clone(), plan, part);
                done.push((at, read_part::<S>(begin, input, part, &tally)));
            }
            done
        };
        let mut done = thread::scope(|scope| {
            let others: Vec<_> = (1..self.threads).map(|_| scope.spawn(work)).collect();
            self.take_pending(look)
                .inspect_err(|_| next.store(parts.len(), Ordering::Relaxed))?;
            let mut done = work();
            for other in others {
                done.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
            }
            Ok(done)
        })?;
        done.sort_unstable_by_key(|(at, _)| *at);
        Ok(done.into_iter().flat_map(|(_, read)| read).collect())
    }
}

/// Divides transactions into about so many parts of about the same number of bytes, each with the same
/// headers throughout.
fn parts(found: &[Found], count: usize) -> Vec<&[Found]> {
    let size = |found: &Found| found.se.end.saturating_sub(found.st.start);
    let most = found.iter().map(size).sum::<usize>() / count.max(1);
    let (mut parts, mut rest) = (Vec::new(), found);
    while let Some(first) = rest.first() {
        let mut bytes = 0;
        let length = rest
            .iter()
            .take_while(|found| {
                let fits = found.headers == first.headers && bytes <= most;
                bytes += size(found);
                fits
            })
            .count();
        let (part, others) = rest.split_at_checked(length.max(1)).unwrap_or((rest, &[]));
        parts.push(part);
        rest = others;
    }
    parts
}

/// A reader that has read the headers which stand before these transactions.
fn beginning<W: Sink>(
    worker: W,
    names: Option<Arc<LoopNames>>,
    plan: &Transactions,
    part: &[Found],
) -> Reader<W> {
    let mut reader = Reader::new(worker).not_wrapped();
    reader.set_names(names);
    let headers = part
        .first()
        .and_then(|found| plan.headers.get(found.headers));
    for header in headers.into_iter().flat_map(|of| [&of.isa, &of.gs]) {
        reader.push(header);
    }
    reader
}

/// Reads transactions one after the other; nothing comes of one that has a problem.
fn read_part<S: ParallelSink>(
    begin: impl Fn() -> Reader<S::Worker>,
    input: &[u8],
    part: &[Found],
    tally: &Tally,
) -> Vec<Option<Read<S::Made>>> {
    let mut reader = begin();
    let read = part.iter().map(|found| {
        if tally.is_in_vain() {
            return None;
        }
        let read = read_transaction::<S>(&mut reader, input, found);
        tally.count(read.is_none());
        if read.is_none() {
            reader = begin();
        }
        read
    });
    read.collect()
}

fn read_transaction<S: ParallelSink>(
    reader: &mut Reader<S::Worker>,
    input: &[u8],
    found: &Found,
) -> Option<Read<S::Made>> {
    let before = (reader.problems(), S::problems(reader.sink()));
    reader.push(input.get(found.st.clone())?);
    if !reader.is_after_header() {
        return None;
    }
    S::begin(reader.sink());
    reader.push(input.get(found.body.clone())?);
    let segments = reader.end_loops()?;
    let made = S::made(reader.sink());
    reader.push(input.get(found.se.clone())?);
    let is_whole = reader.is_between_transactions();
    let after = (reader.problems(), S::problems(reader.sink()));
    (is_whole && after == before).then_some(Read { made, segments })
}

impl<S: Sink> Reader<S> {
    fn names(&self) -> Option<Arc<LoopNames>> {
        self.state.names.clone()
    }

    fn set_names(&mut self, names: Option<Arc<LoopNames>>) {
        self.state.names = names;
    }

    /// How many problems there are, tolerated ones included.
    fn problems(&self) -> usize {
        self.state.met()
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

    fn is_between_transactions(&self) -> bool {
        self.has_read_all() && self.state.envelope.wanted() == Some(crate::Trailer::Ge)
    }

    /// Ends the loops of the transaction and returns how many segments it has after ST; `None` outside a
    /// transaction, or where the sender may leave segments out of the count.
    fn end_loops(&mut self) -> Option<u32> {
        if !self.has_read_all() {
            return None;
        }
        self.state.end_loops(&mut self.sink)
    }

    /// Passes over the segments of a transaction that come after ST.
    fn skip(&mut self, body: &[u8], segments: u32) {
        self.state
            .skip(body.len() as u64, segments, line_breaks(body));
    }
}
