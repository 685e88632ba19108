//! `ListPartnerships`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{
    ListPartnershipsRequest, ListPartnershipsResponse, PartnershipSummary,
};

use crate::context::Ctx;
use crate::resources::pagination;
use crate::resources::pagination::Request;

/// Lists the partnerships of the account or of one profile, oldest first.
///
/// # Errors
///
/// The profile does not exist, or the token does not belong to this list.
pub(crate) fn list_partnerships(
    ctx: &Ctx<'_>,
    input: ListPartnershipsRequest,
) -> Result<ListPartnershipsResponse, Error> {
    let state = ctx.state();
    let wanted = input.profile_id.as_deref();
    if let Some(profile_id) = wanted {
        state.profile(profile_id)?;
    }
    let request = Request {
        operation: "ListPartnerships",
        filter: wanted.unwrap_or_default(),
        next_token: input.next_token.as_deref(),
        max_results: input.max_results,
    };
    let (partnerships, next_token) =
        pagination::page(ctx, &state.partnerships, &request, |item| {
            wanted
                .is_none_or(|id| id == item.description.profile_id)
                .then(|| item.listed::<PartnershipSummary>())
        })?;
    Ok(ListPartnershipsResponse {
        partnerships,
        next_token,
    })
}
