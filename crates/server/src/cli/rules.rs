//! A file with the validation rules of a transformer.

use std::cell::OnceCell;

use b2bi_local_b2bi::Selection;
use b2bi_local_model::types::X12ValidationOptions;
use b2bi_local_x12::{Reader, Rules};
use serde_json::Value;

use super::envelope::EnvelopeOnly;
use super::error::CommandError;
use super::{input, selection};

/// The member with the rules.
const MEMBER: &str = "validationRules";
/// The members around them in a transformer's advanced options, from outside to inside.
const WRAPPERS: [&str; 3] = ["advancedOptions", "x12", "validationOptions"];

/// Rules that were read, and not yet checked against a transaction set.
#[derive(Debug)]
pub(super) struct RulesFile {
    name: String,
    options: X12ValidationOptions,
}

impl RulesFile {
    /// Reads a file of rules.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or contains something other than rules.
    pub(super) fn read(name: &str) -> Result<Self, CommandError> {
        let text = input::text(name)?;
        let options = options(&text).map_err(|error| CommandError::context(name, error))?;
        Ok(Self {
            name: name.to_owned(),
            options,
        })
    }

    /// The rules for a set: the requested set, or else the first at the start of a file.
    ///
    /// # Errors
    ///
    /// They do not fit the set.
    pub(super) fn rules<'c>(
        &self,
        wanted: Option<Selection>,
        beginning: &[u8],
        cell: &'c OnceCell<Rules>,
    ) -> Result<Option<&'c Rules>, CommandError> {
        let Some(selection) = wanted.or_else(|| first_set(beginning)) else {
            return Ok(None);
        };
        let rules = b2bi_local_b2bi::validation_rules(&self.options, selection)
            .map_err(|problems| format!("{}: {}", self.name, problems.join("; ")))?;
        Ok(Some(cell.get_or_init(|| rules)))
    }
}

fn first_set(beginning: &[u8]) -> Option<Selection> {
    let mut reader = Reader::new(EnvelopeOnly);
    reader.push(beginning);
    let (_, reading) = reader.finish();
    selection::of_contents(&reading.contents)
}

/// The options in a text: the rules alone, an object that contains them, or a transformer's
/// advanced options.
fn options(text: &str) -> Result<X12ValidationOptions, CommandError> {
    let mut value: Value =
        serde_json::from_str(text).map_err(|error| CommandError::context("not JSON", error))?;
    for wrapper in WRAPPERS {
        value = unwrapped(value, wrapper)?;
    }
    if value.is_array() {
        value = Value::from_iter([(MEMBER, value)]);
    }
    check_members(&value)?;
    let options: X12ValidationOptions = serde_json::from_value(value.clone())
        .map_err(|error| format!("no {MEMBER} of the API: {error}; {}", example()))?;
    let known = serde_json::to_value(&options).map_err(CommandError::other)?;
    match unknown_member(&value, &known, "") {
        Some(path) => {
            Err(format!("{path} is not a member of the API's rules; {}", example()).into())
        }
        None => Ok(options),
    }
}

/// The contents of an object that has only this member.
fn unwrapped(value: Value, member: &str) -> Result<Value, CommandError> {
    let Value::Object(mut members) = value else {
        return Ok(value);
    };
    match members.remove(member) {
        None => Ok(Value::Object(members)),
        Some(inner) if members.is_empty() => Ok(inner),
        Some(_) => {
            let others: Vec<&str> = members.keys().map(String::as_str).collect();
            Err(format!("unknown beside {member}: {}", others.join(", ")).into())
        }
    }
}

fn check_members(value: &Value) -> Result<(), CommandError> {
    let Value::Object(members) = value else {
        return Err(format!("the rules are missing; {}", example()).into());
    };
    if let Some(unknown) = members.keys().find(|name| *name != MEMBER) {
        return Err(format!("unknown key {unknown}; {}", example()).into());
    }
    match members
        .get(MEMBER)
        .map(|rules| rules.as_array().map(Vec::len))
    {
        Some(Some(1..)) => Ok(()),
        Some(None) => Err(format!("{MEMBER} must be a list; {}", example()).into()),
        Some(Some(0)) => Err(format!("{MEMBER} is empty; {}", example()).into()),
        None => Err(format!("{MEMBER} is missing; {}", example()).into()),
    }
}

fn example() -> &'static str {
    r#"such a file is {"validationRules": [{"elementRequirementValidationRule": {"elementPosition": "REF-02", "requirement": "MANDATORY"}}]}"#
}

/// The path of the first member that is not among the known ones.
fn unknown_member(value: &Value, known: &Value, path: &str) -> Option<String> {
    match (value, known) {
        (Value::Object(members), Value::Object(known)) => {
            members.iter().find_map(|(name, value)| {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                match known.get(name) {
                    Some(known) => unknown_member(value, known, &path),
                    None if value.is_null() => None,
                    None => Some(path),
                }
            })
        }
        (Value::Array(values), Value::Array(known)) => {
            let pairs = values.iter().zip(known).enumerate();
            pairs.into_iter().find_map(|(at, (value, known))| {
                unknown_member(value, known, &format!("{path}[{at}]"))
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::options;

    const RULE: &str = r#"{"elementRequirementValidationRule": {"elementPosition": "REF-02", "requirement": "MANDATORY"}}"#;

    #[test]
    fn rules_stand_alone_or_in_what_holds_them() {
        for text in [
            format!("[{RULE}]"),
            format!(r#"{{"validationRules": [{RULE}]}}"#),
            format!(r#"{{"validationOptions": {{"validationRules": [{RULE}]}}}}"#),
            format!(r#"{{"x12": {{"validationOptions": {{"validationRules": [{RULE}]}}}}}}"#),
            format!(
                r#"{{"advancedOptions": {{"x12": {{"validationOptions": {{"validationRules": [{RULE}]}}}}}}}}"#
            ),
        ] {
            let rules =
                options(&text).map(|options| options.validation_rules.map(|rules| rules.len()));
            assert_eq!(rules.unwrap(), Some(1), "{text}");
        }
    }

    #[test]
    fn a_file_that_holds_no_rules_is_refused() {
        for (text, expected) in [
            ("", "not JSON"),
            ("{", "not JSON"),
            ("1", "the rules are missing"),
            ("{}", "validationRules is missing"),
            ("[]", "validationRules is empty"),
            (r#"{"validationRules": []}"#, "validationRules is empty"),
            (
                r#"{"validationRules": {}}"#,
                "validationRules must be a list",
            ),
            (r#"{"rules": []}"#, "unknown key rules"),
            (
                r#"{"x12": {}, "edifact": {}}"#,
                "unknown beside x12: edifact",
            ),
            (r#"{"validationRules": [{"lengthRule": {}}]}"#, "lengthRule"),
            (
                r#"[{"elementRequirementValidationRule": {"elementPosition": "REF-02", "requirement": "MANDATORY", "note": 1}}]"#,
                "validationRules[0].elementRequirementValidationRule.note is not a member",
            ),
        ] {
            let error = options(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
