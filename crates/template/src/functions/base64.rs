//! `Fn::Base64`: a text in Base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::error::TemplateError;
use crate::evaluate::{Evaluator, is_symbolic};
use crate::node::{Node, scalar_text};

pub(super) fn evaluate(
    evaluator: &Evaluator<'_>,
    argument: &Node,
) -> Result<Option<Value>, TemplateError> {
    let text = evaluator.value(argument)?.unwrap_or_default();
    if is_symbolic(&text) {
        return Ok(Some(json!({"Fn::Base64": text})));
    }
    let text = scalar_text(&text).ok_or_else(|| {
        let message = "every Fn::Base64 object must have a String-typed value.";
        TemplateError::function(argument.position, message)
    })?;
    Ok(Some(Value::String(STANDARD.encode(text))))
}
