//! `CreateStarterMappingTemplate`.

use b2bi_local_model::Error;
use b2bi_local_model::types::{
    CreateStarterMappingTemplateRequest, CreateStarterMappingTemplateResponse,
};

use crate::ctx::Ctx;
use crate::errors::not_here;

/// Answers that this operation is not here.
///
/// # Errors
///
/// Always, and it says what is missing.
pub(crate) fn create_starter_mapping_template(
    _ctx: &Ctx<'_>,
    _input: CreateStarterMappingTemplateRequest,
) -> Result<CreateStarterMappingTemplateResponse, Error> {
    Err(not_here(
        "CreateStarterMappingTemplate",
        "starter templates are not written yet",
    ))
}
