//! Parameters of Systems Manager.

use std::sync::Arc;

use b2bi_local_b2bi::{Clock, Scope};
use b2bi_local_persistence::WriteError;
use fancy_regex::Regex;
use serde::{Deserialize, Serialize};

use crate::context::Tags;
use crate::documents::Documents;

/// The collection of parameters, by name.
const PARAMETERS: &str = "ssm-parameters";
/// The maximum number of parameters of an account and region.
const MOST: usize = 10_000;
/// The maximum length of a value in the standard tier, and in the advanced tier.
const LONGEST: (usize, usize) = (4096, 8192);

/// A parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parameter {
    /// The name; one with slashes begins with one.
    pub name: String,
    /// `String`, `StringList` or `SecureString`.
    pub kind: String,
    /// The value, in the clear.
    pub value: String,
    /// Counts the values, from 1.
    pub version: i64,
    /// When it was last changed, in milliseconds since 1970.
    pub modified: i64,
    /// Its description.
    pub description: Option<String>,
    /// A regular expression that values have to match.
    pub allowed_pattern: Option<String>,
    /// `Standard`, `Advanced` or `Intelligent-Tiering`.
    pub tier: String,
    /// `text` or `aws:ec2:image`.
    pub data_type: String,
    /// The key of a `SecureString`; nothing is encrypted.
    pub key_id: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// A new value of a parameter.
#[derive(Clone, Debug, Default)]
pub struct NewValue {
    /// The name.
    pub name: String,
    /// The type; needed for a new parameter.
    pub kind: Option<String>,
    /// The value.
    pub value: String,
    /// Whether the parameter may already exist.
    pub overwrite: bool,
    /// Its description.
    pub description: Option<String>,
    /// A regular expression that the value has to match.
    pub allowed_pattern: Option<String>,
    /// The tier.
    pub tier: Option<String>,
    /// The data type.
    pub data_type: Option<String>,
    /// The key of a `SecureString`.
    pub key_id: Option<String>,
    /// Tags of a new parameter.
    pub tags: Tags,
}

/// The parameters of all accounts and regions.
pub struct Parameters {
    documents: Documents,
    clock: Arc<dyn Clock>,
}

impl Parameters {
    /// Parameters that are stored among these documents.
    #[must_use]
    pub fn new(documents: Documents, clock: Arc<dyn Clock>) -> Self {
        Self { documents, clock }
    }

    /// The parameter of this name.
    #[must_use]
    pub fn get(&self, scope: &Scope, name: &str) -> Option<Parameter> {
        Parameter::deserialize(&*self.documents.get(scope, PARAMETERS, name)?).ok()
    }

    /// All parameters, in the order of their names.
    #[must_use]
    pub fn list(&self, scope: &Scope) -> Vec<Parameter> {
        let all = self.documents.list(scope, PARAMETERS);
        let parameters = all.iter();
        parameters
            .filter_map(|(_, document)| Parameter::deserialize(&**document).ok())
            .collect()
    }

    /// Makes a parameter, or gives one another value.
    ///
    /// # Errors
    ///
    /// The name, the type or the value is invalid, or the parameter exists and must not be
    /// overwritten.
    pub async fn put(&self, scope: &Scope, new: NewValue) -> Result<Parameter, ParameterError> {
        check_name(&new.name)?;
        let now = self.clock.now().as_millis();
        let changed = self.documents.change(scope, |documents| {
            let present = documents.get(PARAMETERS, &new.name);
            let present = present.and_then(|document| Parameter::deserialize(&*document).ok());
            if present.is_some() && !new.overwrite {
                return Err(ParameterError::AlreadyExists);
            }
            if present.is_none() && documents.count(PARAMETERS) >= MOST {
                return Err(ParameterError::LimitExceeded);
            }
            let parameter = changed(present, new, now)?;
            put(documents, &parameter)?;
            Ok(parameter)
        });
        changed.await
    }

    /// Changes the tags of a parameter.
    ///
    /// # Errors
    ///
    /// The parameter does not exist.
    pub async fn retag(
        &self,
        scope: &Scope,
        name: &str,
        change: impl FnOnce(&mut Tags),
    ) -> Result<(), ParameterError> {
        let changed = self.documents.change(scope, |documents| {
            let present = documents.get(PARAMETERS, name);
            let present = present.and_then(|document| Parameter::deserialize(&*document).ok());
            let mut parameter = present.ok_or(ParameterError::NotFound)?;
            change(&mut parameter.tags);
            put(documents, &parameter)
        });
        changed.await
    }

    /// Removes a parameter.
    ///
    /// # Errors
    ///
    /// The parameter does not exist.
    pub async fn delete(&self, scope: &Scope, name: &str) -> Result<(), ParameterError> {
        let removed = self.documents.change(scope, |documents| {
            let removed = documents.remove(PARAMETERS, name);
            removed.map(drop).ok_or(ParameterError::NotFound)
        });
        removed.await
    }
}

fn put(
    documents: &mut crate::documents::Change<'_>,
    parameter: &Parameter,
) -> Result<(), ParameterError> {
    let document = serde_json::to_value(parameter);
    let document = document.map_err(|error| ParameterError::Invalid(error.to_string()))?;
    documents.put(PARAMETERS, &parameter.name, document);
    Ok(())
}

