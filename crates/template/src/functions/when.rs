//! `Fn::If`: one of two values, by a condition.

use serde_json::Value;

use crate::error::TemplateError;
use crate::evaluate::Evaluator;
use crate::node::Node;

pub(super) fn evaluate(
    evaluator: &Evaluator<'_>,
    argument: &Node,
) -> Result<Option<Value>, TemplateError> {
    let Some([condition, yes, no]) = argument.as_list() else {
        let message = "Fn::If requires a list argument with three elements";
        return Err(TemplateError::function(argument.position, message));
    };
    let Some(name) = condition.as_text() else {
        let message = "Fn::If requires the name of a condition as its first element";
        return Err(TemplateError::function(condition.position, message));
    };
    let holds = evaluator.condition(name, condition.position)?;
    evaluator.value(if holds { yes } else { no })
}
