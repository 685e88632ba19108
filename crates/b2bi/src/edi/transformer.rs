//! A transformer's conversion of files.

use b2bi_local_model::Error;
use b2bi_local_model::types::{
    AdvancedOptions, EdiType, FileFormat, FormatOptions, GetTransformerResponse,
    MappingTemplateLanguage, X12Details,
};

use super::{Conversion, Mapping};
use crate::errors::validation;

/// Refuses to activate a transformer without a transaction set and version.
///
/// Source: Assumption A-17.
pub(crate) fn check_complete(transformer: &GetTransformerResponse) -> Result<(), Error> {
    let complete = |x12_details: &X12Details| {
        x12_details.transaction_set.is_some() && x12_details.version.is_some()
    };
    if x12_details(transformer).is_some_and(complete) {
        return Ok(());
    }
    Err(validation(
        "A transformer cannot be active before inputConversion, outputConversion or ediType names \
         its X12 transactionSet and version",
    ))
}

/// The conversion of an inbound transformer.
///
/// # Errors
///
/// It is for outbound files, or has no set and version.
pub(crate) fn inbound(transformer: &GetTransformerResponse) -> Result<Conversion, Error> {
    if transformer.output_conversion.is_some() {
        return Err(validation(format!(
            "Transformer {} is for outbound files; a transformer job takes X12 files in",
            transformer.transformer_id
        )));
    }
    conversion(transformer)
}

/// The conversion of an outbound transformer.
///
/// # Errors
///
/// It is for inbound files, or has no set and version.
pub(crate) fn outbound(transformer: &GetTransformerResponse) -> Result<Conversion, Error> {
    if transformer.input_conversion.is_some() {
        return Err(validation(format!(
            "Transformer {} is for inbound files; the capability is for outbound files",
            transformer.transformer_id
        )));
    }
    conversion(transformer)
}

fn conversion(transformer: &GetTransformerResponse) -> Result<Conversion, Error> {
    check_complete(transformer)?;
    let details = x12_details(transformer).ok_or_else(|| validation("No X12 details"))?;
    let options = advanced_options(transformer);
    let mut conversion = Conversion::new(details, output_format(transformer), options)?;
    conversion.mapping = mapping(transformer);
    Ok(conversion)
}

/// Source: with a mapping the template's language decides the format; without one Assumption A-19.
fn output_format(transformer: &GetTransformerResponse) -> FileFormat {
    let language = transformer
        .mapping
        .as_ref()
        .map(|mapping| mapping.template_language);
    match (language, transformer.file_format) {
        (Some(MappingTemplateLanguage::Xslt), _) | (None, Some(FileFormat::Xml)) => FileFormat::Xml,
        _ => FileFormat::Json,
    }
}

/// The template, unless it is blank; a legacy one is in the language of its format.
fn mapping(transformer: &GetTransformerResponse) -> Option<Mapping> {
    let new = transformer.mapping.as_ref().and_then(|mapping| {
        let template = mapping.template.clone()?;
        Some((mapping.template_language, template, false))
    });
    let legacy = || {
        let language = match output_format(transformer) {
            FileFormat::Xml => MappingTemplateLanguage::Xslt,
            FileFormat::Json | FileFormat::NotUsed => MappingTemplateLanguage::Jsonata,
        };
        Some((language, transformer.mapping_template.clone()?, true))
    };
    let (language, template, is_legacy) = new.or_else(legacy)?;
    (!template.trim().is_empty()).then_some(Mapping {
        language,
        template,
        is_legacy,
    })
}

/// The set and version of a transformer.
pub(crate) fn x12_details(transformer: &GetTransformerResponse) -> Option<&X12Details> {
    let input = transformer
        .input_conversion
        .as_ref()
        .map(|input_conversion| input_conversion.format_options.as_ref());
    let output = transformer
        .output_conversion
        .as_ref()
        .map(|output_conversion| output_conversion.format_options.as_ref());
    match (input.or(output).flatten(), &transformer.edi_type) {
        (Some(FormatOptions::X12(details)), _) | (None, Some(EdiType::X12Details(details))) => {
            Some(details)
        }
        (None, None) => None,
    }
}

pub(crate) fn advanced_options(transformer: &GetTransformerResponse) -> Option<&AdvancedOptions> {
    let input = transformer.input_conversion.as_ref();
    let output = transformer.output_conversion.as_ref();
    input
        .and_then(|input| input.advanced_options.as_ref())
        .or(output.and_then(|output| output.advanced_options.as_ref()))
}
