//! `GetProfile`.

use b2bi_local_model::types::GetProfileRequest;
use b2bi_local_model::{Error, Rendered};

use crate::context::Ctx;

/// Describes a profile.
///
/// # Errors
///
/// The profile does not exist.
pub(crate) fn get_profile(ctx: &Ctx<'_>, input: GetProfileRequest) -> Result<Rendered, Error> {
    let state = ctx.state();
    Ok(state.profile(&input.profile_id)?.described())
}
