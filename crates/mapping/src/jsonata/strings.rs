//! `$pad` and `$join` with a limit on the length of a string.

use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::functions::string;
use jsonata_core::value::{JValue, with_stack};

use super::guard::too_long;
use super::overrides::{self, Returned, wrong_argument, wrong_context};

/// `$join` as a partial application, for which jsonata-js checks no types; no template can call it.
pub(super) const JOIN_UNCHECKED: &str = "unchecked join";

/// Registers the functions, with the maximum length of a string in bytes.
pub(super) fn register(evaluator: &mut Evaluator, limit: usize) -> Result<(), EvaluatorError> {
    overrides::register(evaluator, "pad", move |given| pad(given, limit))?;
    overrides::register(evaluator, "join", move |given| join(given, limit))?;
    evaluator.register_fn(JOIN_UNCHECKED, move |given: &[JValue]| {
        join_unchecked(given, limit)
    })
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

/// A negative width pads on the left.
fn padded(text: &str, width: f64, filler: &str, limit: usize) -> Result<String, EvaluatorError> {
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
        Some(JValue::Array(items)) => joined(items.iter(), separator, limit),
        Some(_) => Err(no_strings()),
        None => Err(wrong_argument("join", 1)),
    }
}

fn joined<'v>(items: impl Iterator<Item = &'v JValue>, separator: &str, limit: usize) -> Returned {
    let mut made = String::new();
    for (nth, item) in items.enumerate() {
        let JValue::String(text) = item else {
            return Err(no_strings());
        };
        if nth > 0 {
            made.push_str(separator);
        }
        made.push_str(text);
        if made.len() > limit {
            return Err(too_long(limit));
        }
    }
    Ok(JValue::string(made))
}

/// Joins items of any type, as JavaScript writes them.
fn join_unchecked(given: &[JValue], limit: usize) -> Returned {
    let Some(JValue::Array(items)) = given.first() else {
        return join(given, limit);
    };
    let written: Vec<JValue> = items
        .iter()
        .map(|item| JValue::string(written(item)))
        .collect();
    let rest = given.iter().skip(1).cloned();
    let given: Vec<JValue> = std::iter::once(JValue::array(written))
        .chain(rest)
        .collect();
    join(&given, limit)
}

/// A value as JavaScript converts it to text.
fn written(value: &JValue) -> String {
    match value {
        JValue::String(_) | JValue::Number(_) | JValue::Bool(_) => {
            let text = string::string(value, None).ok();
            let text = text.as_ref().and_then(JValue::as_str);
            text.unwrap_or_default().to_owned()
        }
        JValue::Null | JValue::Undefined => String::new(),
        JValue::Array(items) => {
            let items: Vec<String> = with_stack(|| items.iter().map(written).collect());
            items.join(",")
        }
        _ => "[object Object]".to_owned(),
    }
}

fn no_strings() -> EvaluatorError {
    EvaluatorError::TypeError(
        "T0412: Argument 1 of function join must be an array of strings".to_owned(),
    )
}
