//! Functions of a number, which convert any value to one.

use jsonata_core::functions::numeric;
use jsonata_core::value::JValue;

use super::super::numbers;
use super::super::overrides::Returned;
use super::{Arguments, convert};

pub(super) fn number(given: &Arguments<'_>) -> Returned {
    numbers::of_any(given.first())
}

pub(super) fn abs(given: &Arguments<'_>) -> Returned {
    of_number(given, |value| Ok(numeric::abs(value)?))
}

pub(super) fn floor(given: &Arguments<'_>) -> Returned {
    of_number(given, |value| Ok(numeric::floor(value)?))
}

pub(super) fn ceil(given: &Arguments<'_>) -> Returned {
    of_number(given, |value| Ok(numeric::ceil(value)?))
}

pub(super) fn sqrt(given: &Arguments<'_>) -> Returned {
    of_number(given, |value| Ok(numeric::sqrt(value)?))
}

pub(super) fn power(given: &Arguments<'_>) -> Returned {
    let exponent = convert::number(given.get(1));
    match given.first() {
        JValue::Undefined => Ok(JValue::Undefined),
        first => Ok(numeric::power(convert::number(first), exponent)?),
    }
}

pub(super) fn round(given: &Arguments<'_>) -> Returned {
    let precision = convert::number(given.get(1));
    #[expect(
        clippy::cast_possible_truncation,
        reason = "more digits than a number has change nothing"
    )]
    let precision = Some(precision as i32).filter(|digits| *digits != 0);
    match given.first() {
        JValue::Null if precision.is_some() => Err(given.wrong(0, "a number")),
        // JavaScript moves the point in the text of the value.
        JValue::Bool(_) if precision.is_some() => Ok(JValue::Number(f64::NAN)),
        value if precision.is_some() && convert::written(value).is_empty() => {
            of_number(given, |_| Ok(JValue::Number(f64::NAN)))
        }
        _ => of_number(given, |value| Ok(numeric::round(value, precision)?)),
    }
}

/// What a function makes of a number; of a value that is none, JavaScript makes a number that is written as null.
fn of_number(given: &Arguments<'_>, function: impl Fn(f64) -> Returned) -> Returned {
    match given.first() {
        JValue::Undefined => Ok(JValue::Undefined),
        first => {
            let value = convert::number(first);
            if value.is_nan() {
                return Ok(JValue::Number(value));
            }
            function(value)
        }
    }
}
