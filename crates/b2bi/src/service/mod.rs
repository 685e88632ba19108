//! The entry point of the service.

mod load;
mod log_groups;
mod notifications;
mod objects;
mod persistence;
mod polling;
mod restore_error;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use b2bi_local_model::{Error, Input, Operation, Output};
use b2bi_local_persistence::RowStore;
use dashmap::DashMap;
use foldhash::fast::FixedState;
use tokio::sync::{Mutex, Semaphore};

use crate::config::Config;
use crate::context::{Ctx, ServiceContext};
use crate::environment::Environment;
use crate::errors::internal;
use crate::jobs::prefetch;
use crate::resources::operations;
use crate::scope::Scope;
use crate::stages::JobFacts;
use crate::state::job::{JobCounts, JobReport, JobRetention};
use crate::state::{Partition, StateHistory};

pub use notifications::Notification;
pub use persistence::FORMAT;
pub(crate) use persistence::FORMAT_VERSION;
pub use restore_error::{RestoreError, ScopeFormatError, StateFormatError};

/// Below this number of partitions, empty ones are kept.
const MIN_SWEEP: usize = 1_000;

/// The number of jobs that are described while a partition is locked.
const JOBS_PAGE: usize = 500;
/// How often a read is repeated if a failing disk causes what it saw to be undone.
const READ_ATTEMPTS: u32 = 8;

/// AWS B2B Data Interchange.
#[derive(Debug)]
pub struct B2bi {
    pub(crate) context: ServiceContext,
    pub(crate) partitions: DashMap<Scope, Arc<Partition>, FixedState>,
    /// Where state is stored; `None` if it ends with the process.
    pub(crate) row_store: Option<RowStore>,
    /// Locked while a whole state is replaced or removed: one at a time.
    pub(crate) restoring: Mutex<()>,
    history: Arc<StateHistory>,
    /// The number of partitions at which the empty ones are dropped.
    sweep_at: AtomicUsize,
    /// The number of resets, for comparison with remembered state.
    pub(crate) resets: AtomicU64,
}

impl B2bi {
    /// A service without any resources, whose state ends with the process.
    #[must_use]
    pub fn new(config: Config, environment: Environment) -> Self {
        let retention = JobRetention::new(config.jobs_in_memory, config.jobs_remembered);
        let slots = config.job_concurrency.clamp(1, Semaphore::MAX_PERMITS);
        let history = StateHistory::new(Arc::clone(&environment.clock), config.history_bytes);
        Self {
            context: ServiceContext {
                config: Arc::new(config),
                environment,
                slots: Arc::new(Semaphore::new(slots)),
                cores: Arc::new(Semaphore::new(prefetch::parallel())),
                ended: Arc::default(),
                retention: Arc::new(retention),
            },
            partitions: DashMap::default(),
            row_store: None,
            restoring: Mutex::default(),
            history: Arc::new(history),
            sweep_at: AtomicUsize::new(MIN_SWEEP),
            resets: AtomicU64::new(0),
        }
    }

    /// Runs an operation for an account in a region.
    ///
    /// If state is stored on disk, the change is there by then.
    ///
    /// # Errors
    ///
    /// A declared error of the operation.
    pub async fn call(&self, scope: &Scope, input: Input) -> Result<Output, Error> {
        self.run(self.ctx(scope), input).await
    }

    /// Runs an operation like [`call`](Self::call), for AWS itself: tags may have keys that begin
    /// with `aws:`, such as those that CloudFormation adds.
    ///
    /// # Errors
    ///
    /// A declared error of the operation.
    pub async fn call_with_system_tags(
        &self,
        scope: &Scope,
        input: Input,
    ) -> Result<Output, Error> {
        let mut ctx = self.ctx(scope);
        ctx.allows_system_tags = true;
        self.run(ctx, input).await
    }

    async fn run(&self, ctx: Ctx<'_>, input: Input) -> Result<Output, Error> {
        if self.row_store.is_none() {
            return operations::run(&ctx, input).await;
        }
        let mut attempts_left = if only_reads(input.operation()) {
            READ_ATTEMPTS
        } else {
            1
        };
        loop {
            attempts_left -= 1;
            let undone = ctx.partition.undone();
            let outcome = operations::run(&ctx, input.clone()).await;
            match ctx.partition.flushed(undone).await {
                Ok(()) => return outcome,
                Err(_) if attempts_left > 0 => {}
                Err(error) => return Err(internal(error.to_string())),
            }
        }
    }

    /// Keeps later changes for this time, so that [`call_lagging`](Self::call_lagging) can read the
    /// state before them, within [`Config::history_bytes`]. Zero, the default, keeps nothing and
    /// drops what was kept.
    pub fn keep_past(&self, time: Duration) {
        self.history.retain(time);
    }

    /// The number of accounts and regions with state.
    #[must_use]
    pub fn partition_count(&self) -> usize {
        self.partitions.len()
    }

