//! `$toMillis` and `$fromMillis` with JavaScript's behaviour, by the run's clock.

mod overflow;

use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorError};
use jsonata_core::value::JValue;

use super::overrides::{self, Returned};

/// The number of milliseconds in a day.
const DAY: i64 = 86_400_000;
/// The leap days of the years 1 to 1969.
const UNTIL_1970: i64 = 477;
/// The beginnings of those components of a picture that describe the date.
const DATE_PARTS: [&str; 9] = ["[Y", "[M", "[D", "[d", "[W", "[w", "[X", "[x", "[F"];

/// The beginnings of those components that describe the year.
const YEAR_PARTS: [&str; 4] = ["[Y", "[X", "[W", "[x"];

/// Registers the functions; `now` is the run's time.
pub(super) fn register(evaluator: &mut Evaluator, now: i64) -> Result<(), EvaluatorError> {
    overrides::register(evaluator, "toMillis", move |given| to_millis(given, now))?;
    overrides::register(evaluator, "fromMillis", |given| match given.first() {
        // JavaScript's times are whole milliseconds.
        Some(JValue::Number(millis)) if millis.fract() != 0.0 => {
            let mut given = given.to_vec();
            given.splice(..1, [JValue::Number(millis.trunc())]);
            by_the_library("fromMillis", &given)
        }
        Some(JValue::String(_)) | None => Err(overrides::wrong_context("fromMillis")),
        _ => by_the_library("fromMillis", given),
    })
}

fn to_millis(given: &[JValue], now: i64) -> Returned {
    let (Some(JValue::String(text)), Some(JValue::String(picture))) = (given.first(), given.get(1))
    else {
        return by_iso(given);
    };
    match parsed(text, picture, now) {
        Err(error) if error.code() == Some("D3136") => counted_on(text, picture, now)
            .map(JValue::from_i64)
            .ok_or(error),
        other => other,
    }
}

/// `$toMillis` without a picture.
fn by_iso(given: &[JValue]) -> Returned {
    by_the_library("toMillis", given).or_else(|error| {
        let text = given.first().and_then(JValue::as_str).unwrap_or_default();
        let Some(reduced) = overflow::reduced_iso(text) else {
            return Err(error);
        };
        let text = JValue::string(reduced.text.as_str());
        let millis = by_the_library("toMillis", &[text])?.as_i64();
        let millis = millis
            .and_then(|millis| reduced.count_on(millis))
            .ok_or(error)?;
        Ok(JValue::from_i64(millis))
    })
}

/// The time of a text whose components may exceed their range.
fn counted_on(text: &str, picture: &str, now: i64) -> Option<i64> {
    let reduced = overflow::reduced(text, picture)?;
    let millis = parsed(&reduced.text, picture, now).ok()?.as_i64()?;
    reduced.count_on(millis)
}

/// A text parsed by a picture as in the library, but with the run's clock and JavaScript's century.
fn parsed(text: &str, picture: &str, now: i64) -> Returned {
    let has = |part: &&str| picture.contains(*part);
    let is_date = DATE_PARTS.iter().any(has);
    let read = if is_date && !YEAR_PARTS.iter().any(has) {
        let (year, _) = year_and_day(now.div_euclid(DAY));
        let text = JValue::string(format!("{year} {text}"));
        by_the_library(
            "toMillis",
            &[text, JValue::string(format!("[Y] {picture}"))],
        )?
    } else {
        by_the_library("toMillis", &[JValue::string(text), JValue::string(picture)])?
    };
    let Some(millis) = read.as_i64() else {
        return Ok(read);
    };
    // The library uses the day of the machine's clock.
    let millis = if is_date {
        in_the_twentieth_century(millis)
    } else {
        now.div_euclid(DAY) * DAY + millis.rem_euclid(DAY)
    };
    Ok(JValue::from_i64(millis))
}

/// Calls one of the library's functions.
pub(super) fn by_the_library(name: &str, given: &[JValue]) -> Result<JValue, EvaluatorError> {
    let names = ["first", "second", "third"];
    let mut context = Context::new();
    let mut args = Vec::new();
    for (name, value) in names.iter().zip(given) {
        context.bind((*name).to_owned(), value.clone());
        args.push(AstNode::variable(*name));
    }
    let call = AstNode::Function {
        name: name.to_owned(),
        args,
        is_builtin: true,
    };
    Evaluator::with_context(context).evaluate(&call, &JValue::Undefined)
}

/// JavaScript reads the years 0 to 99 as years of the twentieth century.
fn in_the_twentieth_century(millis: i64) -> i64 {
    let (year, day_of_year) = year_and_day(millis.div_euclid(DAY));
    if !(0..100).contains(&year) {
        return millis;
    }
    // Every fourth of these years is a leap year except 1900, where 29 February becomes the next
    // day.
    let past_february = year == 0 && day_of_year >= 60;
    let day = first_day(year + 1900) + day_of_year - i64::from(past_february);
    day * DAY + millis.rem_euclid(DAY)
}

/// The year of a day since 1970, and the day of that year, from 0.
fn year_and_day(day: i64) -> (i64, i64) {
    // The result is at most the year wanted: when counting forward, dividing by the longer year
    // gives too few years.
    let length = if day < 0 { 365 } else { 366 };
    let mut year = 1970 + day.div_euclid(length);
    while first_day(year + 1) <= day {
        year += 1;
    }
    (year, day - first_day(year))
}

/// The first day of a year, in days since 1970.
fn first_day(year: i64) -> i64 {
    let before = year - 1;
    let leap_days = before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400);
    (year - 1970) * 365 + leap_days - UNTIL_1970
}

#[cfg(test)]
mod tests {
    use super::{DAY, first_day, in_the_twentieth_century, year_and_day};

    #[test]
    fn years_of_two_digits_are_of_the_twentieth_century() {
        for (year, day) in [(26, 59), (0, 0), (99, 364), (4, 365), (0, 58)] {
            let moved = in_the_twentieth_century((first_day(year) + day) * DAY + 5);
            assert_eq!(
                year_and_day(moved / DAY - i64::from(moved < 0)),
                (year + 1900, day)
            );
        }
        assert_eq!(in_the_twentieth_century(DAY), DAY);
        assert_eq!(first_day(2026), 20_454);
        assert_eq!(year_and_day(-1), (1969, 364));
    }
}
