//! `GetProfile`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{GetProfileRequest, GetProfileResponse};

use crate::ctx::Ctx;

/// Describes a profile.
///
/// # Errors
///
/// The profile does not exist.
pub(crate) fn get_profile(
    ctx: &Ctx<'_>,
    input: GetProfileRequest,
) -> Result<GetProfileResponse, Error> {
    let state = ctx.state();
    Ok(state.profile(&input.profile_id)?.description.clone())
}
