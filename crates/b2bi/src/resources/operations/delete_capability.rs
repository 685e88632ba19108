//! `DeleteCapability`.

use b2bi_local_model::Error;
use b2bi_local_model::types::DeleteCapabilityRequest;

use crate::arn::ResourceKind;
use crate::context::Ctx;
use crate::errors::in_use;

/// Deletes a capability that no partnership uses.
///
/// # Errors
///
/// The capability does not exist, or is in use.
pub(crate) fn delete_capability(
    ctx: &Ctx<'_>,
    input: DeleteCapabilityRequest,
) -> Result<(), Error> {
    let mut state = ctx.state();
    let id = state
        .capability(&input.capability_id)?
        .description
        .capability_id
        .clone();
    let mut users = state.partnerships.values().map(|value| &value.description);
    if let Some(user) = users.find(|user| {
        user.capabilities
            .iter()
            .flatten()
            .any(|id| *id == input.capability_id)
    }) {
        return Err(in_use(
            ResourceKind::Capability,
            &id,
            ResourceKind::Partnership,
            &user.partnership_id,
        ));
    }
    drop(users);
    state.capabilities.remove(&id);
    Ok(())
}
