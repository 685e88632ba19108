//! `ListProfiles`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{ListProfilesRequest, ListProfilesResponse, ProfileSummary};

use crate::context::Ctx;
use crate::resources::pagination;
use crate::resources::pagination::Request;

/// Lists the profiles of the account, oldest first.
///
/// # Errors
///
/// The token does not belong to this list.
pub(crate) fn list_profiles(
    ctx: &Ctx<'_>,
    input: ListProfilesRequest,
) -> Result<ListProfilesResponse, Error> {
    let request = Request {
        operation: "ListProfiles",
        filter: "",
        next_token: input.next_token.as_deref(),
        max_results: input.max_results,
    };
    let state = ctx.state();
    let (profiles, next_token) = pagination::page(ctx, &state.profiles, &request, |item| {
        Some(item.listed::<ProfileSummary>())
    })?;
    Ok(ListProfilesResponse {
        profiles,
        next_token,
    })
}
