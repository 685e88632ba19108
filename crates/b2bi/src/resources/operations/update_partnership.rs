//! `UpdatePartnership`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{UpdatePartnershipRequest, UpdatePartnershipResponse};

use crate::context::Ctx;
use crate::edi::rules;
use crate::location::Location;
use crate::pipelines;

/// Changes the members of a partnership that the request names.
///
/// # Errors
///
/// The partnership or a capability does not exist.
pub(crate) async fn update_partnership(
    ctx: &Ctx<'_>,
    input: UpdatePartnershipRequest,
) -> Result<UpdatePartnershipResponse, Error> {
    let (reply, folders) = changed(ctx, input)?;
    pipelines::add_folders(ctx, folders).await;
    Ok(reply)
}

fn changed(
    ctx: &Ctx<'_>,
    input: UpdatePartnershipRequest,
) -> Result<(UpdatePartnershipResponse, Vec<Location>), Error> {
    let mut state = ctx.state();
    state.partnership(&input.partnership_id)?;
    let capabilities = input.capabilities.as_deref().unwrap_or_default();
    state.check_capabilities(capabilities)?;
    pipelines::check_all_buckets(ctx, &state, capabilities)?;
    rules::check_envelope(input.capability_options.as_ref())?;
    let is_rerouted = input.capabilities.is_some();
    let partnership = &mut state.partnership_mut(&input.partnership_id)?.description;
    if input.name.is_some() {
        partnership.name = input.name;
    }
    if input.capabilities.is_some() {
        partnership.capabilities = input.capabilities;
    }
    if input.capability_options.is_some() {
        partnership.capability_options = input.capability_options;
    }
    partnership.modified_at = Some(ctx.now());
    let reply = UpdatePartnershipResponse::from(&*partnership);
    let partnership = partnership.clone();
    let folders = if is_rerouted {
        pipelines::folders(&state, &partnership)
    } else {
        Vec::new()
    };
    Ok((reply, folders))
}
