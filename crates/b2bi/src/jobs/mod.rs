//! Transformer jobs: what is asked of one, how far it is, and who carries it out.

mod run;

use b2bi_local_model::Timestamp;
use b2bi_local_model::types::{GetTransformerJobResponse, S3Location, TransformerJobStatus};
use serde::{Deserialize, Serialize};

use crate::ctx::Ctx;
use crate::edi::Conversion;
use crate::files::Location;
use crate::ids;
use crate::polls::Polls;
use crate::state::State;
use crate::transformers;

/// How long a job is kept, in milliseconds.
///
/// Source: the service model's documentation of `GetTransformerJob`.
const KEPT: i64 = 30 * 24 * 60 * 60 * 1000;

/// What a job is to do.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) transformer_id: String,
    pub(crate) input: Location,
    pub(crate) output: Location,
    pub(crate) conversion: Conversion,
}

/// A job as it is remembered.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Job {
    pub(crate) transformer_id: String,
    pub(crate) started_at: Timestamp,
    input: Location,
    output: Location,
    #[serde(skip, default = "Polls::none")]
    pub(crate) polls: Polls,
    pub(crate) progress: Progress,
}

/// How far a job is.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Progress {
    Running,
    Succeeded(S3Location),
    Failed(String),
}

impl Job {
    /// The job as `GetTransformerJob` tells of it.
    pub(crate) fn describe(&self) -> GetTransformerJobResponse {
        let (status, output_files, message) = match &self.progress {
            Progress::Running => (TransformerJobStatus::Running, None, None),
            Progress::Succeeded(output) => (
                TransformerJobStatus::Succeeded,
                Some(vec![output.clone()]),
                // Source: the service model's example.
                Some("Transformed, writing output".to_owned()),
            ),
            Progress::Failed(reason) => (TransformerJobStatus::Failed, None, Some(reason.clone())),
        };
        GetTransformerJobResponse {
            status,
            output_files,
            message,
        }
    }
}

/// Remembers a new job and sets it going; returns its id.
pub(crate) fn start(ctx: &Ctx<'_>, state: &mut State, order: Order) -> String {
    forget_old(state, ctx.now());
    let id = ids::job_id(ctx.environment.ids.bits());
    let (polls, started_at) = (Polls::none(), ctx.now());
    let job = Job {
        transformer_id: order.transformer_id.clone(),
        started_at,
        input: order.input.clone(),
        output: order.output.clone(),
        polls: polls.clone(),
        progress: Progress::Running,
    };
    state.jobs.insert(id.clone(), job);
    run::spawn(ctx, id.clone(), order, started_at, polls);
    id
}

/// Sets the jobs going again that were under way when the server ended.
///
/// What they wrote by then is written anew under the same keys, so nothing is there twice. An
/// active transformer does not change; one that is gone fails its jobs.
pub(crate) fn resume(ctx: &Ctx<'_>) {
    let mut state = ctx.state();
    let running = |(_, job): &(&str, &Job)| matches!(job.progress, Progress::Running);
    let jobs = state.jobs.entries().filter(running);
    let jobs: Vec<(String, Job)> = jobs.map(|(id, job)| (id.to_owned(), job.clone())).collect();
    for (id, job) in jobs {
        match order_again(&state, &job) {
            Ok(order) => run::spawn(ctx, id, order, job.started_at, job.polls),
            Err(problem) => {
                if let Some(job) = state.jobs.get_mut(&id) {
                    job.progress = Progress::Failed(problem);
                }
            }
        }
    }
}

fn order_again(state: &State, job: &Job) -> Result<Order, String> {
    let id = &job.transformer_id;
    let transformer = state.transformer(id);
    let conversion = transformer.and_then(|it| transformers::inbound(&it.description));
    let gone = |_| format!("The transformer {id} was deleted before the job was taken up again");
    Ok(Order {
        transformer_id: id.clone(),
        input: job.input.clone(),
        output: job.output.clone(),
        conversion: conversion.map_err(gone)?,
    })
}

/// Drops the jobs that were started more than 30 days ago.
pub(crate) fn forget_old(state: &mut State, now: Timestamp) {
    let old = |job: &Job| now.as_millis() - job.started_at.as_millis() > KEPT;
    while state.jobs.remove_first_if(old) {}
}
