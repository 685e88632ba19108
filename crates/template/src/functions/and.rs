//! `Fn::And`: whether all of 2 to 10 conditions are true.

use serde_json::Value;

use crate::error::TemplateError;
use crate::evaluate::Evaluator;
use crate::node::Node;

pub(super) fn evaluate(
    evaluator: &Evaluator<'_>,
    argument: &Node,
) -> Result<Option<Value>, TemplateError> {
    let items = argument
        .as_list()
        .filter(|items| matches!(items.len(), 2..=10));
    let Some(items) = items else {
        let message = "every Fn::And object requires a list of at least 2 and at most 10 boolean \
                       parameters.";
        return Err(TemplateError::function(argument.position, message));
    };
    let holds = items.iter().map(|item| evaluator.holds(item));
    let holds: Vec<bool> = holds.collect::<Result<_, _>>()?;
    Ok(Some(Value::Bool(!holds.contains(&false))))
}
