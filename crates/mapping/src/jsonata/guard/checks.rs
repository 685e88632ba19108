//! The checks: each returns its first argument or ends the evaluation.

use std::cell::RefCell;
use std::rc::Rc;

use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::value::{JValue, with_stack};

use super::super::errors::TOO_LONG;

/// Checks the length of a value as a string.
pub(super) const SIZE: &str = "guard size";
/// Stores the text and the pattern of a replacement.
pub(super) const NOTE: &str = "guard note";
/// Checks the length of a string after a replacement, with the values that were stored last.
pub(super) const REPLACED: &str = "guard replaced";

/// Whether a function's result can be longer than its arguments.
pub(in super::super) fn grows(name: &str) -> bool {
    ["replace", "string"].contains(&name)
}

/// Registers the checks, with the maximum length of a string.
pub(in super::super) fn register(
    evaluator: &mut Evaluator,
    limit: usize,
) -> Result<(), EvaluatorError> {
    evaluator.register_fn(SIZE, move |given: &[JValue]| {
        let value = given.first().cloned().unwrap_or(JValue::Undefined);
        checked(value.clone(), size(&value, limit), limit)
    })?;
    // Arguments are evaluated from the left, so the values stored in one are used before the next.
    let stack = Rc::new(RefCell::new(Vec::new()));
    let checked_stack = Rc::clone(&stack);
    evaluator.register_fn(NOTE, move |given: &[JValue]| {
        let value = given.first().cloned().unwrap_or(JValue::Undefined);
        stack.borrow_mut().push(value.clone());
        Ok(value)
    })?;
    evaluator.register_fn(REPLACED, move |given: &[JValue]| {
        let by = given.first().cloned().unwrap_or(JValue::Undefined);
        let mut notes = checked_stack.borrow_mut();
        let (pattern, text) = (notes.pop(), notes.pop());
        let length = text
            .zip(pattern)
            .map(|(text, pattern)| replaced(&text, &pattern, &by));
        checked(by, length.unwrap_or_default(), limit)
    })
}

fn checked(value: JValue, length: usize, limit: usize) -> Result<JValue, EvaluatorError> {
    if length > limit {
        return Err(too_long(limit));
    }
    Ok(value)
}

/// A string that is longer than the limit.
pub(in super::super) fn too_long(limit: usize) -> EvaluatorError {
    EvaluatorError::EvaluationError(format!("{TOO_LONG}: a string is longer than {limit} bytes"))
}

/// The approximate length of the value as a string in bytes; counting stops beyond the limit.
fn size(value: &JValue, limit: usize) -> usize {
    match value {
        JValue::String(text) => text.len(),
        JValue::Array(items) => with_stack(|| sum(items.iter().map(|item| (1, item)), limit)),
        JValue::Object(members) => {
            let members = members.iter().map(|(key, value)| (key.len() + 4, value));
            with_stack(|| sum(members, limit))
        }
        _ => 8,
    }
}

fn sum<'v>(parts: impl Iterator<Item = (usize, &'v JValue)>, limit: usize) -> usize {
    let mut total: usize = 2;
    for (around, value) in parts {
        if total > limit {
            break;
        }
        total = total.saturating_add(around + size(value, limit - total));
    }
    total
}

/// For a string pattern, every occurrence counts. A regular expression could match at every byte,
/// but most match rarely, so only a product far beyond the limit is refused.
fn replaced(text: &JValue, pattern: &JValue, replacement: &JValue) -> usize {
    const RARELY: usize = 64;
    let JValue::String(text) = text else {
        return 0;
    };
    let each = width_of_text(replacement);
    match pattern {
        JValue::String(pattern) if !pattern.is_empty() && each > pattern.len() => {
            let count = text.matches(&**pattern).count();
            text.len().saturating_add(count.saturating_mul(each))
        }
        JValue::Regex { .. } => text.len().saturating_mul(each) / RARELY,
        _ => 0,
    }
}

fn width_of_text(value: &JValue) -> usize {
    value.as_str().map_or(0, str::len)
}
