//! Dynamic references: `{{resolve:ssm:name}}` in texts of properties.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::error::TemplateError;

const START: &str = "{{resolve:";

/// A parameter of Systems Manager that a text refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SsmReference {
    /// The name of the parameter.
    pub name: String,
    /// Its version; `None` for the latest.
    pub version: Option<String>,
}

/// The parameters that texts of a value refer to.
///
/// # Errors
///
/// A reference is malformed, or of a service that is not here.
pub fn ssm_references(value: &Value) -> Result<BTreeSet<SsmReference>, TemplateError> {
    let mut found = BTreeSet::new();
    collect(value, &mut found)?;
    Ok(found)
}

fn collect(value: &Value, found: &mut BTreeSet<SsmReference>) -> Result<(), TemplateError> {
    match value {
        Value::String(text) => {
            for (_, inner, _) in references(text) {
                found.insert(reference(inner)?);
            }
            Ok(())
        }
        Value::Array(items) => items.iter().try_for_each(|item| collect(item, found)),
        Value::Object(members) => members
            .values()
            .try_for_each(|member| collect(member, found)),
        _ => Ok(()),
    }
}

/// The references in a text: the text before each, its contents, and the text after.
fn references(text: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (before, after) = rest.split_once(START)?;
        let (inner, following) = after.split_once("}}")?;
        rest = following;
        Some((before, inner, following))
    })
}

fn reference(inner: &str) -> Result<SsmReference, TemplateError> {
    let mut parts = inner.split(':');
    let error = |reason: &str| {
        let message = format!("Dynamic reference {{{{resolve:{inner}}}}} {reason}");
        TemplateError::new(message)
    };
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("ssm"), Some(name), version, None) if !name.is_empty() => Ok(SsmReference {
            name: name.to_owned(),
            version: version.map(str::to_owned),
        }),
        (Some("ssm"), ..) => Err(error(
            "is malformed; write {{resolve:ssm:name}} or {{resolve:ssm:name:version}}",
        )),
        (Some(service @ ("ssm-secure" | "secretsmanager")), ..) => Err(error(&format!(
            "is not supported: there is no {service} here"
        ))),
        _ => Err(error("names a service that does not exist")),
    }
}

/// Puts the values of parameters where texts refer to them.
pub fn replace_dynamic_references(value: &mut Value, values: &BTreeMap<SsmReference, String>) {
    match value {
        Value::String(text) if text.contains(START) => *text = replaced(text, values),
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| replace_dynamic_references(item, values)),
        Value::Object(members) => {
            members
                .values_mut()
                .for_each(|member| replace_dynamic_references(member, values));
        }
        _ => {}
    }
}

fn replaced(text: &str, values: &BTreeMap<SsmReference, String>) -> String {
    let mut written = String::new();
    let mut rest = text;
    for (before, inner, following) in references(text) {
        written.push_str(before);
        match reference(inner)
            .ok()
            .and_then(|reference| values.get(&reference))
        {
            Some(value) => written.push_str(value),
            None => written.extend([START, inner, "}}"]),
        }
        rest = following;
    }
    written.push_str(rest);
    written
}
