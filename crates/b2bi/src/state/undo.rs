//! The undo log of a change of the state.

use std::io::{self, Write};

use b2bi_local_model::types::{
    GetCapabilityResponse, GetPartnershipResponse, GetProfileResponse, GetTransformerResponse,
};
use serde::Serialize;

use super::table::Undo;
use super::{Record, State};
use crate::state::control_numbers::Counter;
use crate::state::job::Job;
use crate::state::stored_reply::StoredReply;

/// The previous rows of the changed places.
#[derive(Clone, Debug)]
pub(crate) struct StateUndo {
    capabilities: Vec<Undo<Record<GetCapabilityResponse>>>,
    partnerships: Vec<Undo<Record<GetPartnershipResponse>>>,
    profiles: Vec<Undo<Record<GetProfileResponse>>>,
    transformers: Vec<Undo<Record<GetTransformerResponse>>>,
    jobs: Vec<Undo<Job>>,
    control_numbers: Vec<Undo<Counter>>,
    replies: Vec<Undo<StoredReply>>,
}

impl StateUndo {
    /// Whether nothing has changed.
    pub(super) fn is_empty(&self) -> bool {
        self.capabilities.is_empty()
            && self.partnerships.is_empty()
            && self.profiles.is_empty()
            && self.transformers.is_empty()
            && self.jobs.is_empty()
            && self.control_numbers.is_empty()
            && self.replies.is_empty()
    }

    /// Its approximate memory, in bytes.
    pub(super) fn bytes(&self) -> u64 {
        bytes(&self.capabilities)
            .saturating_add(bytes(&self.partnerships))
            .saturating_add(bytes(&self.profiles))
            .saturating_add(bytes(&self.transformers))
            .saturating_add(bytes(&self.jobs))
            .saturating_add(bytes(&self.control_numbers))
            .saturating_add(bytes(&self.replies))
    }
}

impl State {
    /// Starts or stops recording changes.
    pub(super) fn record_undo(&mut self, is_on: bool) {
        self.capabilities.record_undo(is_on);
        self.partnerships.record_undo(is_on);
        self.profiles.record_undo(is_on);
        self.transformers.record_undo(is_on);
        self.jobs.record_undo(is_on);
        self.control_numbers.record_undo(is_on);
        self.replies.record_undo(is_on);
    }

    /// The changes since recording began.
    pub(super) fn take_undo(&mut self) -> StateUndo {
        StateUndo {
            capabilities: self.capabilities.take_undo(),
            partnerships: self.partnerships.take_undo(),
            profiles: self.profiles.take_undo(),
            transformers: self.transformers.take_undo(),
            jobs: self.jobs.take_undo(),
            control_numbers: self.control_numbers.take_undo(),
            replies: self.replies.take_undo(),
        }
    }

    /// Undoes these changes, so that the state equals the disk.
    pub(super) fn roll_back(&mut self, changes: &StateUndo) {
        self.undo(changes);
        self.forget_changes();
    }

    /// Marks no row as changed: the state equals the disk.
    pub(super) fn forget_changes(&mut self) {
        for (_, table) in self.tables_mut() {
            table.forget_changes();
        }
    }

    /// Undoes these changes.
    pub(super) fn undo(&mut self, changes: &StateUndo) {
        self.capabilities.undo(&changes.capabilities);
        self.partnerships.undo(&changes.partnerships);
        self.profiles.undo(&changes.profiles);
        self.transformers.undo(&changes.transformers);
        self.jobs.undo(&changes.jobs);
        self.control_numbers.undo(&changes.control_numbers);
        self.replies.undo(&changes.replies);
    }
}

/// The size of a row in addition to its value, in bytes.
const ROW_BYTES: u64 = 128;

/// The size of the rows as JSON, including the overhead of each.
fn bytes<T: Serialize>(changes: &[Undo<T>]) -> u64 {
    let mut counter = ByteCounter(0);
    for value in changes.iter().filter_map(Undo::value) {
        // Writing to a counter does not fail; a value that cannot be written counts up to where it
        // failed.
        let _ = serde_json::to_writer(&mut counter, value);
    }
    let rows = u64::try_from(changes.len()).unwrap_or(u64::MAX);
    counter.0.saturating_add(rows.saturating_mul(ROW_BYTES))
}

struct ByteCounter(u64);

impl Write for ByteCounter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.0 = self.0.saturating_add(length);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
