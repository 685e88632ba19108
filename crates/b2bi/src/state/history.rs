//! The history of states, kept while fault rules need stale reads.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{State, StateUndo};
use crate::environment::Clock;

/// The size of a change in addition to its rows, in bytes.
const OVERHEAD: u64 = 256;

/// The changes of all partitions, as far back as requested; by default, none are kept.
///
/// The oldest are dropped when they exceed the requested age, or when all together exceed the
/// limit: stale reads then see the earliest known state.
pub(crate) struct StateHistory {
    retention_millis: AtomicI64,
    limit_bytes: u64,
    changes: Mutex<Changes>,
    /// The number of partitions so far.
    partitions: AtomicU64,
    clock: Arc<dyn Clock>,
}

#[derive(Default)]
struct Changes {
    entries: VecDeque<Change>,
    /// The size of the entries.
    bytes: u64,
}

/// A change of a partition.
struct Change {
    /// The number of the partition.
    partition: u64,
    /// When it was made, in milliseconds.
    at: i64,
    undo: StateUndo,
    bytes: u64,
}

impl StateHistory {
    pub(crate) fn new(clock: Arc<dyn Clock>, limit_bytes: u64) -> Self {
        Self {
            retention_millis: AtomicI64::new(0),
            limit_bytes,
            changes: Mutex::default(),
            partitions: AtomicU64::new(0),
            clock,
        }
    }

    /// From now on, changes are kept for this long; older ones are dropped now.
    pub(crate) fn retain(&self, time: Duration) {
        self.retention_millis.store(millis(time), Ordering::Relaxed);
        self.prune(&mut self.changes());
    }

    /// The approximate memory of the changes, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.changes().bytes
    }

    /// Whether changes are kept; this costs one load.
    pub(crate) fn is_on(&self) -> bool {
        self.retention_millis.load(Ordering::Relaxed) > 0
    }

    /// A number for a new partition.
    pub(super) fn number(&self) -> u64 {
        self.partitions.fetch_add(1, Ordering::Relaxed)
    }

    /// Keeps the state of a partition before a change.
    pub(super) fn push(&self, partition: u64, undo: StateUndo) {
        let bytes = OVERHEAD.saturating_add(undo.bytes());
        let change = Change {
            partition,
            at: self.now(),
            undo,
            bytes,
        };
        let mut changes = self.changes();
        changes.bytes = changes.bytes.saturating_add(bytes);
        changes.entries.push_back(change);
        self.prune(&mut changes);
    }

    /// Drops the changes of a partition.
    pub(super) fn forget(&self, partition: u64) {
        let mut changes = self.changes();
        changes.entries.retain(|entry| entry.partition != partition);
        changes.bytes = changes.entries.iter().map(|entry| entry.bytes).sum();
    }

    /// Computes the state of that long ago from the current state of a partition, which must be
    /// locked, as far as it is known. `None` if it has not changed since.
    pub(super) fn state(&self, partition: u64, present: &State, ago: Duration) -> Option<State> {
        let time = self.now().saturating_sub(millis(ago));
        let mut changes = self.changes();
        self.prune(&mut changes);
        let is_later = |change: &Change| change.partition == partition && change.at > time;
        let first = changes.entries.iter().position(is_later)?;
        let mut state = present.clone();
        let undone = changes.entries.range(first..).rev();
        for change in undone.filter(|undone| undone.partition == partition) {
            state.undo(&change.undo);
        }
        Some(state)
    }

    fn prune(&self, changes: &mut Changes) {
        let retention = self.retention_millis.load(Ordering::Relaxed);
        let oldest = self.now().saturating_sub(retention);
        while let Some(first) = changes.entries.front()
            && (retention == 0 || first.at < oldest || changes.bytes > self.limit_bytes)
        {
            changes.bytes = changes.bytes.saturating_sub(first.bytes);
            changes.entries.pop_front();
        }
        if changes.entries.is_empty() {
            changes.entries.shrink_to_fit();
        }
    }

    fn now(&self) -> i64 {
        self.clock.now().as_millis()
    }

    fn changes(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for StateHistory {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.retention_millis.load(Ordering::Relaxed);
        write!(out, "{millis} ms")
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
