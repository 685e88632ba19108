//! The resources of one account in one region.

pub(crate) mod control_numbers;
mod error;
mod history;
pub(crate) mod job;
mod lookup;
mod partition;
pub(crate) mod rows;
pub(crate) mod stored_reply;
mod table;
mod undo;

use std::sync::OnceLock;

use b2bi_local_model::Rendered;
use b2bi_local_model::types::{
    GetCapabilityResponse, GetPartnershipResponse, GetProfileResponse, GetTransformerResponse, Tag,
};

use serde::{Deserialize, Serialize};

use self::rows::AnyTable;
use crate::state::control_numbers::Counter;
use crate::state::stored_reply::StoredReply;
pub use error::{PersistError, RowError};
pub(crate) use history::StateHistory;
pub(crate) use job::Jobs;
pub(crate) use partition::{Guard, Partition};
pub(crate) use table::Table;
use undo::StateUndo;

/// Everything that an account has in a region.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub(crate) capabilities: Table<Record<GetCapabilityResponse>>,
    pub(crate) partnerships: Table<Record<GetPartnershipResponse>>,
    pub(crate) profiles: Table<Record<GetProfileResponse>>,
    pub(crate) transformers: Table<Record<GetTransformerResponse>>,
    pub(crate) jobs: Jobs,
    /// The counters of control numbers, by what they count.
    pub(crate) control_numbers: Table<Counter>,
    /// The stored replies, by operation and token.
    pub(crate) replies: Table<StoredReply>,
}

impl State {
    /// Every table with its name on disk: tables that are not here are not stored.
    fn tables(&self) -> [(&'static str, &dyn AnyTable); 7] {
        [
            ("profiles", &self.profiles),
            ("transformers", &self.transformers),
            ("capabilities", &self.capabilities),
            ("partnerships", &self.partnerships),
            ("jobs", &self.jobs),
            ("controlNumbers", &self.control_numbers),
            ("replies", &self.replies),
        ]
    }

    /// Every table, for changes.
    fn tables_mut(&mut self) -> [(&'static str, &mut dyn AnyTable); 7] {
        [
            ("profiles", &mut self.profiles),
            ("transformers", &mut self.transformers),
            ("capabilities", &mut self.capabilities),
            ("partnerships", &mut self.partnerships),
            ("jobs", &mut self.jobs),
            ("controlNumbers", &mut self.control_numbers),
            ("replies", &mut self.replies),
        ]
    }
}

/// A resource as the service describes it, and its tags.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record<T> {
    pub(crate) description: T,
    pub(crate) tags: Vec<Tag>,
    /// The description as a reply, written on first use.
    #[serde(skip)]
    described: OnceLock<Rendered>,
    /// The list entry of the description, written on first use.
    #[serde(skip)]
    listed: OnceLock<Rendered>,
}

impl<T> Record<T> {
    /// A resource that no reply has shown yet.
    pub(crate) fn new(description: T, tags: Vec<Tag>) -> Self {
        Self {
            description,
            tags,
            described: OnceLock::new(),
            listed: OnceLock::new(),
        }
    }

    /// The description as text.
    pub(crate) fn described(&self) -> Rendered
    where
        T: Serialize,
    {
        let render = || Rendered::of(&self.description);
        self.described.get_or_init(render).clone()
    }

    /// Its list entry: the summary `S`.
    pub(crate) fn listed<'a, S: From<&'a T> + Serialize>(&'a self) -> Rendered {
        let render = || Rendered::of(&S::from(&self.description));
        self.listed.get_or_init(render).clone()
    }

    /// Makes the next reply and the next list use the changed description.
    fn unwrite(&mut self) {
        self.described.take();
        self.listed.take();
    }
}
