//! `UntagResource`.

use b2bi_local_model::Error;
use b2bi_local_model::types::UntagResourceRequest;

use crate::context::Ctx;
use crate::resources::tags;

/// Removes tags from a resource; missing keys are not an error.
///
/// # Errors
///
/// The ARN is malformed, or its resource does not exist.
pub(crate) fn untag_resource(ctx: &Ctx<'_>, input: UntagResourceRequest) -> Result<(), Error> {
    let mut state = ctx.state();
    let present = tags::of(ctx, &mut state, &input.resource_arn)?;
    present.retain(|tag| !input.tag_keys.contains(&tag.key));
    Ok(())
}
