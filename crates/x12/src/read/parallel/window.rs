//! A part of the input and other threads' results for its transactions.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::transactions::{Found, Transactions};
use super::super::{Reader, Sink};
use super::ParallelSink;
use crate::tables::LoopNames;

/// The number of transactions with problems that are read twice before reading ahead may stop.
const TRIED: usize = 16;

/// A transaction that was read independently.
pub(super) struct Read<M> {
    pub(super) made: M,
    pub(super) segments: u32,
}

/// The results for the transactions of a part; `None` for those that have a problem.
pub(super) type PartRead<M> = Vec<Option<Read<M>>>;

/// A thread's result for a part of a window.
pub(super) struct Done<M> {
    pub(super) window: u64,
    pub(super) part: usize,
    pub(super) read: PartRead<M>,
}

/// A part of the input that the main reader has not processed.
pub(super) struct Window<'scope, S: ParallelSink> {
    pub(super) number: u64,
    pub(super) input: Arc<WindowInput<'scope, S>>,
    /// The results for each part; empty without reading ahead.
    pub(super) read: Vec<PartRead<S::Made>>,
    /// The number of parts that other threads have not finished.
    pub(super) missing: usize,
}

/// The state that other threads need to read a window's transactions.
pub(super) struct WindowInput<'scope, S: ParallelSink> {
    pub(super) bytes: Vec<u8>,
    pub(super) plan: Transactions,
    pub(super) workers: Box<dyn Fn() -> S::Worker + Send + Sync + 'scope>,
    pub(super) names: Option<Arc<LoopNames>>,
    tally: Tally,
}

/// The progress of all threads.
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

impl<S: ParallelSink> Window<'_, S> {
    pub(super) fn put(&mut self, part: usize, read: PartRead<S::Made>) {
        if let Some(place) = self.read.get_mut(part) {
            *place = read;
            self.missing = self.missing.saturating_sub(1);
        }
    }
}

impl<'scope, S: ParallelSink> WindowInput<'scope, S> {
    pub(super) fn new(
        bytes: Vec<u8>,
        plan: Transactions,
        workers: Box<dyn Fn() -> S::Worker + Send + Sync + 'scope>,
        names: Option<Arc<LoopNames>>,
    ) -> Self {
        Self {
            bytes,
            plan,
            workers,
            names,
            tally: Tally::default(),
        }
    }

    /// Reads transactions one after the other.
    pub(super) fn read(&self, part: Range<usize>) -> PartRead<S::Made> {
        let part = self.plan.found.get(part).unwrap_or_default();
        let mut reader = self.reader(part);
        let read = part.iter().map(|found| {
            if self.tally.is_in_vain() {
                return None;
            }
            let read = read_transaction::<S>(&mut reader, &self.bytes, found);
            self.tally.count(read.is_none());
            if read.is_none() {
                reader = self.reader(part);
            }
            read
        });
        read.collect()
    }

    /// A reader that has read the headers before these transactions.
    fn reader(&self, part: &[Found]) -> Reader<S::Worker> {
        let mut reader = Reader::new((self.workers)()).not_wrapped();
        reader.set_names(self.names.clone());
        let headers = part
            .first()
            .and_then(|found| self.plan.headers.get(found.headers));
        for header in headers.into_iter().flat_map(|of| [&of.isa, &of.gs]) {
            reader.push(header);
        }
        reader
    }
}

/// Divides transactions into about this many parts of similar size, each with the same headers
/// throughout.
pub(super) fn parts(found: &[Found], count: usize) -> Vec<Range<usize>> {
    let size = |found: &Found| found.se.end.saturating_sub(found.st.start);
    let most = found.iter().map(size).sum::<usize>() / count.max(1);
    let (mut parts, mut begin) = (Vec::new(), 0);
    while let Some((first, rest)) = found.get(begin..).and_then(<[Found]>::split_first) {
        let mut bytes = size(first);
        let others = rest.iter().take_while(|found| {
            let fits = found.headers == first.headers && bytes <= most;
            bytes += size(found);
            fits
        });
        let end = begin + 1 + others.count();
        parts.push(begin..end);
        begin = end;
    }
    parts
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
    /// The number of problems, including tolerated ones.
    fn problems(&self) -> usize {
        self.state.met()
    }

    fn set_names(&mut self, names: Option<Arc<LoopNames>>) {
        self.state.names = names;
    }

    fn is_between_transactions(&self) -> bool {
        self.has_read_all() && self.state.envelope.wanted() == Some(crate::Trailer::Ge)
    }

    /// Ends the loops of the transaction and returns the number of its segments after ST; `None`
    /// outside of a transaction, or if the sender may omit segments from the count.
    fn end_loops(&mut self) -> Option<u32> {
        if !self.has_read_all() {
            return None;
        }
        self.state.end_loops(&mut self.sink)
    }
}
