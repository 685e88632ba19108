//! Transformer jobs: what is asked of one, how far it is, and who carries it out.

mod run;

use b2bi_local_model::Timestamp;
use b2bi_local_model::types::{GetTransformerJobResponse, S3Location, TransformerJobStatus};

use crate::ctx::Ctx;
use crate::edi::Conversion;
use crate::files::Location;
use crate::ids;
use crate::polls::Polls;
use crate::state::State;

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
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) transformer_id: String,
    pub(crate) started_at: Timestamp,
    pub(crate) polls: Polls,
    pub(crate) progress: Progress,
}

/// How far a job is.
#[derive(Clone, Debug)]
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
    let polls = Polls::none();
    let job = Job {
        transformer_id: order.transformer_id.clone(),
        started_at: ctx.now(),
        polls: polls.clone(),
        progress: Progress::Running,
    };
    state.jobs.insert(id.clone(), job);
    run::spawn(ctx, id.clone(), order, polls);
    id
}

/// Drops the jobs that were started more than 30 days ago.
pub(crate) fn forget_old(state: &mut State, now: Timestamp) {
    let old = |job: &Job| now.as_millis() - job.started_at.as_millis() > KEPT;
    while state.jobs.remove_first_if(old) {}
}
