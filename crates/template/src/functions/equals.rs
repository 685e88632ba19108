//! `Fn::Equals`: whether two values are the same.

use serde_json::Value;

use crate::error::TemplateError;
use crate::evaluate::Evaluator;
use crate::node::{Node, scalar_text};

pub(super) fn evaluate(
    evaluator: &Evaluator<'_>,
    argument: &Node,
) -> Result<Option<Value>, TemplateError> {
    let Some([left, right]) = argument.as_list() else {
        let message = "every Fn::Equals object requires a list of 2 string parameters.";
        return Err(TemplateError::function(argument.position, message));
    };
    let (left, right) = (evaluator.value(left)?, evaluator.value(right)?);
    // A number or boolean compares as its text: all parameters are texts.
    let text = |value: &Option<Value>| value.as_ref().and_then(scalar_text);
    let is_same = match (text(&left), text(&right)) {
        (Some(left), Some(right)) => left == right,
        _ => left == right,
    };
    Ok(Some(Value::Bool(is_same)))
}
