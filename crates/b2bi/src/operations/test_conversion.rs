//! `TestConversion`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{TestConversionRequest, TestConversionResponse};

use crate::ctx::Ctx;
use crate::errors::not_here;

/// Answers that this operation is not here.
///
/// # Errors
///
/// Always, and it says what is missing.
pub(crate) fn test_conversion(
    _ctx: &Ctx<'_>,
    _input: TestConversionRequest,
) -> Result<TestConversionResponse, Error> {
    Err(not_here(
        "TestConversion",
        "documents are not written as X12 yet",
    ))
}
