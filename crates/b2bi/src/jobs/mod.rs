//! Jobs: what is asked of one, how far it is, and who carries it out.
//!
//! A job is an [`JobSpec`] and its [`Progress`]. `StartTransformerJob` and files that land in a
//! watched folder both end up in [`start`]; from there all jobs go the same road (`run`), which
//! forks for inbound and outbound files.

mod acknowledge;
mod counts;
mod events;
mod group;
mod inbound;
mod large;
mod logs;
mod order;
mod outbound;
mod outputs;
mod progress;
mod retention;
mod run;
mod split;

use std::collections::BTreeMap;
use std::sync::Arc;

use b2bi_local_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::control_numbers::FileNumbers;
use crate::polls::Polls;
use crate::service::{Scope, ServiceContext};
use crate::stages::JobFacts;
use crate::state::{Partition, State};
pub(crate) use counts::Ended;
pub use counts::JobCounts;
pub(crate) use group::{CancelledJobs, JobGroup};
pub(crate) use logs::unmatched;
pub(crate) use order::{CapabilityRoute, JobSpec, ObjectVersion, folder};
pub use progress::{JobDuration, JobReport};
pub(crate) use progress::{JobResult, Step};
pub(crate) use retention::JobRetention;

/// How long a job is rows, in milliseconds.
///
/// Source: the service model's documentation of `GetTransformerJob`.
pub(crate) const KEPT: i64 = 30 * 24 * 60 * 60 * 1000;

/// A job as it is remembered.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Job {
    pub(crate) facts: JobFacts,
    /// The file as it was noticed, if it was.
    #[serde(flatten)]
    pub(crate) object_version: ObjectVersion,
    /// How it has ended; nothing while it is under way.
    pub(crate) end: Option<JobResult>,
    /// How far it is, while it is under way; not rows, since whoever takes it up begins anew.
    #[serde(skip)]
    pub(crate) step: Step,
    /// What is left to do; nothing when the job has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) order: Option<JobSpec>,
    /// The control numbers of the files it writes, by key: a job that is carried out again uses
    /// them again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) numbers: BTreeMap<String, FileNumbers>,
    pub(crate) ended_at: Option<Timestamp>,
}

impl Job {
    /// A job of which nothing is done.
    fn new(facts: JobFacts, order: JobSpec) -> Self {
        Self {
            facts,
            object_version: order.object_version.clone(),
            end: None,
            step: Step::default(),
            order: Some(order),
            numbers: BTreeMap::new(),
            ended_at: None,
        }
    }

    /// When its file was written as far as is known, or else when it was started; in milliseconds.
    pub(crate) fn noticed(&self) -> i64 {
        let written = self.object_version.written;
        written.unwrap_or_else(|| self.facts.started_at.as_millis())
    }
}

/// Remembers a new job and sets it going beside whoever asked for it.
pub(crate) fn start(
    context: &ServiceContext,
    scope: &Scope,
    partition: &Arc<Partition>,
    state: &mut State,
    order: JobSpec,
) {
    state.jobs.forget_old(context.environment.clock.now());
    let facts = order.facts(scope, Polls::none());
    let job = Job::new(facts, order.clone());
    run::spawn(context, scope, partition, order, &job);
    state.jobs.insert(job);
}

/// Sets the jobs going again that were under way when the server ended.
///
/// What they wrote by then is written anew under the same keys and with the same control numbers,
/// so nothing is there twice.
pub(crate) fn resume(context: &ServiceContext, scope: &Scope, partition: &Arc<Partition>) {
    let state = partition.lock();
    let unfinished = |job: &'_ Job| Some((job.order.clone()?, job.clone()));
    let jobs: Vec<(JobSpec, Job)> = state.jobs.open().filter_map(unfinished).collect();
    drop(state);
    for (order, job) in jobs {
        run::spawn(context, scope, partition, order, &job);
    }
}
