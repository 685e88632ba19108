//! `TagResource`.

use b2bi_local_model::Error;
use b2bi_local_model::types::TagResourceRequest;

use crate::context::Ctx;
use crate::resources::tags;

/// Adds tags to a resource; existing keys get the new value.
///
/// # Errors
///
/// The ARN is malformed, its resource does not exist, or the tags violate a rule.
pub(crate) fn tag_resource(ctx: &Ctx<'_>, input: TagResourceRequest) -> Result<(), Error> {
    let mut state = ctx.state();
    let present = tags::of(ctx, &mut state, &input.resource_arn)?;
    tags::merge(ctx, present, input.tags)
}