fn changed(
    present: Option<Parameter>,
    new: NewValue,
    now: i64,
) -> Result<Parameter, ParameterError> {
    let kind = new
        .kind
        .or_else(|| present.as_ref().map(|present| present.kind.clone()));
    let kind =
        kind.ok_or_else(|| invalid("A parameter type is required when you create a parameter."))?;
    if !["String", "StringList", "SecureString"].contains(&kind.as_str()) {
        return Err(ParameterError::UnsupportedType(kind));
    }
    if let Some(present) = present.as_ref().filter(|present| present.kind != kind) {
        let was = &present.kind;
        return Err(invalid(format!(
            "The parameter is a {was} and cannot become a {kind}"
        )));
    }
    let kept = |new: Option<String>, of: fn(&Parameter) -> Option<String>| {
        new.or_else(|| present.as_ref().and_then(of))
    };
    let tier = kept(new.tier, |parameter| Some(parameter.tier.clone()))
        .unwrap_or_else(|| "Standard".to_owned());
    check_value(&new.value, &tier)?;
    let allowed_pattern = kept(new.allowed_pattern, |parameter| {
        parameter.allowed_pattern.clone()
    });
    check_pattern(&new.value, allowed_pattern.as_deref())?;
    Ok(Parameter {
        description: kept(new.description, |parameter| parameter.description.clone()),
        data_type: kept(new.data_type, |parameter| Some(parameter.data_type.clone()))
            .unwrap_or_else(|| "text".to_owned()),
        key_id: kept(new.key_id, |parameter| parameter.key_id.clone())
            .or_else(|| (kind == "SecureString").then(|| "alias/aws/ssm".to_owned())),
        version: present
            .as_ref()
            .map_or(1, |present| present.version.saturating_add(1)),
        tags: present
            .as_ref()
            .map_or(new.tags, |present| present.tags.clone()),
        name: new.name,
        value: new.value,
        modified: now,
        allowed_pattern,
        kind,
        tier,
    })
}

fn check_name(name: &str) -> Result<(), ParameterError> {
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || "_.-/".contains(letter);
    if name.is_empty() || name.len() > 2048 || !name.chars().all(is_allowed) {
        return Err(invalid(
            "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can \
             consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, \
             numbers and the following 3 symbols .-_",
        ));
    }
    if name.contains('/') && !name.starts_with('/') {
        return Err(invalid("Parameter name must be a fully qualified name."));
    }
    let first = name
        .trim_start_matches('/')
        .split('/')
        .next()
        .unwrap_or_default();
    let lower = first.to_ascii_lowercase();
    if name.ends_with('/') || name.contains("//") {
        return Err(invalid(
            "Parameter name must not have empty parts between slashes.",
        ));
    }
    if lower.starts_with("aws") || lower.starts_with("ssm") {
        let message = format!("No access to reserved parameter name: {name}.");
        return Err(if lower.starts_with("aws") {
            ParameterError::AccessDenied(message)
        } else {
            invalid(message)
        });
    }
    match name.matches('/').count() {
        levels if levels > 15 => Err(ParameterError::TooDeep),
        _ => Ok(()),
    }
}

fn check_value(value: &str, tier: &str) -> Result<(), ParameterError> {
    if value.is_empty() {
        return Err(invalid(
            "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have \
             length greater than or equal to 1",
        ));
    }
    let (standard, advanced) = LONGEST;
    let longest = if tier == "Standard" {
        standard
    } else {
        advanced
    };
    if value.len() > longest {
        return Err(invalid(format!(
            "The value has {} characters: the {tier} tier supports at most {longest}",
            value.len()
        )));
    }
    Ok(())
}

fn check_pattern(value: &str, pattern: Option<&str>) -> Result<(), ParameterError> {
    let Some(pattern) = pattern.filter(|pattern| !pattern.is_empty()) else {
        return Ok(());
    };
    let compiled = Regex::new(pattern);
    let compiled = compiled.map_err(|error| ParameterError::InvalidPattern(Box::new(error)))?;
    if compiled.is_match(value).unwrap_or(false) {
        return Ok(());
    }
    Err(ParameterError::PatternMismatch(pattern.to_owned()))
}

fn invalid(message: impl Into<String>) -> ParameterError {
    ParameterError::Invalid(message.into())
}

/// Why a parameter cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum ParameterError {
    /// There is such a parameter.
    #[error(
        "The parameter already exists. To overwrite this value, set the overwrite option in the \
         request to true."
    )]
    AlreadyExists,
    /// The parameter does not exist.
    #[error("")]
    NotFound,
    /// The name is AWS's.
    #[error("{0}")]
    AccessDenied(String),
    /// The name has too many levels.
    #[error("A hierarchy can have a maximum of 15 levels.")]
    TooDeep,
    /// There are too many parameters.
    #[error("There can be at most {MOST} parameters.")]
    LimitExceeded,
    /// The type does not exist.
    #[error("{0} is not a type of parameter: String, StringList, SecureString")]
    UnsupportedType(String),
    /// The pattern is not a regular expression.
    #[error("AllowedPattern: {0}")]
    InvalidPattern(#[source] Box<fancy_regex::Error>),
    /// The value does not match this pattern.
    #[error("Parameter value, cannot be validated against allowedPattern: {0}")]
    PatternMismatch(String),
    /// The name, the type or the value is not acceptable.
    #[error("{0}")]
    Invalid(String),
    /// The disk.
    #[error("the change cannot be kept: {0}")]
    Disk(#[from] WriteError),
}
