//! `Fn::ToJsonString`: a value as JSON text.

use serde_json::{Value, json};

use crate::error::TemplateError;
use crate::evaluate::{Evaluator, is_symbolic};
use crate::node::Node;

pub(super) fn evaluate(
    evaluator: &Evaluator<'_>,
    argument: &Node,
) -> Result<Option<Value>, TemplateError> {
    let value = evaluator.value(argument)?.unwrap_or_default();
    if is_symbolic(&value) {
        return Ok(Some(json!({"Fn::ToJsonString": value})));
    }
    if !value.is_object() && !value.is_array() {
        let message = "every Fn::ToJsonString object must have an object or a list.";
        return Err(TemplateError::function(argument.position, message));
    }
    Ok(Some(Value::String(value.to_string())))
}
