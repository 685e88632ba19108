//! `Fn::Not`: whether a condition is false.

use serde_json::Value;

use crate::error::TemplateError;
use crate::evaluate::Evaluator;
use crate::node::Node;

pub(super) fn evaluate(
    evaluator: &Evaluator<'_>,
    argument: &Node,
) -> Result<Option<Value>, TemplateError> {
    let Some([item]) = argument.as_list() else {
        let message = "every Fn::Not object requires one boolean parameter.";
        return Err(TemplateError::function(argument.position, message));
    };
    Ok(Some(Value::Bool(!evaluator.holds(item)?)))
}
