//! Jobs: their tasks, their progress, and how they run.
//!
//! A job is a [`JobSpec`] and its [`Progress`]. `StartTransformerJob` and files in watched folders
//! both call [`start`]; from there all jobs run the same way (`run`), with separate stages for
//! inbound and outbound files.

mod acknowledge;
mod envelope;
mod error;
mod events;
mod inbound;
mod large;
pub(crate) mod logs;
mod outbound;
mod outputs;
pub(crate) mod prefetch;
mod report;
mod run;
mod split;

use std::sync::Arc;

use crate::context::ServiceContext;
use crate::polls::Polls;
use crate::scope::Scope;
use crate::state::job::{Job, JobSpec};
use crate::state::{Partition, State};

/// Stores a new job and runs it in the background.
pub(crate) fn start(
    context: &ServiceContext,
    scope: &Scope,
    partition: &Arc<Partition>,
    state: &mut State,
    spec: JobSpec,
) {
    state.jobs.forget_old(context.environment.clock.now());
    let facts = spec.facts(scope, Polls::none());
    let job = Job::new(facts, spec.clone());
    run::spawn(context, scope, partition, spec, &job);
    state.jobs.insert(job);
}

/// Restarts the jobs that were unfinished when the server ended.
///
/// Outputs that they had already written are written again under the same keys and with the same
/// control numbers, so nothing is duplicated.
pub(crate) fn resume(context: &ServiceContext, scope: &Scope, partition: &Arc<Partition>) {
    let state = partition.lock();
    let unfinished = |job: &'_ Job| Some((job.spec.clone()?, job.clone()));
    let jobs: Vec<(JobSpec, Job)> = state.jobs.open().filter_map(unfinished).collect();
    drop(state);
    for (spec, job) in jobs {
        run::spawn(context, scope, partition, spec, &job);
    }
}
