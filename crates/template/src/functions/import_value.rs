//! `Fn::ImportValue`: a value that another stack exports.

use serde_json::{Value, json};

use crate::error::TemplateError;
use crate::evaluate::{Evaluator, Found, is_symbolic};
use crate::node::Node;

pub(super) fn evaluate(
    evaluator: &Evaluator<'_>,
    argument: &Node,
) -> Result<Option<Value>, TemplateError> {
    let position = argument.position;
    let name = evaluator.value(argument)?.unwrap_or_default();
    if is_symbolic(&name) {
        let message = "the attribute in Fn::ImportValue must not depend on any resources, imported \
                       values, or Fn::GetAZs";
        return Err(TemplateError::function(position, message));
    }
    let Some(name) = name.as_str() else {
        let message = "every Fn::ImportValue object must have a String-typed value.";
        return Err(TemplateError::function(position, message));
    };
    match evaluator.export(name) {
        Found::Value(value) => Ok(Some(value)),
        Found::Later => Ok(Some(json!({"Fn::ImportValue": name}))),
        Found::Missing => Err(TemplateError::at(
            position,
            format!("No export named {name} found."),
        )),
    }
}
