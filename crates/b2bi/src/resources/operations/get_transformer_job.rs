//! `GetTransformerJob`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{GetTransformerJobRequest, GetTransformerJobResponse};

use crate::context::Ctx;
use crate::errors::{internal, not_found};
use crate::state::job::Job;

/// Returns the state of a job. Jobs are kept for 30 days, within the configured limits.
///
/// # Errors
///
/// The transformer has no such job.
pub(crate) async fn get_transformer_job(
    ctx: &Ctx<'_>,
    input: GetTransformerJobRequest,
) -> Result<GetTransformerJobResponse, Error> {
    let id = &input.transformer_job_id;
    let described = |job: &Job| {
        let is_wanted = job.facts.id == *id && job.facts.transformer_id == input.transformer_id;
        is_wanted.then(|| job.describe())
    };
    let missing = || not_found("transformer job", id);
    let place = {
        let mut state = ctx.state();
        state.jobs.forget_old(ctx.now());
        if let Some(job) = state.jobs.get(id) {
            let reply = described(job).ok_or_else(missing)?;
            job.facts.polls.add();
            return Ok(reply);
        }
        state.jobs.archived(id).ok_or_else(missing)?
    };
    let job = Box::pin(ctx.partition.archived_job(place)).await;
    let job = job.map_err(|error| internal(error.to_string()))?;
    job.as_ref().and_then(described).ok_or_else(missing)
}
