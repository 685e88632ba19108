//! `GetPartnership`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{GetPartnershipRequest, GetPartnershipResponse};

use crate::ctx::Ctx;

/// Describes a partnership.
///
/// # Errors
///
/// The partnership does not exist.
pub(crate) fn get_partnership(
    ctx: &Ctx<'_>,
    input: GetPartnershipRequest,
) -> Result<GetPartnershipResponse, Error> {
    let state = ctx.state();
    Ok(state
        .partnership(&input.partnership_id)?
        .description
        .clone())
}
