//! `UpdateCapability`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{UpdateCapabilityRequest, UpdateCapabilityResponse};

use crate::context::Ctx;
use crate::pipelines;
use crate::resources::transformers;

/// Changes the members of a capability that the request names, and creates the folders of its new
/// configuration.
///
/// # Errors
///
/// The capability or the new configuration's transformer does not exist, or the transformer is not
/// active.
pub(crate) async fn update_capability(
    ctx: &Ctx<'_>,
    input: UpdateCapabilityRequest,
) -> Result<UpdateCapabilityResponse, Error> {
    let is_rerouted = input.configuration.is_some();
    let reply = changed(ctx, input)?;
    if is_rerouted {
        let folders = pipelines::folders_of(&ctx.state(), &reply.capability_id);
        pipelines::add_folders(ctx, folders).await;
    }
    Ok(reply)
}

fn changed(
    ctx: &Ctx<'_>,
    input: UpdateCapabilityRequest,
) -> Result<UpdateCapabilityResponse, Error> {
    let mut state = ctx.state();
    state.capability(&input.capability_id)?;
    if let Some(configuration) = &input.configuration {
        transformers::check_configuration(&state, configuration)?;
        pipelines::check_buckets(ctx, configuration)?;
    }
    let capability = &mut state.capability_mut(&input.capability_id)?.description;
    if let Some(name) = input.name {
        capability.name = name;
    }
    if let Some(configuration) = input.configuration {
        capability.configuration = configuration;
    }
    if input.instructions_documents.is_some() {
        capability.instructions_documents = input.instructions_documents;
    }
    capability.modified_at = Some(ctx.now());
    Ok(UpdateCapabilityResponse::from(&*capability))
}
