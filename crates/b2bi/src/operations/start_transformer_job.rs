//! `StartTransformerJob`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{
    GetTransformerResponse, StartTransformerJobRequest, StartTransformerJobResponse,
    TransformerStatus,
};

use crate::ctx::Ctx;
use crate::errors::validation;
use crate::files::{self, Location};
use crate::idempotency::Attempt;
use crate::jobs::{self, Order};
use crate::transformers;

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
    let attempt = Attempt::new("StartTransformerJob", input.client_token.as_deref(), &input);
    let earlier = attempt.replay(ctx, &ctx.state())?;
    if let Some(reply) = earlier {
        return Ok(reply);
    }
    let order = order(ctx, &input)?;
    files::check_size(ctx, &order.input, ctx.config.job_bytes).await?;
    attempt.once(ctx, |state| {
        Ok(StartTransformerJobResponse {
            transformer_job_id: jobs::start(ctx, state, order),
        })
    })
}

fn order(ctx: &Ctx<'_>, input: &StartTransformerJobRequest) -> Result<Order, Error> {
    let state = ctx.state();
    let transformer = &state.transformer(&input.transformer_id)?.description;
    check_usable(transformer)?;
    let conversion = transformers::inbound(transformer)?;
    Ok(Order {
        transformer_id: transformer.transformer_id.clone(),
        input: Location::of(&input.input_file, "inputFile")?,
        output: Location::of(&input.output_location, "outputLocation")?,
        conversion,
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
