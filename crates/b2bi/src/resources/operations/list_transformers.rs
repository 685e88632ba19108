//! `ListTransformers`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{
    ListTransformersRequest, ListTransformersResponse, TransformerSummary,
};

use crate::context::Ctx;
use crate::resources::pagination;
use crate::resources::pagination::Request;

/// Lists the transformers of the account, oldest first.
///
/// # Errors
///
/// The token does not belong to this list.
pub(crate) fn list_transformers(
    ctx: &Ctx<'_>,
    input: ListTransformersRequest,
) -> Result<ListTransformersResponse, Error> {
    let request = Request {
        operation: "ListTransformers",
        filter: "",
        next_token: input.next_token.as_deref(),
        max_results: input.max_results,
    };
    let state = ctx.state();
    let (transformers, next_token) =
        pagination::page(ctx, &state.transformers, &request, |item| {
            Some(item.listed::<TransformerSummary>())
        })?;
    Ok(ListTransformersResponse {
        transformers,
        next_token,
    })
}
