//! Parameters: how they are declared, and which values they take.

use std::collections::BTreeMap;

use fancy_regex::{Regex, RegexBuilder};
use serde_json::Value;

use crate::error::{Position, TemplateError};
use crate::node::{Member, Node, scalar_text};

/// A parameter of a template.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterDeclaration {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: ParameterType,
    /// Its type as written.
    pub type_name: String,
    /// Its default value.
    pub default: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// Whether its value is not shown.
    pub no_echo: bool,
    /// The allowed values; empty if any is allowed.
    pub allowed_values: Vec<String>,
    allowed_pattern: Option<String>,
    constraint_description: Option<String>,
    length: (Option<f64>, Option<f64>),
    value: (Option<f64>, Option<f64>),
    position: Position,
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterType {
    /// A text.
    Text,
    /// A number, as text.
    Number,
    /// Texts with commas between them.
    TextList,
    /// Numbers with commas between them.
    NumberList,
    /// The name of a Systems Manager parameter, whose value is used.
    Ssm {
        /// Whether the value is a list.
        is_list: bool,
    },
    /// The name of a parameter of Systems Manager, which is used itself.
    SsmName,
}

/// The maximum number of bytes of a value. Source: quotas of CloudFormation.
const LONGEST_VALUE: usize = 4096;

/// How often the match of a pattern may try another way before the pattern is refused.
const MOST_BACKTRACKING: usize = 100_000;

const MEMBERS: &[&str] = &[
    "AllowedPattern",
    "AllowedValues",
    "ConstraintDescription",
    "Default",
    "Description",
    "MaxLength",
    "MaxValue",
    "MinLength",
    "MinValue",
    "NoEcho",
    "Type",
];

fn kind(name: &str) -> Option<ParameterType> {
    let inner = |prefix: &str| name.strip_prefix(prefix)?.strip_suffix('>');
    let is_resource =
        |name: &str| name.starts_with("AWS::EC2::") || name.starts_with("AWS::Route53::");
    if let Some(inner) = inner("AWS::SSM::Parameter::Value<") {
        let is_list = inner == "CommaDelimitedList" || inner.starts_with("List<");
        return Some(ParameterType::Ssm { is_list });
    }
    Some(match name {
        "String" => ParameterType::Text,
        "Number" => ParameterType::Number,
        "CommaDelimitedList" | "List<String>" => ParameterType::TextList,
        "List<Number>" => ParameterType::NumberList,
        "AWS::SSM::Parameter::Name" => ParameterType::SsmName,
        _ if is_resource(name) => ParameterType::Text,
        _ if inner("List<").is_some_and(is_resource) => ParameterType::TextList,
        _ => return None,
    })
}

pub(crate) fn declaration(member: &Member) -> Result<ParameterDeclaration, TemplateError> {
    let Member {
        name,
        position,
        value,
    } = member;
    let error = |message: String| TemplateError::format(*position, message);
    check_form(member)?;
    let Some(type_name) = value.get("Type").and_then(Node::as_text) else {
        return Err(error(
            "Every Parameters object must contain a Type member.".to_owned(),
        ));
    };
    let kind = kind(type_name)
        .ok_or_else(|| error(format!("Unrecognized parameter type: {type_name}")))?;
    let scalar = |key: &str| {
        value
            .get(key)
            .and_then(|node| scalar_text(&node.to_value()))
    };
    let number = |key: &str| scalar(key).and_then(|text| text.parse().ok());
    let default = match value.get("Default") {
        None => None,
        Some(_) => Some(
            scalar("Default")
                .ok_or_else(|| error("Every Default member must be a string.".to_owned()))?,
        ),
    };
    let allowed = value
        .get("AllowedValues")
        .and_then(Node::as_list)
        .unwrap_or_default();
    Ok(ParameterDeclaration {
        name: name.clone(),
        kind,
        type_name: type_name.to_owned(),
        default,
        description: scalar("Description"),
        no_echo: scalar("NoEcho").is_some_and(|text| text.eq_ignore_ascii_case("true")),
        allowed_values: allowed
            .iter()
            .filter_map(|node| scalar_text(&node.to_value()))
            .collect(),
        allowed_pattern: scalar("AllowedPattern"),
        constraint_description: scalar("ConstraintDescription"),
        length: (number("MinLength"), number("MaxLength")),
        value: (number("MinValue"), number("MaxValue")),
        position: *position,
    })
}

/// Refuses names and properties that no parameter has.
fn check_form(member: &Member) -> Result<(), TemplateError> {
    let name = &member.name;
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
        let message = format!("Parameter name {name} is non alphanumeric.");
        return Err(TemplateError::format(member.position, message));
    }
    let members = member.value.as_object().unwrap_or_default();
    let mut members = members.iter();
    match members.find(|member| !MEMBERS.contains(&member.name.as_str())) {
        Some(unknown) => {
            let message = format!("Invalid template parameter property '{}'", unknown.name);
            Err(TemplateError::at(unknown.position, message))
        }
        None => Ok(()),
    }
}

/// The names of Systems Manager parameters whose values are needed.
#[must_use]
pub fn ssm_names(
    declarations: &[ParameterDeclaration],
    given: &BTreeMap<String, String>,
) -> Vec<String> {
    let is_ssm =
        |declaration: &&ParameterDeclaration| matches!(declaration.kind, ParameterType::Ssm { .. });
    let used = |declaration: &ParameterDeclaration| {
        given
            .get(&declaration.name)
            .or(declaration.default.as_ref())
            .cloned()
    };
    declarations
        .iter()
        .filter(is_ssm)
        .filter_map(used)
        .collect()
}

