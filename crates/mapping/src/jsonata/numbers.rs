//! `$number`, which accepts exactly the texts that JavaScript accepts.

use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::functions::numeric;
use jsonata_core::value::JValue;

use super::overrides::{self, Returned, wrong_argument};
use super::partial::written;

/// Registers the function.
pub(super) fn register(evaluator: &mut Evaluator) -> Result<(), EvaluatorError> {
    overrides::register(evaluator, "number", number)
}

fn number(given: &[JValue]) -> Returned {
    match given.first() {
        Some(JValue::Null | JValue::Array(_) | JValue::Object(_)) => {
            Err(wrong_argument("number", 1))
        }
        Some(value) if value.is_function() => Err(wrong_argument("number", 1)),
        Some(value) => of_any(value),
        None => Err(overrides::wrong_context("number")),
    }
}

/// The number of a value whose type was not checked.
pub(super) fn of_any(value: &JValue) -> Returned {
    match value {
        JValue::Undefined => Ok(JValue::Undefined),
        JValue::String(text) if !is_numeral(text) => Err(no_number(text)),
        JValue::Number(_) | JValue::Bool(_) | JValue::String(_) => Ok(numeric::number(value)?),
        _ => Err(no_number(&written(value))),
    }
}

/// `-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?`, or a number with the prefix `0x`, `0o` or `0b`.
fn is_numeral(text: &str) -> bool {
    if let [b'0', b'x' | b'X' | b'o' | b'O' | b'b' | b'B', digits @ ..] = text.as_bytes() {
        return digits.first().is_some_and(u8::is_ascii_alphanumeric);
    }
    let rest = text.strip_prefix('-').unwrap_or(text);
    let Some(rest) = after_digits(rest) else {
        return false;
    };
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => match after_digits(fraction) {
            Some(rest) => rest,
            None => return false,
        },
        None => rest,
    };
    match rest.strip_prefix(['e', 'E']) {
        Some(power) => {
            let digits = power.strip_prefix(['-', '+']).unwrap_or(power);
            after_digits(digits) == Some("")
        }
        None => rest.is_empty(),
    }
}

/// The text after the digits at the start; `None` if there is no digit.
fn after_digits(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    (rest.len() < text.len()).then_some(rest)
}

fn no_number(text: &str) -> EvaluatorError {
    EvaluatorError::EvaluationError(format!("D3030: Cannot convert '{text}' to number"))
}
