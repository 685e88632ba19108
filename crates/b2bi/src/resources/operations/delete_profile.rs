//! `DeleteProfile`.

use b2bi_local_model::Error;
use b2bi_local_model::types::DeleteProfileRequest;

use crate::arn::ResourceKind;
use crate::context::Ctx;
use crate::errors::in_use;

/// Deletes a profile that no partnership uses.
///
/// # Errors
///
/// The profile does not exist, or is in use.
pub(crate) fn delete_profile(ctx: &Ctx<'_>, input: DeleteProfileRequest) -> Result<(), Error> {
    let mut state = ctx.state();
    let id = state
        .profile(&input.profile_id)?
        .description
        .profile_id
        .clone();
    let mut users = state.partnerships.values().map(|value| &value.description);
    if let Some(user) = users.find(|user| user.profile_id == input.profile_id) {
        return Err(in_use(
            ResourceKind::Profile,
            &id,
            ResourceKind::Partnership,
            &user.partnership_id,
        ));
    }
    drop(users);
    state.profiles.remove(&id);
    Ok(())
}
