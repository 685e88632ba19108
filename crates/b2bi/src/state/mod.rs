//! The resources of one account in one region.

mod lookup;
mod table;

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use b2bi_local_model::Rendered;
use b2bi_local_model::types::{
    GetCapabilityResponse, GetPartnershipResponse, GetProfileResponse, GetTransformerResponse, Tag,
};

use serde::Serialize;

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
    /// What lists show of the description, written when one first shows it.
    listed: OnceLock<Rendered>,
}

impl<T> Record<T> {
    /// A resource that no list has shown yet.
    pub(crate) fn new(description: T, tags: Vec<Tag>) -> Self {
        Self {
            description,
            tags,
            listed: OnceLock::new(),
        }
    }

    /// What lists show of it: the summary `S`.
    pub(crate) fn listed<'a, S: From<&'a T> + Serialize>(&'a self) -> Rendered {
        let render = || Rendered::of(&S::from(&self.description));
        self.listed.get_or_init(render).clone()
    }

    /// Makes the next list look at the description anew.
    fn unlist(&mut self) {
        self.listed.take();
    }
}

impl Partition {
    /// The state, locked. A panic elsewhere does not take it away: changes are made whole.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
