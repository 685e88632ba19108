//! `GenerateMapping`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{GenerateMappingRequest, GenerateMappingResponse};

use crate::ctx::Ctx;
use crate::errors::not_here;

/// Answers that this operation is not here.
///
/// # Errors
///
/// Always, and it says what is missing.
pub(crate) fn generate_mapping(
    _ctx: &Ctx<'_>,
    _input: GenerateMappingRequest,
) -> Result<GenerateMappingResponse, Error> {
    Err(not_here("GenerateMapping", "mappings are not inferred yet"))
}
