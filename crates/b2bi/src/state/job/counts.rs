//! The number of jobs in each state.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::{Job, JobResult};

/// The jobs that have ended since the service was started.
#[derive(Debug, Default)]
pub(crate) struct Ended {
    succeeded: AtomicU64,
    failed: AtomicU64,
}

/// Counts of jobs, each with the name of its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobCounts {
    /// Unfinished jobs: `accepted`, `queued` and `running`.
    pub open: [(&'static str, u64); 3],
    /// Jobs that have ended since the service was started: `succeeded` and `failed`.
    pub ended: [(&'static str, u64); 2],
}

impl Ended {
    pub(crate) fn count(&self, end: &JobResult) {
        let count = match end {
            JobResult::Succeeded(_) => &self.succeeded,
            JobResult::Failed(_) => &self.failed,
        };
        count.fetch_add(1, Relaxed);
    }

    /// Resets the counts to 0.
    pub(crate) fn reset(&self) {
        self.succeeded.store(0, Relaxed);
        self.failed.store(0, Relaxed);
    }
}

impl JobCounts {
    pub(crate) fn of(ended: &Ended) -> Self {
        Self {
            open: [("accepted", 0), ("queued", 0), ("running", 0)],
            ended: [
                ("succeeded", ended.succeeded.load(Relaxed)),
                ("failed", ended.failed.load(Relaxed)),
            ],
        }
    }

    /// Counts an unfinished job; an ended one is already counted.
    pub(crate) fn add(&mut self, job: &Job) {
        let state = job.state();
        let mut open = self.open.iter_mut();
        if let Some((_, count)) = open.find(|(name, _)| *name == state) {
            *count += 1;
        }
    }
}
