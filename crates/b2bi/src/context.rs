//! The context of operations and jobs.

use std::sync::Arc;

use b2bi_local_model::Timestamp;
use tokio::sync::Semaphore;

use crate::arn;
use crate::arn::ResourceKind;
use crate::config::Config;
use crate::environment::Environment;
use crate::ids;
use crate::scope::Scope;
use crate::state::job::{Ended, JobRetention};
use crate::state::{Guard, Partition};

/// The context of operations and jobs of all accounts; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct ServiceContext {
    pub(crate) config: Arc<Config>,
    pub(crate) environment: Environment,
    /// A permit for each job that may run at the same time.
    pub(crate) slots: Arc<Semaphore>,
    /// A permit for each transaction that may be converted ahead at the same time.
    pub(crate) cores: Arc<Semaphore>,
    /// The numbers of ended jobs, by result.
    pub(crate) ended: Arc<Ended>,
    /// The ended jobs that are in memory.
    pub(crate) retention: Arc<JobRetention>,
}

/// The caller's partition, and the service's environment.
pub(crate) struct Ctx<'a> {
    pub(crate) scope: &'a Scope,
    pub(crate) config: &'a Config,
    pub(crate) environment: &'a Environment,
    pub(crate) context: &'a ServiceContext,
    pub(crate) partition: Arc<Partition>,
    /// Whether the caller is AWS itself, which may set tags that begin with `aws:`.
    pub(crate) allows_system_tags: bool,
}

impl Ctx<'_> {
    /// The partition's state, locked; must not be held across an await.
    pub(crate) fn state(&self) -> Guard<'_> {
        self.partition.lock()
    }

    /// The current time.
    pub(crate) fn now(&self) -> Timestamp {
        self.environment.clock.now()
    }

    /// A new resource id: `p-60fbc37c87f04fce9`.
    pub(crate) fn new_id(&self, prefix: &str) -> String {
        ids::of_resource(&self.config.id_forms, prefix, &*self.environment.ids)
    }

    /// The ARN of a resource of the caller.
    pub(crate) fn arn(&self, kind: ResourceKind, id: &str) -> String {
        arn::format(self.scope, kind, id)
    }
}
