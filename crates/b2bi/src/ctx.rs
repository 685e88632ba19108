//! What an operation has at hand.

use std::sync::Arc;

use b2bi_local_model::Timestamp;

use crate::arn::{self, ResourceKind};
use crate::config::Config;
use crate::environment::Environment;
use crate::ids;
use crate::service::{Scope, ServiceContext};
use crate::state::{Guard, Partition};

/// The caller's partition, and the service's surroundings.
pub(crate) struct Ctx<'a> {
    pub(crate) scope: &'a Scope,
    pub(crate) config: &'a Config,
    pub(crate) environment: &'a Environment,
    pub(crate) context: &'a ServiceContext,
    pub(crate) partition: Arc<Partition>,
    /// Whether the caller is AWS itself, whose tags begin with `aws:`.
    pub(crate) allows_system_tags: bool,
}

impl Ctx<'_> {
    /// The partition's state, locked; must not be held across an await.
    pub(crate) fn state(&self) -> Guard<'_> {
        self.partition.lock()
    }

    /// The present.
    pub(crate) fn now(&self) -> Timestamp {
        self.environment.clock.now()
    }

    /// A new resource id: `p-60fbc37c87f04fce9`.
    pub(crate) fn new_id(&self, prefix: &str) -> String {
        ids::resource_id(prefix, self.environment.ids.bits())
    }

    /// The ARN of a resource of the caller.
    pub(crate) fn arn(&self, kind: ResourceKind, id: &str) -> String {
        arn::format(self.scope, kind, id)
    }
}
