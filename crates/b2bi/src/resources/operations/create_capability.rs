//! `CreateCapability`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{
    CreateCapabilityRequest, CreateCapabilityResponse, GetCapabilityResponse,
};

use crate::arn::ResourceKind;
use crate::context::Ctx;
use crate::pipelines;
use crate::resources::idempotency::IdempotentRequest;
use crate::resources::quotas;
use crate::resources::tags;
use crate::resources::transformers;
use crate::state::Record;

/// Creates a capability on top of an active transformer.
///
/// # Errors
///
/// The transformer does not exist or is not active, the quota is reached, or the tags violate a
/// rule.
pub(crate) fn create_capability(
    ctx: &Ctx<'_>,
    input: CreateCapabilityRequest,
) -> Result<CreateCapabilityResponse, Error> {
    let attempt = IdempotentRequest::new("CreateCapability", input.client_token.as_deref(), &input);
    attempt.once(ctx, |state| {
        quotas::check(ctx, ResourceKind::Capability, state.capabilities.len())?;
        transformers::check_configuration(state, &input.configuration)?;
        pipelines::check_buckets(ctx, &input.configuration)?;
        let record = Record::new(
            describe(ctx, &input),
            tags::initial(ctx, input.tags.clone())?,
        );
        let reply = CreateCapabilityResponse::from(&record.description);
        state
            .capabilities
            .insert(reply.capability_id.clone(), record);
        Ok(reply)
    })
}

fn describe(ctx: &Ctx<'_>, input: &CreateCapabilityRequest) -> GetCapabilityResponse {
    let id = ctx.new_id("ca");
    GetCapabilityResponse {
        capability_arn: ctx.arn(ResourceKind::Capability, &id),
        capability_id: id,
        name: input.name.clone(),
        r#type: input.r#type,
        configuration: input.configuration.clone(),
        instructions_documents: input.instructions_documents.clone(),
        created_at: ctx.now(),
        modified_at: None,
    }
}
