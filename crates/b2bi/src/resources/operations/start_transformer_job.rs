//! `StartTransformerJob`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{
    GetTransformerResponse, StartTransformerJobRequest, StartTransformerJobResponse,
    TransformerStatus,
};

use crate::context::Ctx;
use crate::edi::transformer;
use crate::errors::validation;
use crate::files;
use crate::ids;
use crate::jobs;
use crate::location::Location;
use crate::resources::idempotency::IdempotentRequest;
use crate::resources::transformers;
use crate::state::job::{JobSpec, ObjectVersion};

/// Starts a job that turns an X12 file into a document.
///
/// # Errors
///
/// The transformer does not exist, is not active or is not for inbound files, or the file is too
/// large or cannot be read.
pub(crate) async fn start_transformer_job(
    ctx: &Ctx<'_>,
    input: StartTransformerJobRequest,
) -> Result<StartTransformerJobResponse, Error> {
    let attempt =
        IdempotentRequest::new("StartTransformerJob", input.client_token.as_deref(), &input);
    let earlier = attempt.replay(ctx, &ctx.state())?;
    if let Some(reply) = earlier {
        return Ok(reply);
    }
    let mut spec = spec(ctx, &input)?;
    spec.size = files::check_size(ctx, &spec.input, ctx.config.job_bytes).await?;
    attempt.once(ctx, |state| {
        let id = spec.id.clone();
        jobs::start(ctx.context, ctx.scope, &ctx.partition, state, spec);
        Ok(StartTransformerJobResponse {
            transformer_job_id: id,
        })
    })
}

fn spec(ctx: &Ctx<'_>, input: &StartTransformerJobRequest) -> Result<JobSpec, Error> {
    let state = ctx.state();
    let transformer = &state.transformer(&input.transformer_id)?.description;
    check_usable(transformer)?;
    transformer::inbound(transformer)?;
    transformers::check_whole(transformer)?;
    Ok(JobSpec {
        id: ids::of_job(&ctx.config.id_forms, &*ctx.environment.ids),
        transformer: transformer.clone(),
        route: None,
        input: Location::of(&input.input_file, "inputFile")?,
        size: 0,
        object_version: ObjectVersion::default(),
        output: Location::of(&input.output_location, "outputLocation")?,
        started_at: ctx.now(),
    })
}

/// Source: Assumption A-14.
fn check_usable(transformer: &GetTransformerResponse) -> Result<(), Error> {
    if transformer.status == TransformerStatus::Active {
        return Ok(());
    }
    Err(validation(format!(
        "Transformer {} is inactive. Transformer status must be 'active'",
        transformer.transformer_id
    )))
}
