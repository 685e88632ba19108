//! `Fn::GetAZs`: the availability zones of a region.

use serde_json::{Value, json};

use crate::error::TemplateError;
use crate::evaluate::{Evaluator, is_symbolic};
use crate::node::Node;

/// The zones `a`, `b` and `c` of the region.
///
/// Source: Assumption A-343.
pub(super) fn evaluate(
    evaluator: &Evaluator<'_>,
    argument: &Node,
) -> Result<Option<Value>, TemplateError> {
    let region = evaluator.value(argument)?.unwrap_or_default();
    if is_symbolic(&region) {
        return Ok(Some(json!({"Fn::GetAZs": region})));
    }
    let Some(region) = region.as_str() else {
        let message = "every Fn::GetAZs object must have a String-typed value.";
        return Err(TemplateError::function(argument.position, message));
    };
    let region = if region.is_empty() {
        evaluator.region()
    } else {
        region
    };
    let zones = ["a", "b", "c"].map(|zone| Value::String(format!("{region}{zone}")));
    Ok(Some(Value::Array(zones.into())))
}
