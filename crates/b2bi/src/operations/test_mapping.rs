//! `TestMapping`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{TestMappingRequest, TestMappingResponse};

use crate::ctx::Ctx;
use crate::errors::not_here;

/// Answers that this operation is not here.
///
/// # Errors
///
/// Always, and it says what is missing.
pub(crate) fn test_mapping(
    _ctx: &Ctx<'_>,
    _input: TestMappingRequest,
) -> Result<TestMappingResponse, Error> {
    Err(not_here(
        "TestMapping",
        "mapping templates are not evaluated yet",
    ))
}