/// The values of parameters, as `Ref` returns them: the given ones, otherwise the defaults.
///
/// `ssm` has the values of parameters of Systems Manager by name.
///
/// # Errors
///
/// One is missing, is not declared, or breaks a constraint.
pub fn parameters(
    declarations: &[ParameterDeclaration],
    given: &BTreeMap<String, String>,
    ssm: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, Value>, TemplateError> {
    let is_declared = |name: &str| {
        declarations
            .iter()
            .any(|declaration| declaration.name == name)
    };
    let unknown: Vec<_> = given
        .keys()
        .filter(|name| !is_declared(name))
        .map(String::as_str)
        .collect();
    if !unknown.is_empty() {
        let message = format!(
            "Parameters: [{}] do not exist in the template",
            unknown.join(", ")
        );
        return Err(TemplateError::new(message));
    }
    let has_none = |declaration: &&ParameterDeclaration| {
        declaration.default.is_none() && !given.contains_key(&declaration.name)
    };
    let missing: Vec<_> = declarations
        .iter()
        .filter(has_none)
        .map(|declaration| declaration.name.as_str())
        .collect();
    if !missing.is_empty() {
        let message = format!("Parameters: [{}] must have values", missing.join(", "));
        return Err(TemplateError::new(message));
    }
    let mut values = BTreeMap::new();
    for declaration in declarations {
        let given = given
            .get(&declaration.name)
            .or(declaration.default.as_ref());
        let given = given.map(String::as_str).unwrap_or_default();
        values.insert(declaration.name.clone(), declaration.evaluated(given, ssm)?);
    }
    Ok(values)
}

impl ParameterDeclaration {
    fn evaluated(
        &self,
        given: &str,
        ssm: &BTreeMap<String, String>,
    ) -> Result<Value, TemplateError> {
        self.check(given)?;
        Ok(match self.kind {
            ParameterType::TextList | ParameterType::NumberList => list(given),
            ParameterType::Ssm { is_list } => {
                let Some(value) = ssm.get(given) else {
                    let message = format!(
                        "Unable to fetch parameters [{given}] from parameter store for this account."
                    );
                    return Err(TemplateError::new(message));
                };
                if is_list {
                    list(value)
                } else {
                    Value::from(value.as_str())
                }
            }
            _ => Value::from(given),
        })
    }

    fn check(&self, given: &str) -> Result<(), TemplateError> {
        let broken = if given.len() > LONGEST_VALUE {
            Some(format!("must contain at most {LONGEST_VALUE} bytes"))
        } else {
            let pattern = self.pattern()?;
            let items: Vec<&str> = match self.kind {
                ParameterType::TextList | ParameterType::NumberList => {
                    given.split(',').map(str::trim).collect()
                }
                _ => vec![given],
            };
            let mut broken = items
                .into_iter()
                .map(|item| self.broken(item, pattern.as_ref()));
            broken.find_map(Result::transpose).transpose()?
        };
        let Some(broken) = broken else { return Ok(()) };
        let name = &self.name;
        Err(TemplateError::new(match &self.constraint_description {
            Some(description) => {
                format!("Parameter {name} failed to satisfy constraint: {description}")
            }
            None => format!("Parameter '{name}' {broken}"),
        }))
    }

    /// The constraint that a value breaks.
    fn broken(
        &self,
        value: &str,
        pattern: Option<&Regex>,
    ) -> Result<Option<String>, TemplateError> {
        if !self.allowed_values.is_empty()
            && !self.allowed_values.iter().any(|allowed| allowed == value)
        {
            return Ok(Some("must be one of AllowedValues".to_owned()));
        }
        if matches!(self.kind, ParameterType::Number | ParameterType::NumberList) {
            return Ok(self.broken_number(value));
        }
        if let Some(pattern) = pattern
            && !pattern
                .is_match(value)
                .map_err(|error| self.unusable(&error))?
        {
            let pattern = self.allowed_pattern.as_deref().unwrap_or_default();
            return Ok(Some(format!("must match pattern {pattern}")));
        }
        #[allow(
            clippy::cast_precision_loss,
            reason = "values are at most 4096 bytes long"
        )]
        let length = value.chars().count() as f64;
        Ok(match self.length {
            (Some(least), _) if length < least => {
                Some(format!("must contain at least {least} characters"))
            }
            (_, Some(most)) if length > most => {
                Some(format!("must contain at most {most} characters"))
            }
            _ => None,
        })
    }

    fn broken_number(&self, value: &str) -> Option<String> {
        let Ok(number) = value.trim().parse::<f64>() else {
            return Some("must be a number".to_owned());
        };
        match self.value {
            (Some(least), _) if number < least => {
                Some(format!("must be a number not less than {least}"))
            }
            (_, Some(most)) if number > most => {
                Some(format!("must be a number not greater than {most}"))
            }
            _ => None,
        }
    }

    /// The pattern that a whole value must match.
    fn pattern(&self) -> Result<Option<Regex>, TemplateError> {
        let Some(pattern) = &self.allowed_pattern else {
            return Ok(None);
        };
        let mut whole = RegexBuilder::new(&format!("^(?:{pattern})$"));
        let whole = whole.backtrack_limit(MOST_BACKTRACKING).build();
        whole.map(Some).map_err(|error| self.unusable(&error))
    }

    fn unusable(&self, error: &fancy_regex::Error) -> TemplateError {
        let name = &self.name;
        let message = format!("the AllowedPattern of parameter {name} cannot be used: {error}");
        TemplateError::format(self.position, message)
    }
}

fn list(text: &str) -> Value {
    if text.is_empty() {
        return Value::Array(Vec::new());
    }
    text.split(',')
        .map(|item| Value::from(item.trim()))
        .collect()
}
