//! `Fn::Select`: an item of a list by its index from 0.

use serde_json::{Value, json};

use crate::error::TemplateError;
use crate::evaluate::{Evaluator, is_symbolic};
use crate::node::{Node, scalar_text};

pub(super) fn evaluate(
    evaluator: &Evaluator<'_>,
    argument: &Node,
) -> Result<Option<Value>, TemplateError> {
    let error = |message: String| TemplateError::function(argument.position, message);
    let malformed = || {
        let shape =
            "Fn::Select requires a list argument with two elements: an integer index and a list";
        error(shape.to_owned())
    };
    let Some([index, items]) = argument.as_list() else {
        return Err(malformed());
    };
    let index = evaluator.value(index)?.ok_or_else(malformed)?;
    let items = evaluator.value(items)?.ok_or_else(malformed)?;
    let is_list = items.is_array();
    if is_symbolic(&index) || (!is_list && is_symbolic(&items)) {
        return Ok(Some(json!({"Fn::Select": [index, items]})));
    }
    let index = scalar_text(&index).ok_or_else(malformed)?;
    let at: usize = index.parse().map_err(|_| malformed())?;
    let items = items.as_array().ok_or_else(malformed)?;
    let found = items.get(at).filter(|item| !item.is_null()).cloned();
    let missing = || {
        error(format!(
            "Fn::Select cannot select nonexistent value at index {at}"
        ))
    };
    Ok(Some(found.ok_or_else(missing)?))
}
