//! A user's own validation rules, from the service's form to the X12 engine's.

use b2bi_local_model::Error;
use b2bi_local_model::types::{
    AdvancedOptions, ElementRequirement, X12AdvancedOptions, X12ElementLengthValidationRule,
    X12SplitBy, X12ValidationOptions, X12ValidationRule,
};
use b2bi_local_x12::{Rule, Rules};

use crate::errors::validation;
use crate::selection::Selection;

/// The rules that options hold, if they fit the set.
///
/// # Errors
///
/// Everything that is wrong with them, in one message.
pub(crate) fn of(
    options: Option<&AdvancedOptions>,
    selection: Selection,
) -> Result<Option<Rules>, Error> {
    let Some(options) = x12(options).and_then(|it| it.validation_options.as_ref()) else {
        return Ok(None);
    };
    validation_rules(options, selection)
        .map(Some)
        .map_err(|problems| {
            validation(format!("Invalid validation rules: {}", problems.join("; ")))
        })
}

/// Whether options hold rules at all.
pub(crate) fn given(options: Option<&AdvancedOptions>) -> bool {
    let validation = x12(options).and_then(|it| it.validation_options.as_ref());
    let rules = validation.and_then(|it| it.validation_rules.as_ref());
    rules.is_some_and(|rules| !rules.is_empty())
}

/// The X12 engine's form of the API's validation rules.
///
/// # Errors
///
/// Everything that is wrong with them.
pub fn validation_rules(
    options: &X12ValidationOptions,
    selection: Selection,
) -> Result<Rules, Vec<String>> {
    let rules = options.validation_rules.as_deref().unwrap_or_default();
    let rules: Vec<Rule> = rules.iter().map(rule).collect();
    Rules::new(selection.version(), selection.set(), &rules)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

/// Whether options ask for a file to be split by transaction.
pub(crate) fn splits(options: Option<&AdvancedOptions>) -> bool {
    x12(options)
        .and_then(|it| it.split_options.as_ref())
        .is_some_and(|it| it.split_by == X12SplitBy::Transaction)
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

/// The model keeps both lengths above zero.
fn length(rule: &X12ElementLengthValidationRule) -> Rule {
    Rule::Length {
        element: rule.element_id.clone(),
        min: u32::try_from(rule.min_length).unwrap_or_default(),
        max: u32::try_from(rule.max_length).unwrap_or_default(),
    }
}
