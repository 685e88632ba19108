//! `ListCapabilities`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{
    CapabilitySummary, ListCapabilitiesRequest, ListCapabilitiesResponse,
};

use crate::context::Ctx;
use crate::resources::pagination;
use crate::resources::pagination::Request;

/// Lists the capabilities of the account, oldest first.
///
/// # Errors
///
/// The token does not belong to this list.
pub(crate) fn list_capabilities(
    ctx: &Ctx<'_>,
    input: ListCapabilitiesRequest,
) -> Result<ListCapabilitiesResponse, Error> {
    let request = Request {
        operation: "ListCapabilities",
        filter: "",
        next_token: input.next_token.as_deref(),
        max_results: input.max_results,
    };
    let state = ctx.state();
    let (capabilities, next_token) =
        pagination::page(ctx, &state.capabilities, &request, |item| {
            Some(item.listed::<CapabilitySummary>())
        })?;
    Ok(ListCapabilitiesResponse {
        capabilities,
        next_token,
    })
}
