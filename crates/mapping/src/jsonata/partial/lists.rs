//! Functions of a list, which do not make a list of a single value.

use jsonata_core::evaluator::EvaluatorError;
use jsonata_core::functions::{numeric, object};
use jsonata_core::value::{JMap, JValue};

use super::super::key_order;
use super::super::overrides::Returned;
use super::super::strings;
use super::{Arguments, convert, wrong};

pub(super) fn join(given: &Arguments<'_>) -> Returned {
    let separator = match given.get(1) {
        JValue::Undefined => String::new(),
        other => convert::added(other),
    };
    match given.first() {
        JValue::Undefined => Ok(JValue::Undefined),
        JValue::Array(items) => {
            let texts = items.iter().map(convert::written);
            strings::joined(texts, &separator, given.limit)
        }
        _ => Err(given.wrong(0, "a list")),
    }
}

pub(super) fn count(given: &Arguments<'_>) -> Returned {
    Ok(match given.first() {
        JValue::Undefined => number_of(0),
        JValue::Array(items) => number_of(items.len()),
        JValue::String(text) => number_of(text.encode_utf16().count()),
        JValue::Object(object) => object.get("length").cloned().unwrap_or(JValue::Undefined),
        JValue::Null => return Err(given.wrong(0, "a list")),
        _ => JValue::Undefined,
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a number of JSONata is a double"
)]
fn number_of(count: usize) -> JValue {
    JValue::Number(count as f64)
}

pub(super) fn sum(given: &Arguments<'_>) -> Returned {
    match given.first() {
        JValue::Undefined => Ok(JValue::Undefined),
        JValue::Array(items) => total(items),
        _ => Err(given.wrong(0, "a list")),
    }
}

pub(super) fn average(given: &Arguments<'_>) -> Returned {
    let sum = match given.first() {
        JValue::Array(items) if items.is_empty() => return Ok(JValue::Undefined),
        _ if given.is_empty() => return Ok(JValue::Undefined),
        _ => sum(given)?,
    };
    let count = given.first().as_array().map_or(1, Vec::len);
    match sum {
        JValue::Undefined => Ok(sum),
        sum => Ok(JValue::Number(
            convert::number(&sum) / convert::number(&number_of(count)),
        )),
    }
}

/// The sum of numbers; from the first value that is none, JavaScript adds texts.
fn total(items: &[JValue]) -> Returned {
    let is_text = |item: &&JValue| {
        !matches!(
            item,
            JValue::Number(_) | JValue::Bool(_) | JValue::Null | JValue::Undefined
        )
    };
    let numbers: Vec<JValue> = items
        .iter()
        .take_while(|item| !is_text(item))
        .map(|item| JValue::Number(convert::number(item)))
        .collect();
    let sum = numeric::sum(&numbers)?;
    if numbers.len() == items.len() {
        return Ok(sum);
    }
    let texts = items.iter().skip(numbers.len()).map(convert::added);
    let mut text = convert::added(&sum);
    text.extend(texts);
    Ok(JValue::string(text))
}

pub(super) fn max(given: &Arguments<'_>) -> Returned {
    extreme(given, f64::NEG_INFINITY, |one, other| one > other)
}

pub(super) fn min(given: &Arguments<'_>) -> Returned {
    extreme(given, f64::INFINITY, |one, other| one < other)
}

fn extreme(given: &Arguments<'_>, none: f64, is_better: fn(f64, f64) -> bool) -> Returned {
    let items = match given.first() {
        JValue::Undefined => return Ok(JValue::Undefined),
        JValue::Array(items) if items.is_empty() => return Ok(JValue::Undefined),
        JValue::Array(items) => items,
        _ if given.is_empty() => return Ok(JValue::Undefined),
        // An object has no items.
        JValue::Object(_) => return Ok(JValue::Number(none)),
        _ => return Err(given.wrong(0, "a list")),
    };
    let numbers = items.iter().map(convert::number);
    let best = numbers.fold(none, |best, number| {
        if best.is_nan() || number.is_nan() {
            f64::NAN
        } else if is_better(number, best) {
            number
        } else {
            best
        }
    });
    Ok(JValue::Number(best))
}

pub(super) fn merge(given: &Arguments<'_>) -> Returned {
    match given.first() {
        JValue::Undefined => Ok(JValue::Undefined),
        JValue::Array(items) => {
            let objects: Vec<JValue> = items
                .iter()
                .filter(|item| matches!(item, JValue::Object(_)))
                .cloned()
                .collect();
            if objects.is_empty() {
                return Ok(JValue::Object(JMap::default().into()));
            }
            Ok(key_order::ordered(object::merge(&objects)?))
        }
        _ => Err(given.wrong(0, "a list")),
    }
}

pub(super) fn keys(given: &Arguments<'_>) -> Returned {
    given.checked().map(key_order::ordered_names)
}

pub(super) fn zip(given: &Arguments<'_>) -> JValue {
    // Its JavaScript function has no parameters, so it gets the first argument only.
    let items = given.first().as_array().into_iter().flatten();
    let rows = items.map(|item| JValue::array(vec![item.clone()]));
    JValue::array(rows.collect())
}

pub(super) fn reverse(given: &Arguments<'_>) -> Returned {
    match given.first() {
        JValue::Undefined => Ok(JValue::Undefined),
        JValue::Array(_) => given.checked(),
        JValue::Null => Err(given.wrong(0, "a list")),
        first @ JValue::String(text) if text.chars().nth(1).is_none() => Ok(first.clone()),
        JValue::String(text) => Ok(JValue::array(characters(text).rev().collect())),
        // JavaScript makes a list of one item that was never set.
        _ => Ok(JValue::array(vec![JValue::Undefined])),
    }
}

pub(super) fn sort(given: &Arguments<'_>) -> Returned {
    match given.first() {
        JValue::Undefined | JValue::Array(_) => given.checked(),
        JValue::Null => Err(given.wrong(0, "a list")),
        first @ JValue::String(text) if text.chars().nth(1).is_none() => Ok(first.clone()),
        _ => Err(EvaluatorError::EvaluationError(
            "D3070: $sort without a function sorts strings or numbers only".to_owned(),
        )),
    }
}

fn characters(text: &str) -> impl DoubleEndedIterator<Item = JValue> {
    text.chars().map(|sign| JValue::string(sign.to_string()))
}

/// The items that JavaScript finds in a value of any type.
pub(super) fn items(given: &[JValue]) -> Returned {
    match given.first().unwrap_or(&JValue::Undefined) {
        value @ (JValue::Undefined | JValue::Array(_)) => Ok(value.clone()),
        JValue::String(text) => Ok(JValue::array(characters(text).collect())),
        JValue::Null => Err(wrong("map, $filter, $reduce or $single", 0, "a list")),
        _ => Ok(JValue::array(Vec::new())),
    }
}

/// The members that JavaScript finds in a value of any type.
pub(super) fn members(given: &[JValue]) -> JValue {
    let members = match given.first() {
        Some(object @ JValue::Object(_)) => return object.clone(),
        Some(JValue::Array(items)) => items
            .iter()
            .enumerate()
            .map(|(nth, item)| (nth.to_string(), item.clone()))
            .collect(),
        _ => JMap::default(),
    };
    JValue::Object(members.into())
}
