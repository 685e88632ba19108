//! Functions of a text, most of which can use nothing else.

use jsonata_core::evaluator::EvaluatorError;
use jsonata_core::functions::string;
use jsonata_core::value::JValue;

use super::super::guard::too_long;
use super::super::overrides::Returned;
use super::super::strings::padded;
use super::{Arguments, convert};

const TEXT: &str = "a string";

/// What a function makes of a text.
fn of_text(given: &Arguments<'_>, function: impl Fn(&str) -> Returned) -> Returned {
    match given.first() {
        JValue::Undefined => Ok(JValue::Undefined),
        JValue::String(text) => function(text),
        _ => Err(given.wrong(0, TEXT)),
    }
}

pub(super) fn lowercase(given: &Arguments<'_>) -> Returned {
    of_text(given, |text| Ok(string::lowercase(text)?))
}

pub(super) fn uppercase(given: &Arguments<'_>) -> Returned {
    of_text(given, |text| Ok(string::uppercase(text)?))
}

pub(super) fn trim(given: &Arguments<'_>) -> Returned {
    of_text(given, |text| Ok(string::trim(text)?))
}

/// The characters of a text, or the items of a list.
fn parts(given: &Arguments<'_>) -> Result<Vec<String>, EvaluatorError> {
    match given.first() {
        JValue::String(text) => Ok(text.chars().map(String::from).collect()),
        JValue::Array(items) => Ok(items.iter().map(convert::written).collect()),
        _ => Err(given.wrong(0, TEXT)),
    }
}

pub(super) fn length(given: &Arguments<'_>) -> Returned {
    if let JValue::Undefined = given.first() {
        return Ok(JValue::Undefined);
    }
    Ok(JValue::Number(number_of(parts(given)?.len())))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a number of JSONata is a double"
)]
fn number_of(count: usize) -> f64 {
    count as f64
}

pub(super) fn substring(given: &Arguments<'_>) -> Returned {
    if let JValue::Undefined = given.first() {
        return Ok(JValue::Undefined);
    }
    let parts = parts(given)?;
    let count = number_of(parts.len());
    let start = convert::number(given.get(1));
    let start = if count + start < 0.0 { 0.0 } else { start };
    let end = match given.get(2) {
        JValue::Undefined => count,
        length => {
            let length = convert::number(length);
            if length <= 0.0 {
                return Ok(JValue::string(""));
            }
            let start = if start >= 0.0 { start } else { count + start };
            start + length
        }
    };
    let (start, end) = (place(start, count), place(end, count));
    let length = end.saturating_sub(start);
    let taken: String = parts.into_iter().skip(start).take(length).collect();
    Ok(JValue::string(taken))
}

/// A place among so many parts, counted from the end if it is negative.
fn place(place: f64, count: f64) -> usize {
    let place = place.trunc();
    let place = if place < 0.0 { count + place } else { place };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is between 0 and the count"
    )]
    let place = place.clamp(0.0, count) as usize;
    place
}

pub(super) fn substring_before(given: &Arguments<'_>) -> Returned {
    around(given, |text, token| {
        Ok(string::substring_before(text, &convert::added(token))?)
    })
}

pub(super) fn substring_after(given: &Arguments<'_>) -> Returned {
    around(given, |text, token| match token {
        JValue::String(token) => Ok(string::substring_after(text, token)?),
        // Only a string has a length to pass over.
        _ => Ok(JValue::string(text)),
    })
}

fn around(given: &Arguments<'_>, function: fn(&str, &JValue) -> Returned) -> Returned {
    let token = given.get(1);
    match given.first() {
        list @ JValue::Array(items) if !items.contains(token) => Ok(list.clone()),
        _ => of_text(given, |text| function(text, token)),
    }
}

pub(super) fn contains(given: &Arguments<'_>) -> Returned {
    match (given.first(), given.get(1)) {
        (JValue::Undefined, _) | (_, JValue::Undefined) => Ok(JValue::Undefined),
        (JValue::Array(items), token @ JValue::String(_)) => {
            Ok(JValue::Bool(items.contains(token)))
        }
        (_, JValue::String(token)) => {
            of_text(given, |text| Ok(JValue::Bool(text.contains(&**token))))
        }
        (_, JValue::Regex { .. }) => given.checked(),
        _ => Err(given.wrong(1, "a string or a regular expression")),
    }
}

pub(super) fn pad(given: &Arguments<'_>) -> Returned {
    let first = given.first();
    if let JValue::Undefined = first {
        return Ok(JValue::Undefined);
    }
    let length = number_of(parts(given)?.len());
    let filler = match given.get(2) {
        JValue::Null => return Err(given.wrong(2, TEXT)),
        JValue::Undefined => " ".to_owned(),
        filler => convert::written(filler),
    };
    let filler = if filler.is_empty() {
        " ".to_owned()
    } else {
        filler
    };
    let width = convert::number(given.get(1)).trunc();
    let missing = width.abs() - length;
    if missing.is_nan() || missing <= 0.0 {
        return Ok(first.clone());
    }
    let text = convert::written(first);
    let width = (number_of(text.chars().count()) + missing).copysign(width);
    padded(&text, width, &filler, given.limit).map(JValue::string)
}

/// How often a function may find something; `None` if there is no limit.
fn limit(given: &Arguments<'_>, nth: usize, code: &str) -> Result<Option<f64>, EvaluatorError> {
    let value = given.get(nth);
    if let JValue::Undefined = value {
        return Ok(None);
    }
    let limit = convert::number(value);
    if limit < 0.0 {
        let function = given.function;
        let text = format!("{code}: Argument {} of ${function} is negative", nth + 1);
        return Err(EvaluatorError::EvaluationError(text));
    }
    Ok(Some(if limit.is_nan() { 0.0 } else { limit }))
}

pub(super) fn split(given: &Arguments<'_>) -> Returned {
    if let JValue::Undefined = given.first() {
        return Ok(JValue::Undefined);
    }
    if limit(given, 2, "D3020")? == Some(0.0) {
        return Ok(JValue::array(Vec::new()));
    }
    match given.get(1) {
        JValue::String(_) | JValue::Regex { .. } => of_text(given, |_| given.checked()),
        _ => Err(given.wrong(1, "a string or a regular expression")),
    }
}

pub(super) fn replace(given: &Arguments<'_>) -> Returned {
    let (first, pattern) = (given.first(), given.get(1));
    if let JValue::Undefined = first {
        return Ok(JValue::Undefined);
    }
    let limit = limit(given, 3, "D3011")?;
    match pattern {
        JValue::String(pattern) if pattern.is_empty() => Err(EvaluatorError::EvaluationError(
            "D3010: Argument 2 of $replace is empty".to_owned(),
        )),
        _ if limit == Some(0.0) => Ok(first.clone()),
        JValue::String(pattern) => of_text(given, |text| {
            let by = convert::added(given.get(2));
            replaced(text, pattern, &by, limit, given.limit)
        }),
        JValue::Regex { .. } => of_text(given, |_| given.checked()),
        _ => Err(given.wrong(1, "a string or a regular expression")),
    }
}

fn replaced(text: &str, pattern: &str, by: &str, limit: Option<f64>, most: usize) -> Returned {
    let mut made = String::new();
    let mut rest = text;
    let mut count = 0.0;
    while limit.is_none_or(|limit| count < limit)
        && let Some((before, after)) = rest.split_once(pattern)
    {
        made.push_str(before);
        made.push_str(by);
        rest = after;
        count += 1.0;
        if made.len() > most {
            return Err(too_long(most));
        }
    }
    made.push_str(rest);
    Ok(JValue::string(made))
}
