//! `GetTransformerJob`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{GetTransformerJobRequest, GetTransformerJobResponse};

use crate::ctx::Ctx;
use crate::errors::not_found;
use crate::jobs;

/// Tells how far a job is. Jobs are kept for 30 days.
///
/// # Errors
///
/// The transformer has no such job.
pub(crate) fn get_transformer_job(
    ctx: &Ctx<'_>,
    input: GetTransformerJobRequest,
) -> Result<GetTransformerJobResponse, Error> {
    let id = &input.transformer_job_id;
    let mut state = ctx.state();
    jobs::forget_old(&mut state, ctx.now());
    let job = state.jobs.get(id);
    let job = job.filter(|job| job.facts.transformer_id == input.transformer_id);
    let job = job.ok_or_else(|| not_found("transformer job", id))?;
    job.facts.polls.add();
    Ok(job.describe())
}
