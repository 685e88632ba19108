//! Lists with one item or none.

use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::value::JValue;

/// Turns a single value into a list; no template can call it.
pub(super) const KEPT: &str = "kept list";
/// Turns an empty list into no value; no template can call it.
pub(super) const FILLED: &str = "filled list";

/// Registers the functions.
pub(super) fn register(evaluator: &mut Evaluator) -> Result<(), EvaluatorError> {
    evaluator.register_fn(FILLED, |given: &[JValue]| {
        let list = given.first().cloned().unwrap_or(JValue::Undefined);
        let is_empty = list.as_array().is_some_and(Vec::is_empty);
        Ok(if is_empty { JValue::Undefined } else { list })
    })?;
    evaluator.register_fn(KEPT, |given: &[JValue]| {
        Ok(match given.first() {
            None | Some(JValue::Undefined) => JValue::Undefined,
            Some(list @ JValue::Array(_)) => list.clone(),
            Some(single) => JValue::array(vec![single.clone()]),
        })
    })
}
