//! `Fn::Sub`: a text with variables.

use serde_json::{Value, json};

use crate::error::{Position, TemplateError};
use crate::evaluate::{Evaluator, is_symbolic};
use crate::node::{Node, scalar_text};

const SHAPE: &str = "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify \
                     a string as first argument, and an optional second argument to specify a mapping \
                     of values to replace in the string";

/// A part of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    /// Literal text.
    Text(&'a str),
    /// The name of a variable.
    Variable(&'a str),
}

/// The parts of the text of a call; `${!name}` is the text `${name}`.
pub(crate) fn parts(text: &str, position: Position) -> Result<Vec<Part<'_>>, TemplateError> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((inner, following)) = after.split_once('}') else {
            break;
        };
        parts.push(Part::Text(before));
        if let Some(literal) = inner.strip_prefix('!') {
            parts.extend([Part::Text("${"), Part::Text(literal), Part::Text("}")]);
        } else {
            parts.push(Part::Variable(variable(inner.trim(), position)?));
        }
        rest = following;
    }
    parts.push(Part::Text(rest));
    Ok(parts)
}

fn variable(name: &str, position: Position) -> Result<&str, TemplateError> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':');
    if !name.is_empty() && name.chars().all(is_allowed) {
        return Ok(name);
    }
    let message = "variable names in Fn::Sub syntax must contain only alphanumeric characters, \
                   underscores, periods, and colons";
    Err(TemplateError::function(position, message))
}

pub(super) fn evaluate(
    evaluator: &Evaluator<'_>,
    argument: &Node,
) -> Result<Option<Value>, TemplateError> {
    let malformed = || TemplateError::function(argument.position, SHAPE);
    let (text, variables) = match argument.as_list() {
        Some([text, variables]) if variables.as_object().is_some() => (text, Some(variables)),
        Some(_) => return Err(malformed()),
        None => (argument, None),
    };
    let position = text.position;
    let text = text.as_text().ok_or_else(malformed)?;
    let mut values = Vec::new();
    for part in parts(text, position)? {
        values.push(match part {
            Part::Text(text) => Value::String(text.to_owned()),
            Part::Variable(name) => {
                let own = variables.and_then(|variables| variables.get(name));
                substitute(evaluator, name, own, position)?
            }
        });
        evaluator.spend_on(values.last(), position)?;
    }
    if values.iter().any(is_symbolic) {
        return Ok(Some(json!({"Fn::Join": ["", values]})));
    }
    let text: String = values.iter().filter_map(scalar_text).collect();
    Ok(Some(Value::String(text)))
}

fn substitute(
    evaluator: &Evaluator<'_>,
    name: &str,
    own: Option<&Node>,
    position: Position,
) -> Result<Value, TemplateError> {
    let value = match (own, name.split_once('.')) {
        (Some(own), _) => evaluator.value(own)?,
        (None, Some((resource, attribute))) => {
            Some(evaluator.attribute(resource, attribute, position)?)
        }
        (None, None) => evaluator.reference(name, position)?,
    };
    let value = value.unwrap_or_default();
    if is_symbolic(&value) {
        return Ok(value);
    }
    scalar_text(&value).map(Value::String).ok_or_else(|| {
        let message = format!("Fn::Sub cannot put the value of {name} into text");
        TemplateError::function(position, message)
    })
}
