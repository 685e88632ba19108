//! The functions of the template language, one file each.

mod and;
mod base64;
mod cidr;
mod condition;
mod equals;
mod find_in_map;
mod get_att;
mod get_azs;
mod import_value;
mod join;
mod length;
mod not;
mod or;
mod reference;
mod select;
mod split;
mod sub;
mod to_json_string;
mod when;

pub(crate) use self::get_att::target as get_att_target;
pub(crate) use self::sub::{Part, parts as sub_parts};

use serde_json::Value;

use crate::error::{Position, TemplateError};
use crate::evaluate::Evaluator;
use crate::node::Node;

/// Evaluates a call; `None` means `AWS::NoValue`.
pub(crate) type Function = fn(&Evaluator<'_>, &Node) -> Result<Option<Value>, TemplateError>;

/// Where a function may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It gives a value.
    Value,
    /// It gives true or false, in conditions only.
    Condition,
    /// It needs the transform `AWS::LanguageExtensions`.
    Extension,
}

const FUNCTIONS: &[(&str, Kind, Function)] = &[
    ("Ref", Kind::Value, reference::evaluate),
    ("Condition", Kind::Condition, condition::evaluate),
    ("Fn::And", Kind::Condition, and::evaluate),
    ("Fn::Base64", Kind::Value, base64::evaluate),
    ("Fn::Cidr", Kind::Value, cidr::evaluate),
    ("Fn::Equals", Kind::Condition, equals::evaluate),
    ("Fn::FindInMap", Kind::Value, find_in_map::evaluate),
    ("Fn::GetAZs", Kind::Value, get_azs::evaluate),
    ("Fn::GetAtt", Kind::Value, get_att::evaluate),
    ("Fn::If", Kind::Value, when::evaluate),
    ("Fn::ImportValue", Kind::Value, import_value::evaluate),
    ("Fn::Join", Kind::Value, join::evaluate),
    ("Fn::Length", Kind::Extension, length::evaluate),
    ("Fn::Not", Kind::Condition, not::evaluate),
    ("Fn::Or", Kind::Condition, or::evaluate),
    ("Fn::Select", Kind::Value, select::evaluate),
    ("Fn::Split", Kind::Value, split::evaluate),
    ("Fn::Sub", Kind::Value, sub::evaluate),
    (
        "Fn::ToJsonString",
        Kind::Extension,
        to_json_string::evaluate,
    ),
];

/// Functions of AWS that are refused by name, with the reason.
const REFUSED: &[(&str, &str)] = &[(
    "Fn::Transform",
    "it must be a member of an object of the template",
)];

/// Whether a tag of this name is read. Whether it may be used is checked later.
pub(crate) fn is_known(name: &str) -> bool {
    find(name).is_some()
        || REFUSED.iter().any(|(refused, _)| *refused == name)
        || name.starts_with("Fn::ForEach")
}

fn find(name: &str) -> Option<(Kind, Function)> {
    let found = FUNCTIONS.iter().find(|(known, ..)| *known == name);
    found.map(|(_, kind, function)| (*kind, *function))
}

/// The function of this name.
///
/// # Errors
///
/// The function does not exist, or it is refused.
pub(crate) fn named(name: &str, position: Position) -> Result<(Kind, Function), TemplateError> {
    if let Some(found) = find(name) {
        return Ok(found);
    }
    let refused = REFUSED.iter().find(|(refused, _)| *refused == name);
    Err(match refused {
        Some((_, reason)) => {
            TemplateError::function(position, format!("{name} is not supported: {reason}"))
        }
        None => TemplateError::format(position, format!("{name} is not a function of templates")),
    })
}
