//! The status of a sink: counts, and its dead letters.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use b2bi_local_model::Timestamp;
use serde::Serialize;

use super::DeliveryError;
use crate::ring::Ring;

/// The maximum number of dead letters of a sink; the oldest is replaced by the newest.
const DEAD: usize = 1000;

/// Counts and dead letters.
pub(super) struct SinkStatus<T> {
    sink: String,
    accepted: AtomicU64,
    sent: AtomicU64,
    failed: AtomicU64,
    dead_lettered: AtomicU64,
    dead: Mutex<Ring<DeadLetter<T>>>,
    /// How often what waits was dropped: items of an earlier generation are not sent.
    generation: AtomicU64,
}

/// An item that could not be delivered.
pub(crate) struct DeadLetter<T> {
    pub(crate) item: Arc<T>,
    /// How often it was tried.
    pub(crate) attempts: u32,
    /// The last failure.
    pub(crate) last_error: String,
    /// When it became a dead letter.
    pub(crate) failed_at: Timestamp,
}

/// The outcome of the items of a sink since the server started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SinkCounts {
    /// The sink.
    pub(crate) sink: String,
    /// Items that are yet to be sent.
    pub(crate) waiting: u64,
    /// Items that have arrived.
    pub(crate) sent: u64,
    /// Failed attempts.
    pub(crate) failed_attempts: u64,
    /// Items that became dead letters.
    pub(crate) given_up: u64,
}

impl<T> Clone for DeadLetter<T> {
    fn clone(&self) -> Self {
        Self {
            item: Arc::clone(&self.item),
            attempts: self.attempts,
            last_error: self.last_error.clone(),
            failed_at: self.failed_at,
        }
    }
}

impl<T> SinkStatus<T> {
    pub(super) fn new(sink: String) -> Self {
        Self {
            sink,
            accepted: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            dead_lettered: AtomicU64::new(0),
            dead: Mutex::new(Ring::new(DEAD)),
            generation: AtomicU64::new(0),
        }
    }

    pub(super) fn sink(&self) -> &str {
        &self.sink
    }

    /// Counts an item to send, and returns its generation.
    pub(super) fn accepted(&self) -> u64 {
        self.accepted.fetch_add(1, Relaxed);
        self.generation.load(Relaxed)
    }

    /// Whether items of this generation are still to be sent.
    pub(super) fn is_current(&self, generation: u64) -> bool {
        self.generation.load(Relaxed) == generation
    }

    /// Drops everything that was accepted so far.
    pub(super) fn discard(&self) {
        self.generation.fetch_add(1, Relaxed);
        let flushed = self
            .sent
            .load(Relaxed)
            .saturating_add(self.dead_lettered.load(Relaxed));
        self.accepted.store(flushed, Relaxed);
    }

    /// Counts from 0 again; what waits to be sent still counts as that.
    pub(super) fn reset_counts(&self) {
        let waiting = self.sink_counts().waiting;
        for count in [&self.sent, &self.failed, &self.dead_lettered] {
            count.store(0, Relaxed);
        }
        self.accepted.store(waiting, Relaxed);
    }

    /// An item has arrived.
    pub(super) fn sent(&self) {
        self.sent.fetch_add(1, Relaxed);
    }

    /// Records a failed attempt.
    pub(super) fn failed(&self) {
        self.failed.fetch_add(1, Relaxed);
    }

    /// Records a dead letter.
    pub(super) fn dead_letter(
        &self,
        item: Arc<T>,
        attempts: u32,
        failure: DeliveryError,
        now: Timestamp,
    ) {
        let (sink, reason) = (&self.sink, failure.to_string());
        tracing::warn!(
            sink,
            attempts,
            reason,
            "a delivery has failed for good; it is a dead letter"
        );
        self.dead_lettered.fetch_add(1, Relaxed);
        self.ring().push(|_| DeadLetter {
            item,
            attempts,
            last_error: reason,
            failed_at: now,
        });
    }

    /// The dead letters, oldest first.
    pub(super) fn dead_letters(&self) -> Vec<DeadLetter<T>> {
        self.ring().iter().cloned().collect()
    }

    /// Takes the dead letters out, oldest first.
    pub(super) fn take(&self) -> Vec<DeadLetter<T>> {
        self.ring().take().into()
    }

    pub(super) fn sink_counts(&self) -> SinkCounts {
        // The counters are read in reverse order of writing, so that no sum exceeds its parts.
        let (sent, given_up) = (self.sent.load(Relaxed), self.dead_lettered.load(Relaxed));
        let accepted = self.accepted.load(Relaxed);
        SinkCounts {
            sink: self.sink.clone(),
            waiting: accepted.saturating_sub(sent + given_up),
            sent,
            failed_attempts: self.failed.load(Relaxed),
            given_up,
        }
    }

    fn ring(&self) -> MutexGuard<'_, Ring<DeadLetter<T>>> {
        // A dead letter is added in one statement, so a poisoned lock contains complete ones.
        self.dead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
