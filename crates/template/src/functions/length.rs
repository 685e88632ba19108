//! `Fn::Length`: how many items a list has.

use serde_json::{Value, json};

use crate::error::TemplateError;
use crate::evaluate::{Evaluator, is_symbolic};
use crate::node::Node;

pub(super) fn evaluate(
    evaluator: &Evaluator<'_>,
    argument: &Node,
) -> Result<Option<Value>, TemplateError> {
    match evaluator.value(argument)? {
        Some(Value::Array(items)) => Ok(Some(json!(items.len()))),
        Some(value) if is_symbolic(&value) => Ok(Some(json!({"Fn::Length": value}))),
        _ => {
            let message = "every Fn::Length object must have a list.";
            Err(TemplateError::function(argument.position, message))
        }
    }
}
