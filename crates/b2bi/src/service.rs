//! The service as its caller sees it.

use std::sync::Arc;

use b2bi_local_ledger::Ledger;
use b2bi_local_model::{Error, Input, Output};
use dashmap::DashMap;

use crate::config::Config;
use crate::ctx::Ctx;
use crate::environment::Environment;
use crate::errors::internal;
use crate::operations;
use crate::state::Partition;

/// Whose resources, and where: nothing is shared between two of these.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// The account, twelve digits.
    pub account: String,
    /// The region, such as `us-east-1`.
    pub region: String,
}

/// AWS B2B Data Interchange.
#[derive(Debug)]
pub struct B2bi {
    pub(crate) config: Config,
    pub(crate) environment: Environment,
    pub(crate) partitions: DashMap<Scope, Arc<Partition>>,
    /// Where state is kept; none when it ends with the process.
    pub(crate) ledger: Option<Ledger>,
}

impl B2bi {
    /// A service without any resources, whose state ends with the process.
    #[must_use]
    pub fn new(config: Config, environment: Environment) -> Self {
        Self {
            config,
            environment,
            partitions: DashMap::new(),
            ledger: None,
        }
    }

    /// Carries out an operation for an account in a region.
    ///
    /// What the reply tells of is on disk by then, if state is kept there.
    ///
    /// # Errors
    ///
    /// One of the errors that the operation declares.
    pub async fn call(&self, scope: &Scope, input: Input) -> Result<Output, Error> {
        let ctx = self.ctx(scope);
        let outcome = operations::run(&ctx, input).await;
        let settled = ctx.partition.settled().await;
        settled.map_err(|failed| internal(failed.to_string()))?;
        outcome
    }

    pub(crate) fn ctx<'a>(&'a self, scope: &'a Scope) -> Ctx<'a> {
        Ctx {
            scope,
            config: &self.config,
            environment: &self.environment,
            partition: self.partition(scope),
        }
    }

    pub(crate) fn partition(&self, scope: &Scope) -> Arc<Partition> {
        if let Some(partition) = self.partitions.get(scope) {
            return Arc::clone(&partition);
        }
        let new = || match &self.ledger {
            None => Arc::default(),
            Some(ledger) => Arc::new(Partition::kept(scope.clone(), ledger.clone())),
        };
        Arc::clone(&self.partitions.entry(scope.clone()).or_insert_with(new))
    }
}
