//! The rules of transformers: two styles, one-way activation, and where they can be used.

use b2bi_local_model::Error;
use b2bi_local_model::types::{
    CapabilityConfiguration, FileFormat, GetTransformerResponse, TransformerStatus,
    UpdateTransformerRequest,
};

use crate::edi::transformer::{advanced_options, x12_details};
use crate::edi::{Conversion, rules};
use crate::errors::validation;
use crate::state::State;

/// The transformer that a capability uses.
pub(crate) fn of_configuration(configuration: &CapabilityConfiguration) -> &str {
    let CapabilityConfiguration::Edi(edi) = configuration;
    &edi.transformer_id
}

/// Refuses a capability on a transformer that does not exist or is not active.
///
/// Source: the texts were seen on AWS; the exception's type is Assumption A-13.
pub(crate) fn check_configuration(
    state: &State,
    configuration: &CapabilityConfiguration,
) -> Result<(), Error> {
    let transformer = state.transformer(of_configuration(configuration))?;
    rules::check_folders(configuration)?;
    if transformer.description.status == TransformerStatus::Active {
        return Ok(());
    }
    Err(validation("Transformer status must be 'active'"))
}

/// Refuses members that exclude each other.
///
/// Source: Assumption A-16.
pub(crate) fn check_style(transformer: &GetTransformerResponse) -> Result<(), Error> {
    if has_legacy_members(transformer) && has_new_members(transformer) {
        return Err(validation(
            "fileFormat, mappingTemplate, ediType and sampleDocument cannot be combined with \
             inputConversion, outputConversion, mapping and sampleDocuments",
        ));
    }
    if transformer.input_conversion.is_some() && transformer.output_conversion.is_some() {
        return Err(validation(
            "inputConversion and outputConversion cannot be combined: a transformer is for \
             inbound or for outbound files",
        ));
    }
    Ok(())
}

/// Refuses validation rules that do not match the transformer's set and version.
pub(crate) fn check_rules(transformer: &GetTransformerResponse) -> Result<(), Error> {
    let Some(details) = x12_details(transformer) else {
        return Ok(());
    };
    match (details.transaction_set, details.version) {
        (Some(_), Some(_)) => {
            let options = advanced_options(transformer);
            Conversion::new(details, FileFormat::Json, options).map(|_| ())
        }
        _ => Ok(()),
    }
}

/// A transformer with an update applied; members of one style replace those of the other.
///
/// # Errors
///
/// The transformer is active, or the update both changes and activates it.
pub(crate) fn changed(
    present: &GetTransformerResponse,
    update: UpdateTransformerRequest,
) -> Result<GetTransformerResponse, Error> {
    if present.status == TransformerStatus::Active {
        return Err(validation("An active Transformer cannot be updated"));
    }
    let base = without_style(present, &update);
    let changed = GetTransformerResponse {
        name: update.name.unwrap_or(base.name),
        file_format: update.file_format.or(base.file_format),
        mapping_template: update.mapping_template.or(base.mapping_template),
        edi_type: update.edi_type.or(base.edi_type),
        sample_document: update.sample_document.or(base.sample_document),
        input_conversion: update.input_conversion.or(base.input_conversion),
        mapping: update.mapping.or(base.mapping),
        output_conversion: update.output_conversion.or(base.output_conversion),
        sample_documents: update.sample_documents.or(base.sample_documents),
        ..base
    };
    let status = update.status.unwrap_or(changed.status);
    // Source: Assumption A-18.
    if status == TransformerStatus::Active && changed != *present {
        return Err(validation(
            "A Transformer cannot be changed and activated in the same request",
        ));
    }
    Ok(GetTransformerResponse { status, ..changed })
}

/// The transformer without the members of the style that the update replaces.
fn without_style(
    present: &GetTransformerResponse,
    update: &UpdateTransformerRequest,
) -> GetTransformerResponse {
    let mut base = present.clone();
    let to_new = update.input_conversion.is_some()
        || update.output_conversion.is_some()
        || update.mapping.is_some()
        || update.sample_documents.is_some();
    let to_legacy = update.edi_type.is_some()
        || update.mapping_template.is_some()
        || update.sample_document.is_some();
    if to_new {
        base.file_format = None;
        base.mapping_template = None;
        base.edi_type = None;
        base.sample_document = None;
    }
    if to_legacy {
        base.input_conversion = None;
        base.output_conversion = None;
        base.mapping = None;
        base.sample_documents = None;
    }
    base
}

/// Refuses a transformer that splits files, which only pipelines do.
///
/// Source: documented; the texts are Assumption A-06.
pub(crate) fn check_whole(transformer: &GetTransformerResponse) -> Result<(), Error> {
    if rules::splits(advanced_options(transformer)) {
        return Err(validation(
            "A transformer that splits files cannot be used in a transformer job",
        ));
    }
    Ok(())
}

fn has_legacy_members(transformer: &GetTransformerResponse) -> bool {
    let format = transformer.file_format;
    format.is_some_and(|format| format != FileFormat::NotUsed)
        || transformer.mapping_template.is_some()
        || transformer.edi_type.is_some()
        || transformer.sample_document.is_some()
}

fn has_new_members(transformer: &GetTransformerResponse) -> bool {
    transformer.input_conversion.is_some()
        || transformer.output_conversion.is_some()
        || transformer.mapping.is_some()
        || transformer.sample_documents.is_some()
}
