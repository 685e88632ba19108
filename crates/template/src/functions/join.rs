//! `Fn::Join`: texts with a delimiter between them.

use serde_json::{Value, json};

use crate::error::TemplateError;
use crate::evaluate::{Evaluator, is_symbolic};
use crate::node::{Node, scalar_text};

const SHAPE: &str = "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a \
                     list of strings to be joined or a function that returns a list of strings (such as \
                     Fn::GetAZs) to be joined.";

pub(super) fn evaluate(
    evaluator: &Evaluator<'_>,
    argument: &Node,
) -> Result<Option<Value>, TemplateError> {
    let malformed = || TemplateError::function(argument.position, SHAPE);
    let Some([delimiter, items]) = argument.as_list() else {
        return Err(malformed());
    };
    let delimiter = delimiter.as_text().ok_or_else(malformed)?;
    let items = evaluator.value(items)?.ok_or_else(malformed)?;
    if is_symbolic(&items) {
        return Ok(Some(json!({"Fn::Join": [delimiter, items]})));
    }
    let items = items.as_array().ok_or_else(malformed)?;
    let texts = items.iter().map(scalar_text);
    let texts: Vec<String> = texts.collect::<Option<_>>().ok_or_else(malformed)?;
    Ok(Some(Value::String(texts.join(delimiter))))
}
