//! The checks: each returns its first argument, or ends the evaluation.

use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::value::{JValue, with_stack};

use super::super::errors::TOO_LONG;

/// Checks how long a value is as a string.
pub(super) const SIZE: &str = "guard size";
/// Checks how wide a string is to be.
pub(super) const WIDTH: &str = "guard width";
/// Checks how long strings are with a separator between them.
pub(super) const JOINED: &str = "guard joined";
/// Checks how long a string is after a replacement.
pub(super) const REPLACED: &str = "guard replaced";

/// Whether a function's result can be longer than what it is given.
pub(super) fn grows(name: &str) -> bool {
    ["join", "pad", "replace", "string"].contains(&name)
}

/// Makes the checks known, with the most bytes of a string.
pub(in super::super) fn register(
    evaluator: &mut Evaluator,
    limit: usize,
) -> Result<(), EvaluatorError> {
    let mut check = |name, size: fn(&[JValue], usize) -> usize| {
        evaluator.register_fn(name, move |given: &[JValue]| {
            if size(given, limit) > limit {
                return Err(too_long(limit));
            }
            Ok(given.first().cloned().unwrap_or(JValue::Undefined))
        })
    };
    check(SIZE, |given, limit| {
        given.first().map_or(0, |it| size(it, limit))
    })?;
    check(WIDTH, |given, _| given.first().map_or(0, width))?;
    check(JOINED, joined)?;
    check(REPLACED, replaced)
}

/// A string that is longer than the limit.
pub(in super::super) fn too_long(limit: usize) -> EvaluatorError {
    EvaluatorError::EvaluationError(format!("{TOO_LONG}: a string is longer than {limit} bytes"))
}

/// About as many bytes as the value has as a string; counting stops beyond the limit.
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

/// A string's own length, or the width that a number asks for.
fn width(value: &JValue) -> usize {
    match value {
        JValue::Number(number) => {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a number that does not fit is beyond every limit"
            )]
            let width = number.abs() as usize;
            width
        }
        JValue::String(text) => text.len(),
        _ => 0,
    }
}

fn joined(given: &[JValue], limit: usize) -> usize {
    let [items, separator, ..] = given else {
        return 0;
    };
    let count = items.as_array().map_or(0, Vec::len);
    let separators = width_of_text(separator).saturating_mul(count);
    size(items, limit).saturating_add(separators)
}

/// Of a pattern that is a string every occurrence counts. One that is an expression could match at
/// every byte, but most match at few: only a product far beyond the limit is refused.
fn replaced(given: &[JValue], _limit: usize) -> usize {
    const RARELY: usize = 64;
    let [JValue::String(text), pattern, replacement, ..] = given else {
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
