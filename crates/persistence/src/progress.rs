//! The outcome of the batches, for the tasks that wait.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::error::WriteError;

/// The maximum number of remembered ranges of failed batches. Waiting tasks ask immediately, so few
/// are enough.
const RANGES: usize = 1024;

/// The sequence number of a batch, and of all that were sent before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommitSeq(pub(crate) u64);

impl CommitSeq {
    /// The number of a batch for an atomic; later numbers are greater.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }

    /// The ticket of that number.
    #[must_use]
    pub fn of(number: u64) -> Self {
        Self(number)
    }
}

/// Up to which ticket batches were written or failed, and which failed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress {
    decided: CommitSeq,
    failed: VecDeque<FailedRange>,
    /// How often writing has failed.
    pub(crate) failures: u64,
    /// Why the last write failed; `None` after a success.
    pub(crate) failure: Option<WriteError>,
    /// How often writing has worked again after changes were refused or undone.
    pub(crate) recoveries: u64,
    /// When writing failed last, and why.
    last_failure: Option<(Instant, WriteError)>,
}

#[derive(Clone, Debug)]
struct FailedRange {
    first: CommitSeq,
    last: CommitSeq,
    error: WriteError,
}

impl Progress {
    pub(crate) fn starting_at(ticket: CommitSeq) -> Self {
        Self {
            decided: ticket,
            ..Self::default()
        }
    }

    /// Whether a batch was written or has failed.
    pub(crate) fn is_decided(&self, ticket: CommitSeq) -> bool {
        ticket <= self.decided
    }

    /// The outcome of a batch; `None` while it waits.
    pub(crate) fn outcome(&self, ticket: CommitSeq) -> Option<Result<(), WriteError>> {
        if !self.is_decided(ticket) {
            return None;
        }
        let mut ranges = self.failed.iter();
        let range = ranges.find(|range| range.first <= ticket && ticket <= range.last);
        Some(range.map_or(Ok(()), |range| Err(range.error.clone())))
    }

    pub(crate) fn written(&mut self, last: CommitSeq) {
        self.decided = last;
        self.recovered_again();
    }

    /// Something was written; this is a recovery if the last write failed.
    pub(crate) fn recovered_again(&mut self) {
        if self.failure.take().is_some() {
            self.recovered();
        }
    }

    /// Changes are accepted again.
    pub(crate) fn recovered(&mut self) {
        self.recoveries = self.recoveries.saturating_add(1);
    }

    pub(crate) fn failed(&mut self, last: CommitSeq, error: WriteError) {
        let first = CommitSeq(self.decided.0.saturating_add(1));
        if last >= first {
            self.failed.push_back(FailedRange {
                first,
                last,
                error: error.clone(),
            });
            self.decided = last;
        }
        if self.failed.len() > RANGES {
            self.failed.pop_front();
        }
        self.failures = self.failures.saturating_add(1);
        self.last_failure = Some((Instant::now(), error.clone()));
        self.failure = Some(error);
    }

    /// Why writing fails, or failed within that time.
    pub(crate) fn recent_failure(&self, within: Duration) -> Option<WriteError> {
        let recent = self.last_failure.as_ref();
        let recent = recent.filter(|(at, _)| at.elapsed() < within);
        let recent = recent.map(|(_, error)| error);
        self.failure.as_ref().or(recent).cloned()
    }
}
