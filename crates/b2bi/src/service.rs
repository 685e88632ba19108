//! The service as its caller sees it.

use std::sync::Arc;

use b2bi_local_model::{Error, Input, Output};
use dashmap::DashMap;

use crate::config::Config;
use crate::ctx::Ctx;
use crate::environment::Environment;
use crate::operations;
use crate::state::Partition;

/// Whose resources, and where: nothing is shared between two of these.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The account, twelve digits.
    pub account: String,
    /// The region, such as `us-east-1`.
    pub region: String,
}

/// AWS B2B Data Interchange.
#[derive(Debug)]
pub struct B2bi {
    config: Config,
    environment: Environment,
    partitions: DashMap<Scope, Arc<Partition>>,
}

impl B2bi {
    /// A service without any resources.
    #[must_use]
    pub fn new(config: Config, environment: Environment) -> Self {
        Self {
            config,
            environment,
            partitions: DashMap::new(),
        }
    }

    /// Carries out an operation for an account in a region.
    ///
    /// # Errors
    ///
    /// One of the errors that the operation declares.
    pub async fn call(&self, scope: &Scope, input: Input) -> Result<Output, Error> {
        let ctx = Ctx {
            scope,
            config: &self.config,
            environment: &self.environment,
            partition: self.partition(scope),
        };
        operations::run(&ctx, input).await
    }

    fn partition(&self, scope: &Scope) -> Arc<Partition> {
        if let Some(partition) = self.partitions.get(scope) {
            return Arc::clone(&partition);
        }
        Arc::clone(&self.partitions.entry(scope.clone()).or_default())
    }
}
