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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
    use std::time::Duration;

    use async_trait::async_trait;
    use b2bi_local_model::Timestamp;

    use super::StateHistory;
    use crate::environment::Clock;
    use crate::state::Partition;
    use crate::state::control_numbers::{ControlNumbers, CounterKeys, FirstNumbers};

    struct SetClock(AtomicI64);

    #[async_trait]
    impl Clock for SetClock {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.load(Relaxed))
        }

        async fn sleep(&self, _: Duration) {}
    }

    /// Two partitions with one history, and its clock.
    struct Fixture {
        clock: Arc<SetClock>,
        history: Arc<StateHistory>,
        partitions: [Arc<Partition>; 2],
    }

    impl Fixture {
        fn new(limit_bytes: u64) -> Self {
            let clock = Arc::new(SetClock(AtomicI64::new(0)));
            let history = Arc::new(StateHistory::new(clock.clone(), limit_bytes));
            history.retain(Duration::from_secs(1));
            let partitions = [(), ()].map(|()| Arc::new(Partition::new(&history)));
            Self {
                clock,
                history,
                partitions,
            }
        }

        /// Counts one more in a partition at a time.
        fn count(&self, partition: usize, millis: i64) {
            self.clock.0.store(millis, Relaxed);
            let keys = CounterKeys::of(b"ISA*00*          *00*          *ZZ*A              *ZZ*B              *260301*0930*U*00401*000000001*0*P*>~GS*PO*A*B*20260301*0930*1*X*004010~GE*0*1~IEA*1*000000001~");
            let mut state = self.partitions[partition].lock();
            ControlNumbers(&mut state.control_numbers).take(keys, FirstNumbers::FIRST);
        }

        /// The counters of a partition that long before a time, as rows.
        fn counters(&self, partition: usize, millis: i64, ago: u64) -> Vec<serde_json::Value> {
            use crate::state::rows::AnyTable as _;

            self.clock.0.store(millis, Relaxed);
            let earlier = self.partitions[partition].ago(Duration::from_millis(ago));
            let state = earlier.lock();
            state.control_numbers.rows().unwrap()
        }
    }

    #[test]
    fn each_partition_has_its_own_history() {
        let fixture = Fixture::new(u64::MAX);
        fixture.count(0, 100);
        fixture.count(1, 200);
        fixture.count(0, 300);
        let at = |partition, millis: i64| {
            let ago = u64::try_from(400 - millis).unwrap();
            fixture.counters(partition, 400, ago)
        };
        assert_eq!((at(0, 99).len(), at(1, 199).len()), (0, 0));
        assert_eq!(at(0, 100), at(0, 299));
        assert_ne!(at(0, 299), at(0, 300));
        assert_eq!(at(1, 200), at(1, 400));
        assert_eq!((at(0, 100).len(), at(1, 200).len()), (2, 2));
    }

    #[test]
    fn the_oldest_changes_are_dropped_by_age() {
        let fixture = Fixture::new(u64::MAX);
        fixture.count(0, 100);
        fixture.count(0, 200);
        let known = |millis| fixture.counters(0, millis, 2000).len();
        assert_eq!(known(1100), 0, "a change of that age is kept");
        let second = fixture.history.bytes();
        assert_eq!(known(1101), 2, "the state before the second change");
        assert!(fixture.history.bytes() < second);
        known(1201);
        assert_eq!(fixture.history.bytes(), 0);
    }

    #[test]
    fn the_size_of_a_change_counts_its_rows_and_their_values() {
        let fixture = Fixture::new(u64::MAX);
        fixture.count(0, 100);
        // Each of the two counters is added and changed, and later changed twice.
        let counter = 128 + r#"{"next":1}"#.len() as u64;
        let added = super::OVERHEAD + 2 * 128 + 2 * counter;
        assert_eq!(fixture.history.bytes(), added);
        fixture.count(0, 200);
        assert_eq!(
            fixture.history.bytes(),
            added + super::OVERHEAD + 4 * counter
        );
        let before = fixture.history.bytes();
        fixture.partitions[0].lock().control_numbers.remove("none");
        assert_eq!(fixture.history.bytes(), before, "nothing has changed");
    }

    #[test]
    fn the_oldest_changes_are_dropped_by_size() {
        let one = Fixture::new(u64::MAX);
        one.count(0, 100);
        let bytes = one.history.bytes();
        for (limit, kept) in [(bytes, bytes), (bytes - 1, 0)] {
            let fixture = Fixture::new(limit);
            fixture.count(0, 100);
            assert_eq!(fixture.history.bytes(), kept);
        }
    }
}
