//! `GetPartnership`.

use b2bi_local_model::types::GetPartnershipRequest;
use b2bi_local_model::{Error, Rendered};

use crate::context::Ctx;

/// Describes a partnership.
///
/// # Errors
///
/// The partnership does not exist.
pub(crate) fn get_partnership(
    ctx: &Ctx<'_>,
    input: GetPartnershipRequest,
) -> Result<Rendered, Error> {
    let state = ctx.state();
    Ok(state.partnership(&input.partnership_id)?.described())
}
