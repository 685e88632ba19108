//! `Fn::Split`: a text as a list, cut at a delimiter.

use serde_json::{Value, json};

use crate::error::TemplateError;
use crate::evaluate::{Evaluator, is_symbolic};
use crate::node::{Node, scalar_text};

const SHAPE: &str = "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a \
                     string to be split or a function that returns a string to be split.";

pub(super) fn evaluate(
    evaluator: &Evaluator<'_>,
    argument: &Node,
) -> Result<Option<Value>, TemplateError> {
    let malformed = || TemplateError::function(argument.position, SHAPE);
    let Some([delimiter, text]) = argument.as_list() else {
        return Err(malformed());
    };
    let delimiter = delimiter.as_text().filter(|text| !text.is_empty());
    let delimiter = delimiter.ok_or_else(malformed)?;
    let text = evaluator.value(text)?.ok_or_else(malformed)?;
    if is_symbolic(&text) {
        return Ok(Some(json!({"Fn::Split": [delimiter, text]})));
    }
    let text = scalar_text(&text).ok_or_else(malformed)?;
    Ok(Some(text.split(delimiter).map(Value::from).collect()))
}
