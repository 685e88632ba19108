//! `ListTagsForResource`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{ListTagsForResourceRequest, ListTagsForResourceResponse};

use crate::context::Ctx;
use crate::resources::tags;

/// Lists the tags of a resource in the order in which their keys were first set.
///
/// # Errors
///
/// The ARN is malformed, or its resource does not exist.
pub(crate) fn list_tags_for_resource(
    ctx: &Ctx<'_>,
    input: ListTagsForResourceRequest,
) -> Result<ListTagsForResourceResponse, Error> {
    let mut state = ctx.state();
    let tags = tags::of(ctx, &mut state, &input.resource_arn)?;
    Ok(ListTagsForResourceResponse {
        tags: Some(tags.clone()),
    })
}
