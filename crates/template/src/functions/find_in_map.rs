//! `Fn::FindInMap`: a value of a mapping by two keys.

use serde_json::{Value, json};

use crate::error::TemplateError;
use crate::evaluate::{Evaluator, is_symbolic};
use crate::node::{Node, scalar_text};

const SHAPE: &str = "every Fn::FindInMap object requires three parameters, the map name, map key and the \
                     attribute for return value";

pub(super) fn evaluate(
    evaluator: &Evaluator<'_>,
    argument: &Node,
) -> Result<Option<Value>, TemplateError> {
    let malformed = || TemplateError::function(argument.position, SHAPE);
    let (keys, default) = match argument.as_list() {
        Some([map, first, second]) => ([map, first, second], None),
        Some([map, first, second, options]) => {
            evaluator.need_extensions("Fn::FindInMap with DefaultValue", options.position)?;
            let default = options.get("DefaultValue").ok_or_else(malformed)?;
            ([map, first, second], Some(default))
        }
        _ => return Err(malformed()),
    };
    let keys = keys.map(|key| evaluator.value(key));
    let keys: Vec<Value> = keys
        .into_iter()
        .filter_map(Result::transpose)
        .collect::<Result<_, _>>()?;
    if keys.iter().any(is_symbolic) {
        return Ok(Some(json!({"Fn::FindInMap": keys})));
    }
    let keys: Vec<String> = keys.iter().filter_map(scalar_text).collect();
    let [map, first, second] = keys.as_slice() else {
        return Err(malformed());
    };
    match (evaluator.mapping(map, first, second), default) {
        (Some(value), _) => Ok(Some(value.to_value())),
        (None, Some(default)) => evaluator.value(default),
        (None, None) if !evaluator.has_mapping(map) => {
            let message = format!(
                "Mapping named '{map}' is not present in the 'Mappings' section of template."
            );
            Err(TemplateError::function(argument.position, message))
        }
        (None, None) => {
            let message = format!("Unable to get mapping for {map}::{first}::{second}");
            Err(TemplateError::function(argument.position, message))
        }
    }
}
