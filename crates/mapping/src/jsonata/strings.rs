//! `$pad` and `$join` with a limit on the length of a string.

use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::value::JValue;

use super::guard::too_long;
use super::overrides::{self, Returned, wrong_argument, wrong_context};

/// Registers the functions, with the maximum length of a string in bytes.
pub(super) fn register(evaluator: &mut Evaluator, limit: usize) -> Result<(), EvaluatorError> {
    overrides::register(evaluator, "pad", move |given| pad(given, limit))?;
    overrides::register(evaluator, "join", move |given| join(given, limit))
}

fn pad(given: &[JValue], limit: usize) -> Returned {
    let text = match given.first() {
        Some(JValue::String(text)) => Some(text),
        Some(JValue::Undefined) => None,
        None => return Err(wrong_context("pad")),
        Some(_) => return Err(wrong_argument("pad", 1)),
    };
    let width = match given.get(1) {
        Some(JValue::Number(width)) => *width,
        Some(JValue::Undefined) => 0.0,
        _ => return Err(wrong_argument("pad", 2)),
    };
    let filler = match given.get(2) {
        Some(JValue::String(filler)) if !filler.is_empty() => filler,
        Some(JValue::String(_) | JValue::Undefined) | None => " ",
        Some(_) => return Err(wrong_argument("pad", 3)),
    };
    let Some(text) = text else {
        return Ok(JValue::Undefined);
    };
    padded(text, width, filler, limit).map(JValue::string)
}

/// A text of a width; a negative width pads on the left.
pub(super) fn padded(
    text: &str,
    width: f64,
    filler: &str,
    limit: usize,
) -> Result<String, EvaluatorError> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number that does not fit is beyond every limit"
    )]
    let wanted = width.abs() as usize;
    let missing = wanted.saturating_sub(text.chars().count());
    if missing.saturating_add(text.len()) > limit {
        return Err(too_long(limit));
    }
    let padding = filler.chars().cycle().take(missing);
    let made: String = if width < 0.0 {
        padding.chain(text.chars()).collect()
    } else {
        text.chars().chain(padding).collect()
    };
    if made.len() > limit {
        return Err(too_long(limit));
    }
    Ok(made)
}

fn join(given: &[JValue], limit: usize) -> Returned {
    let separator = match given.get(1) {
        Some(JValue::String(separator)) => separator,
        Some(JValue::Undefined) | None => "",
        Some(_) => return Err(wrong_argument("join", 2)),
    };
    match given.first() {
        Some(JValue::Undefined) => Ok(JValue::Undefined),
        Some(JValue::String(text)) => Ok(JValue::String(text.clone())),
        Some(JValue::Array(items)) => {
            let texts: Option<Vec<&str>> = items.iter().map(JValue::as_str).collect();
            joined(texts.ok_or_else(no_strings)?.into_iter(), separator, limit)
        }
        Some(_) => Err(no_strings()),
        None => Err(wrong_argument("join", 1)),
    }
}

/// Texts with a separator between them.
pub(super) fn joined(
    texts: impl Iterator<Item = impl AsRef<str>>,
    separator: &str,
    limit: usize,
) -> Returned {
    let mut made = String::new();
    for (nth, text) in texts.enumerate() {
        if nth > 0 {
            made.push_str(separator);
        }
        made.push_str(text.as_ref());
        if made.len() > limit {
            return Err(too_long(limit));
        }
    }
    Ok(JValue::string(made))
}

fn no_strings() -> EvaluatorError {
    EvaluatorError::TypeError(
        "T0412: Argument 1 of function join must be an array of strings".to_owned(),
    )
}
