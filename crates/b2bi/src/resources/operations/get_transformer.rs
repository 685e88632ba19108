//! `GetTransformer`.

use b2bi_local_model::types::GetTransformerRequest;
use b2bi_local_model::{Error, Rendered};

use crate::context::Ctx;

/// Describes a transformer.
///
/// # Errors
///
/// The transformer does not exist.
pub(crate) fn get_transformer(
    ctx: &Ctx<'_>,
    input: GetTransformerRequest,
) -> Result<Rendered, Error> {
    let state = ctx.state();
    Ok(state.transformer(&input.transformer_id)?.described())
}
