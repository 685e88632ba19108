//! `CreateProfile`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{
    CreateProfileRequest, CreateProfileResponse, GetProfileResponse, Logging,
};

use crate::arn::ResourceKind;
use crate::context::Ctx;
use crate::resources::idempotency::IdempotentRequest;
use crate::resources::quotas;
use crate::resources::tags;
use crate::state::Record;

/// Creates a profile, and names its log group.
///
/// # Errors
///
/// The quota is reached, or the tags violate a rule.
pub(crate) fn create_profile(
    ctx: &Ctx<'_>,
    input: CreateProfileRequest,
) -> Result<CreateProfileResponse, Error> {
    let attempt = IdempotentRequest::new("CreateProfile", input.client_token.as_deref(), &input);
    attempt.once(ctx, |state| {
        quotas::check(ctx, ResourceKind::Profile, state.profiles.len())?;
        let record = Record::new(
            describe(ctx, &input),
            tags::initial(ctx, input.tags.clone())?,
        );
        let reply = CreateProfileResponse::from(&record.description);
        state.profiles.insert(reply.profile_id.clone(), record);
        Ok(reply)
    })
}

fn describe(ctx: &Ctx<'_>, input: &CreateProfileRequest) -> GetProfileResponse {
    let id = ctx.new_id("p");
    GetProfileResponse {
        profile_arn: ctx.arn(ResourceKind::Profile, &id),
        log_group_name: log_group(input.logging, &id),
        profile_id: id,
        name: input.name.clone(),
        email: input.email.clone(),
        phone: input.phone.clone(),
        business_name: input.business_name.clone(),
        logging: Some(input.logging),
        created_at: ctx.now(),
        // Source: Assumption A-11.
        modified_at: None,
    }
}

/// Source: the user guide on monitoring; without logging there is no group: Assumption A-12.
fn log_group(logging: Logging, id: &str) -> Option<String> {
    (logging == Logging::Enabled).then(|| format!("/aws/vendedlogs/b2bi/profile/{id}"))
}
