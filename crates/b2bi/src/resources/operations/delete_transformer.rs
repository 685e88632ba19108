//! `DeleteTransformer`.

use b2bi_local_model::Error;
use b2bi_local_model::types::DeleteTransformerRequest;

use crate::arn::ResourceKind;
use crate::context::Ctx;
use crate::errors::in_use;
use crate::resources::transformers;

/// Deletes a transformer that no capability uses.
///
/// # Errors
///
/// The transformer does not exist, or is in use.
pub(crate) fn delete_transformer(
    ctx: &Ctx<'_>,
    input: DeleteTransformerRequest,
) -> Result<(), Error> {
    let mut state = ctx.state();
    let id = state
        .transformer(&input.transformer_id)?
        .description
        .transformer_id
        .clone();
    let mut users = state.capabilities.values().map(|value| &value.description);
    if let Some(user) = users
        .find(|user| transformers::of_configuration(&user.configuration) == input.transformer_id)
    {
        return Err(in_use(
            ResourceKind::Transformer,
            &id,
            ResourceKind::Capability,
            &user.capability_id,
        ));
    }
    drop(users);
    state.transformers.remove(&id);
    Ok(())
}