    /// The approximate memory of the changes that are kept for stale reads, in bytes.
    #[must_use]
    pub fn kept_history_bytes(&self) -> u64 {
        self.history.bytes()
    }

    /// Runs an operation with stale reads: an operation that only reads sees the state of that long
    /// ago, as far as it is kept.
    ///
    /// # Errors
    ///
    /// A declared error of the operation.
    pub async fn call_lagging(
        &self,
        scope: &Scope,
        input: Input,
        lag: Duration,
    ) -> Result<Output, Error> {
        if !only_reads(input.operation()) {
            return self.call(scope, input).await;
        }
        let mut ctx = self.ctx(scope);
        ctx.partition = ctx.partition.ago(lag);
        operations::run(&ctx, input).await
    }

    pub(crate) fn ctx<'a>(&'a self, scope: &'a Scope) -> Ctx<'a> {
        Ctx {
            scope,
            config: &self.context.config,
            environment: &self.context.environment,
            context: &self.context,
            partition: self.partition(scope),
            allows_system_tags: false,
        }
    }

    /// The jobs in memory of all accounts and regions, in order of acceptance within each.
    #[must_use]
    pub fn jobs(&self) -> Vec<JobReport> {
        self.find_jobs(usize::MAX, |_, _| true)
    }

    /// The first `limit` of the [`jobs`](Self::jobs) for which `accepts` returns true; it is called
    /// for each, with its state.
    pub fn find_jobs(
        &self,
        limit: usize,
        mut accepts: impl FnMut(&JobFacts, &'static str) -> bool,
    ) -> Vec<JobReport> {
        let mut reports = Vec::new();
        for (_, partition) in self.partitions_where(|_| true) {
            let mut next = Some(0);
            while let Some(start) = next {
                // The lock is released between two pages.
                let state = partition.lock();
                let mut jobs = state.jobs.starting_at(start);
                for (_, job) in jobs.by_ref().take(JOBS_PAGE) {
                    if accepts(&job.facts, job.state()) && reports.len() < limit {
                        reports.push(job.report());
                    }
                }
                next = jobs.next().map(|(place, _)| place);
            }
        }
        reports
    }

    /// The number of jobs in each state, of all accounts and regions.
    #[must_use]
    pub fn job_counts(&self) -> JobCounts {
        let mut counts = JobCounts::of(&self.context.ended);
        for (_, partition) in self.partitions_where(|_| true) {
            partition.lock().jobs.open().for_each(|job| counts.add(job));
        }
        counts
    }

    /// The partitions of these scopes, ordered by account and region.
    pub(crate) fn partitions_where(
        &self,
        concerned: impl Fn(&Scope) -> bool,
    ) -> Vec<(Scope, Arc<Partition>)> {
        let all = self.partitions.iter();
        let found = all.filter(|item| concerned(item.key()));
        let mut found: Vec<(Scope, Arc<Partition>)> = found
            .map(|found| (found.key().clone(), Arc::clone(found.value())))
            .collect();
        found.sort_by(|(a, _), (b, _)| (&a.account, &a.region).cmp(&(&b.account, &b.region)));
        found
    }

    /// The context of operations and jobs.
    pub(crate) fn context(&self) -> &ServiceContext {
        &self.context
    }

    pub(crate) fn partition(&self, scope: &Scope) -> Arc<Partition> {
        if let Some(partition) = self.partitions.get(scope) {
            return Arc::clone(&partition);
        }
        self.drop_empty_partitions();
        let new = || match &self.row_store {
            None => Partition::new(&self.history),
            Some(row_store) => {
                Partition::with_row_store(scope.clone(), row_store.clone(), &self.history)
            }
        };
        let new = || Arc::new(new());
        Arc::clone(&self.partitions.entry(scope.clone()).or_insert_with(new))
    }
}

impl B2bi {
    /// Drops empty, unused partitions whenever the number of partitions has doubled, so that a
    /// client that varies its account cannot fill the memory.
    fn drop_empty_partitions(&self) {
        let limit = self.sweep_at.load(Ordering::Relaxed);
        if self.partitions.len() < limit || self.history.is_on() {
            return;
        }
        let is_needed = |partition: &Arc<Partition>| {
            // Others get a handle only while they lock this part of the map.
            Arc::strong_count(partition) > 1 || !partition.lock().is_empty()
        };
        self.partitions.retain(|_, partition| is_needed(partition));
        let next = self.partitions.len().saturating_mul(2).max(MIN_SWEEP);
        self.sweep_at.store(next, Ordering::Relaxed);
    }
}

/// Whether an operation only reads.
fn only_reads(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::GetCapability
            | Operation::GetPartnership
            | Operation::GetProfile
            | Operation::GetTransformer
            | Operation::GetTransformerJob
            | Operation::ListCapabilities
            | Operation::ListPartnerships
            | Operation::ListProfiles
            | Operation::ListTagsForResource
            | Operation::ListTransformers
    )
}
