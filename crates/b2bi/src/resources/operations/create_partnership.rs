//! `CreatePartnership`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{
    CreatePartnershipRequest, CreatePartnershipResponse, GetPartnershipResponse,
};

use crate::arn::ResourceKind;
use crate::context::Ctx;
use crate::edi::rules;
use crate::pipelines;
use crate::resources::idempotency::IdempotentRequest;
use crate::resources::quotas;
use crate::resources::tags;
use crate::state::Record;

/// Creates a partnership between a profile and a new trading partner, and the input folders of the
/// partner.
///
/// # Errors
///
/// The profile or a capability does not exist, the quota is reached, or the tags violate a rule.
pub(crate) async fn create_partnership(
    ctx: &Ctx<'_>,
    input: CreatePartnershipRequest,
) -> Result<CreatePartnershipResponse, Error> {
    let attempt =
        IdempotentRequest::new("CreatePartnership", input.client_token.as_deref(), &input);
    let mut folders = Vec::new();
    let reply = attempt.once(ctx, |state| {
        quotas::check(ctx, ResourceKind::Partnership, state.partnerships.len())?;
        state.profile(&input.profile_id)?;
        state.check_capabilities(&input.capabilities)?;
        pipelines::check_all_buckets(ctx, state, &input.capabilities)?;
        rules::check_envelope(input.capability_options.as_ref())?;
        let record = Record::new(
            describe(ctx, &input),
            tags::initial(ctx, input.tags.clone())?,
        );
        let reply = CreatePartnershipResponse::from(&record.description);
        folders = pipelines::folders(state, &record.description);
        state
            .partnerships
            .insert(reply.partnership_id.clone(), record);
        Ok(reply)
    })?;
    pipelines::make_folders(ctx, folders).await;
    Ok(reply)
}

fn describe(ctx: &Ctx<'_>, input: &CreatePartnershipRequest) -> GetPartnershipResponse {
    let id = ctx.new_id("ps");
    GetPartnershipResponse {
        profile_id: input.profile_id.clone(),
        partnership_arn: ctx.arn(ResourceKind::Partnership, &id),
        partnership_id: id,
        name: Some(input.name.clone()),
        email: Some(input.email.clone()),
        phone: input.phone.clone(),
        capabilities: Some(input.capabilities.clone()),
        capability_options: input.capability_options.clone(),
        trading_partner_id: Some(ctx.new_id("tp")),
        created_at: ctx.now(),
        modified_at: None,
    }
}
