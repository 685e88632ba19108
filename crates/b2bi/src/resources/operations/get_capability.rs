//! `GetCapability`.

use b2bi_local_model::types::GetCapabilityRequest;
use b2bi_local_model::{Error, Rendered};

use crate::context::Ctx;

/// Describes a capability.
///
/// # Errors
///
/// The capability does not exist.
pub(crate) fn get_capability(
    ctx: &Ctx<'_>,
    input: GetCapabilityRequest,
) -> Result<Rendered, Error> {
    let state = ctx.state();
    Ok(state.capability(&input.capability_id)?.described())
}
