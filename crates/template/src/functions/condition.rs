//! `Condition`: whether a named condition is true.

use serde_json::Value;

use crate::error::TemplateError;
use crate::evaluate::Evaluator;
use crate::node::Node;

pub(super) fn evaluate(
    evaluator: &Evaluator<'_>,
    argument: &Node,
) -> Result<Option<Value>, TemplateError> {
    let Some(name) = argument.as_text() else {
        let message = "every Condition object requires the name of a condition.";
        return Err(TemplateError::function(argument.position, message));
    };
    let holds = evaluator.condition(name, argument.position)?;
    Ok(Some(Value::Bool(holds)))
}
