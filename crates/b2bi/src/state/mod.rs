//! The resources of one account in one region.

mod lookup;
mod table;

use std::sync::{Mutex, MutexGuard, PoisonError};

use b2bi_local_model::types::{
    GetCapabilityResponse, GetPartnershipResponse, GetProfileResponse, GetTransformerResponse, Tag,
};

use crate::idempotency::Replies;
use crate::jobs::Job;
pub(crate) use table::Table;

/// The state of an account in a region, behind one lock: a rule that spans resources is checked
/// and applied under one guard.
#[derive(Debug, Default)]
pub(crate) struct Partition(Mutex<State>);

/// Everything an account has in a region.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub(crate) capabilities: Table<Record<GetCapabilityResponse>>,
    pub(crate) partnerships: Table<Record<GetPartnershipResponse>>,
    pub(crate) profiles: Table<Record<GetProfileResponse>>,
    pub(crate) transformers: Table<Record<GetTransformerResponse>>,
    pub(crate) jobs: Table<Job>,
    pub(crate) replies: Replies,
}

/// A resource, kept as the service describes it, and its tags.
#[derive(Clone, Debug)]
pub(crate) struct Record<T> {
    pub(crate) description: T,
    pub(crate) tags: Vec<Tag>,
}

impl Partition {
    /// The state, locked. A panic elsewhere does not take it away: changes are made whole.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
