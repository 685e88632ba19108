//! `Ref`: a parameter, a pseudo parameter or a resource.

use serde_json::Value;

use crate::error::TemplateError;
use crate::evaluate::Evaluator;
use crate::node::Node;

pub(super) fn evaluate(
    evaluator: &Evaluator<'_>,
    argument: &Node,
) -> Result<Option<Value>, TemplateError> {
    match evaluator.scalar(argument)? {
        Some(name) => evaluator.reference(&name, argument.position),
        None => Err(TemplateError::function(
            argument.position,
            "every Ref object must have a single String value.",
        )),
    }
}
