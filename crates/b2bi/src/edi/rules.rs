//! Converts a user's validation rules from the service's format to the X12 engine's.

use b2bi_local_model::Error;
use b2bi_local_model::types::{
    AdvancedOptions, CapabilityConfiguration, CapabilityOptions, ElementRequirement,
    OutboundEdiOptions, S3Location, WrapFormat, WrapOptions, X12AdvancedOptions, X12Delimiters,
    X12ElementLengthValidationRule, X12SplitBy, X12ValidationOptions, X12ValidationRule,
};
use b2bi_local_x12::{Rule, Rules};

use crate::edi::Selection;
use crate::errors::validation;
use crate::location::folder;

/// The rules in the options, if they match the set.
///
/// # Errors
///
/// All problems of the rules, in one message.
pub(crate) fn of(
    options: Option<&AdvancedOptions>,
    selection: Selection,
) -> Result<Option<Rules>, Error> {
    let Some(options) = x12(options).and_then(|x12| x12.validation_options.as_ref()) else {
        return Ok(None);
    };
    validation_rules(options, selection)
        .map(Some)
        .map_err(|problems| {
            validation(format!("Invalid validation rules: {}", problems.join("; ")))
        })
}

/// Whether options contain rules.
pub(crate) fn given(options: Option<&AdvancedOptions>) -> bool {
    let validation = x12(options).and_then(|x12| x12.validation_options.as_ref());
    let rules = validation.and_then(|validation| validation.validation_rules.as_ref());
    rules.is_some_and(|rules| !rules.is_empty())
}

/// The X12 engine's form of the API's validation rules.
///
/// # Errors
///
/// All problems of the rules.
pub fn validation_rules(
    options: &X12ValidationOptions,
    selection: Selection,
) -> Result<Rules, Vec<String>> {
    let rules = options.validation_rules.as_deref().unwrap_or_default();
    let rules: Vec<Rule> = rules.iter().map(rule).collect();
    Rules::new(selection.version(), selection.set(), &rules)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

/// Refuses a capability whose outputs would become its inputs.
///
/// Source: documented; the texts, and that the same folder counts, are Assumption A-80.
pub(crate) fn check_folders(configuration: &CapabilityConfiguration) -> Result<(), Error> {
    let CapabilityConfiguration::Edi(edi) = configuration;
    let (input, output) = (&edi.input_location, &edi.output_location);
    let key = |location: &S3Location| folder(location.key.as_deref().unwrap_or_default());
    let (input_key, output_key) = (key(input), key(output));
    if input.bucket_name.is_some()
        && input.bucket_name == output.bucket_name
        && output_key.starts_with(&input_key)
    {
        return Err(validation(format!(
            "The output location '{output_key}' must not be within the input location '{input_key}'"
        )));
    }
    Ok(())
}

/// Refuses an envelope whose delimiters or line breaks contradict each other.
///
/// Source: documented; the texts are Assumption A-81.
pub(crate) fn check_envelope(options: Option<&CapabilityOptions>) -> Result<(), Error> {
    let Some(OutboundEdiOptions::X12(envelope)) =
        options.and_then(|options| options.outbound_edi.as_ref())
    else {
        return Ok(());
    };
    let delimiters = envelope
        .common
        .as_ref()
        .and_then(|common| common.delimiters.as_ref());
    if let Some(delimiters) = delimiters {
        check_delimiters(delimiters)?;
    }
    envelope.wrap_options.as_ref().map_or(Ok(()), check_wrap)
}

fn check_delimiters(delimiters: &X12Delimiters) -> Result<(), Error> {
    let all = [
        delimiters.component_separator.as_deref(),
        delimiters.data_element_separator.as_deref(),
        delimiters.segment_terminator.as_deref(),
    ];
    let [component, element, terminator] = all;
    if all.iter().any(Option::is_some) && all.iter().any(Option::is_none) {
        return Err(validation("Either all delimiters must be given or none"));
    }
    if component.is_some()
        && (component == element || element == terminator || component == terminator)
    {
        return Err(validation("Delimiters must differ from each other"));
    }
    Ok(())
}

fn check_wrap(options: &WrapOptions) -> Result<(), Error> {
    let (terminator, length) = (options.line_terminator, options.line_length);
    match options.wrap_by {
        WrapFormat::OneLine if terminator.is_some() || length.is_some() => Err(validation(
            "wrapBy ONE_LINE takes neither lineTerminator nor lineLength",
        )),
        WrapFormat::LineLength if length.is_none() => {
            Err(validation("wrapBy LINE_LENGTH needs lineLength"))
        }
        _ => Ok(()),
    }
}

/// Whether options request splitting by transaction.
pub(crate) fn splits(options: Option<&AdvancedOptions>) -> bool {
    x12(options)
        .and_then(|x12| x12.split_options.as_ref())
        .is_some_and(|x12| x12.split_by == X12SplitBy::Transaction)
}

fn x12(options: Option<&AdvancedOptions>) -> Option<&X12AdvancedOptions> {
    options?.x12.as_ref()
}

fn rule(rule: &X12ValidationRule) -> Rule {
    match rule {
        X12ValidationRule::ElementLengthValidationRule(rule) => length(rule),
        X12ValidationRule::CodeListValidationRule(rule) => Rule::Codes {
            element: rule.element_id.clone(),
            add: rule.codes_to_add.clone().unwrap_or_default(),
            remove: rule.codes_to_remove.clone().unwrap_or_default(),
        },
        X12ValidationRule::ElementRequirementValidationRule(rule) => Rule::Requirement {
            position: rule.element_position.clone(),
            mandatory: rule.requirement == ElementRequirement::Mandatory,
        },
    }
}

/// The model requires both lengths to be above zero.
fn length(rule: &X12ElementLengthValidationRule) -> Rule {
    Rule::Length {
        element: rule.element_id.clone(),
        min: u32::try_from(rule.min_length).unwrap_or_default(),
        max: u32::try_from(rule.max_length).unwrap_or_default(),
    }
}
