//! `DeletePartnership`.

use b2bi_local_model::Error;
use b2bi_local_model::types::DeletePartnershipRequest;

use crate::context::Ctx;

/// Deletes a partnership.
///
/// # Errors
///
/// The partnership does not exist.
pub(crate) fn delete_partnership(
    ctx: &Ctx<'_>,
    input: DeletePartnershipRequest,
) -> Result<(), Error> {
    let mut state = ctx.state();
    state.partnership(&input.partnership_id)?;
    state.partnerships.remove(&input.partnership_id);
    Ok(())
}
