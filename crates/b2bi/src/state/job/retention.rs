//! Chooses the ended jobs that are kept in memory.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::state::Partition;

/// The jobs in memory that have ended, of all accounts and regions: beyond the limit the oldest
/// are archived.
#[derive(Debug)]
pub(crate) struct JobRetention {
    in_memory: usize,
    archived: usize,
    /// Their partitions and places, in the order in which they ended.
    ended: Mutex<VecDeque<(Weak<Partition>, u64)>>,
}

impl JobRetention {
    /// Keeps this many jobs in memory, and this many archived ones of each account and region.
    pub(crate) fn new(in_memory: usize, archived: usize) -> Self {
        Self {
            in_memory,
            archived,
            ended: Mutex::default(),
        }
    }

    /// Records a job that has ended. No partition may be locked.
    pub(crate) fn ended(&self, partition: &Arc<Partition>, place: u64) {
        let mut ended = self.lock();
        ended.push_back((Arc::downgrade(partition), place));
        let surplus = ended.len().saturating_sub(self.in_memory);
        let oldest: Vec<_> = ended.drain(..surplus).collect();
        drop(ended);
        for (partition, place) in oldest {
            if let Some(partition) = partition.upgrade() {
                partition.archive_job(place, self.archived);
            }
        }
    }

    /// Records all jobs of a partition whose state was replaced.
    pub(crate) fn replaced(&self, partition: &Arc<Partition>) {
        let own = Arc::downgrade(partition);
        self.lock()
            .retain(|(other, _)| other.strong_count() > 0 && !other.ptr_eq(&own));
        let places = partition.lock().jobs.ended_places();
        for place in places {
            self.ended(partition, place);
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(Weak<Partition>, u64)>> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
