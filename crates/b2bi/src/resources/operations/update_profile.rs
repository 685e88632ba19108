//! `UpdateProfile`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{UpdateProfileRequest, UpdateProfileResponse};

use crate::context::Ctx;

/// Changes the members of a profile that the request names.
///
/// # Errors
///
/// The profile does not exist.
pub(crate) fn update_profile(
    ctx: &Ctx<'_>,
    input: UpdateProfileRequest,
) -> Result<UpdateProfileResponse, Error> {
    let mut state = ctx.state();
    let profile = &mut state.profile_mut(&input.profile_id)?.description;
    if let Some(name) = input.name {
        profile.name = name;
    }
    if let Some(phone) = input.phone {
        profile.phone = phone;
    }
    if let Some(business_name) = input.business_name {
        profile.business_name = business_name;
    }
    if input.email.is_some() {
        profile.email = input.email;
    }
    profile.modified_at = Some(ctx.now());
    Ok(UpdateProfileResponse::from(&*profile))
}
