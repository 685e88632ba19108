//! `CreateStarterMappingTemplate`.

use b2bi_local_mapping::StarterLanguage;
use b2bi_local_model::Error;
use b2bi_local_model::types::{
    CreateStarterMappingTemplateRequest, CreateStarterMappingTemplateResponse, MappingType,
    S3Location, TemplateDetails,
};
use b2bi_local_panics::on_thread;
use bytes::Bytes;

use crate::context::Ctx;
use crate::edi::Selection;
use crate::edi::starter_template;
use crate::errors::{internal, validation};
use crate::files;
use crate::location::Location;

/// Writes a template that produces the service-defined document of a transaction set, with the
/// values of an output sample or with placeholders.
///
/// # Errors
///
/// The version does not have the set, or the sample is too large, cannot be read, or contains
/// something else.
///
/// Source: the form is Assumption A-42 with a sample, A-43 without.
pub(crate) async fn create_starter_mapping_template(
    ctx: &Ctx<'_>,
    input: CreateStarterMappingTemplateRequest,
) -> Result<CreateStarterMappingTemplateResponse, Error> {
    let TemplateDetails::X12(details) = &input.template_details;
    let selection = Selection::of(details).map_err(validation)?;
    let language = match input.mapping_type {
        MappingType::Jsonata => StarterLanguage::Jsonata,
        MappingType::Xslt => StarterLanguage::Xslt,
    };
    let sample = match &input.output_sample_location {
        Some(location) => Some(sample(ctx, location).await?),
        None => None,
    };
    let write = move || starter_template(selection, language, sample.as_deref());
    let mapping_template = on_thread(write)
        .await
        .map_err(|error| internal(format!("The template did not end: {error}")))?
        .map_err(validation)?;
    Ok(CreateStarterMappingTemplateResponse { mapping_template })
}

/// The sample; it may be as long as a file for `TestParsing`.
async fn sample(ctx: &Ctx<'_>, location: &S3Location) -> Result<Bytes, Error> {
    let location = Location::of(location, "outputSampleLocation")?;
    files::check_size(ctx, &location, ctx.config.test_parsing_bytes).await?;
    files::read(ctx.environment, ctx.scope, &location)
        .await
        .map_err(|error| error.modelled())
}
