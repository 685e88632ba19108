//! Reads chains, steps and effects.

use std::str::FromStr;

use super::cursor::Cursor;
use super::{Chain, GrammarError, Step, StepEffect, socket};
use crate::latency::{Latency, Lognormal, MAX_DELAY_MS};
use crate::plan::When;
use crate::read::similar;
use crate::reply::{ErrorReply, is_code_character};

const EFFECTS: [&str; 14] = [
    "ok", "off", "error", "http", "delay", "reset", "close", "garbage", "stall", "truncate",
    "badchunk", "drip", "json", "panic",
];
const EXPECTED_EFFECT: &str = "the effects are `ok`, `off`, `error(Code[,status][,retryAfter=2s])`, \
     `http(503)`, `delay(200ms)`, `reset`, `close`, `garbage`, `stall(5s)`, `truncate(50%)`, \
     `badchunk`, `drip(1,100ms)`, `json(null)` and `panic`";
const EXPECTED_TIME: &str = "expected a time such as `200ms` or `2s`";
const EXPECTED_PERCENTAGE: &str = "a percentage is a number from 0 to 100, as in `30%`";
const EXPECTED_COUNT: &str = "a count is a whole number from 1, as in `2*`";

impl FromStr for Chain {
    type Err = GrammarError;

    fn from_str(text: &str) -> Result<Self, GrammarError> {
        let mut cursor = Cursor::new(text);
        let chain = chain(&mut cursor)?;
        if cursor.is_at_end() {
            return Ok(chain);
        }
        Err(cursor.complain("expected `->` and another step, or the end"))
    }
}

/// Reads steps as long as arrows follow.
pub(super) fn chain(cursor: &mut Cursor<'_>) -> Result<Chain, GrammarError> {
    let (mut steps, mut starts) = (Vec::new(), Vec::new());
    loop {
        starts.push(*cursor);
        steps.push(step(cursor)?);
        if !cursor.eat("->") {
            break;
        }
    }
    Chain::new(steps)
        .map_err(|(position, reason)| starts.get(position).unwrap_or(cursor).complain(reason))
}

fn step(cursor: &mut Cursor<'_>) -> Result<Step, GrammarError> {
    let start = *cursor;
    let percent = percentage(cursor)?;
    let count = count(cursor)?;
    let when = prefix(cursor);
    let effect = effect(cursor)?;
    let when = match when {
        When::Before if effect.needs_reply() => When::After,
        _ => when,
    };
    let step = Step {
        percent,
        count,
        when,
        effect,
    };
    match step {
        Step {
            effect: StepEffect::Off,
            percent: None,
            count: None,
            when: When::Before,
        } => Ok(step),
        Step {
            effect: StepEffect::Off,
            ..
        } => Err(start.complain(
            "`off` ends the chain at once: it takes no percentage, no count, no `after` or `twice`",
        )),
        Step {
            effect: StepEffect::Ok,
            when: When::After,
            ..
        } => Err(start.complain(
            "`after ok` would do nothing: write `ok`, or the effect that replaces the reply",
        )),
        _ => Ok(step),
    }
}

fn percentage(cursor: &mut Cursor<'_>) -> Result<Option<f64>, GrammarError> {
    let start = *cursor;
    if !precedes(cursor, "%") {
        return Ok(None);
    }
    let percent: f64 = cursor.number(EXPECTED_PERCENTAGE)?;
    if percent > 100.0 {
        return Err(start.complain(EXPECTED_PERCENTAGE));
    }
    Ok(cursor.eat("%").then_some(percent))
}

fn count(cursor: &mut Cursor<'_>) -> Result<Option<u32>, GrammarError> {
    let start = *cursor;
    if !precedes(cursor, "*") {
        return Ok(None);
    }
    let count = cursor.number(EXPECTED_COUNT)?;
    if count == 0 {
        return Err(start.complain(EXPECTED_COUNT));
    }
    Ok(cursor.eat("*").then_some(count))
}

/// Whether a number comes next, and `mark` after it.
fn precedes(cursor: &Cursor<'_>, mark: &str) -> bool {
    let mut ahead = *cursor;
    !ahead.take(|c| c.is_ascii_digit() || c == '.').is_empty() && ahead.eat(mark)
}

fn prefix(cursor: &mut Cursor<'_>) -> When {
    if cursor.eat_word("after") {
        When::After
    } else if cursor.eat_word("twice") {
        When::Twice
    } else {
        When::Before
    }
}

fn effect(cursor: &mut Cursor<'_>) -> Result<StepEffect, GrammarError> {
    let start = *cursor;
    let name = cursor.take(|c| c.is_ascii_alphanumeric() || c == '_');
    match name {
        "ok" => Ok(StepEffect::Ok),
        "off" => Ok(StepEffect::Off),
        "panic" => Ok(StepEffect::Panic),
        "error" => in_brackets(cursor, error),
        "http" => in_brackets(cursor, |cursor| status(cursor, 200).map(StepEffect::Http)),
        "delay" => in_brackets(cursor, |cursor| delay(cursor).map(StepEffect::Delay)),
        "" => Err(start.complain(format!("expected an effect: {EXPECTED_EFFECT}"))),
        number if number.starts_with(|c: char| c.is_ascii_digit()) => Err(start.complain(
            "a number before an effect is a percentage (`30%`), a count (`2*`), or both in that order",
        )),
        _ => socket::effect(name, cursor)
            .unwrap_or_else(|| Err(start.complain(unknown_effect(name)))),
    }
}

fn unknown_effect(name: &str) -> String {
    let hint = similar(name, &EFFECTS).map(|effect| format!("; did you mean `{effect}`?"));
    format!(
        "unknown effect `{name}`: {EXPECTED_EFFECT}{}",
        hint.unwrap_or_default()
    )
}

pub(super) fn in_brackets<T>(
    cursor: &mut Cursor<'_>,
    content: impl FnOnce(&mut Cursor<'_>) -> Result<T, GrammarError>,
) -> Result<T, GrammarError> {
    cursor.need("(", &format!("expected `(`: {EXPECTED_EFFECT}"))?;
    let content = content(cursor)?;
    cursor.need(")", "expected `)`")?;
    Ok(content)
}

fn error(cursor: &mut Cursor<'_>) -> Result<StepEffect, GrammarError> {
    let start = *cursor;
    let code = cursor.take(is_code_character);
    if code.is_empty() {
        return Err(start.complain("expected an error code, as in `error(ThrottlingException)`"));
    }
    let mut error = ErrorReply::new(code);
    let mut more = cursor.eat(",");
    if more && !cursor.eat_word("retryAfter") {
        error.status_code = Some(status(cursor, 400)?);
        more = cursor.eat(",");
        if more && !cursor.eat_word("retryAfter") {
            return Err(cursor.complain("expected `retryAfter=` and a time, as in `retryAfter=2s`"));
        }
    }
    if more {
        cursor.need("=", "expected `=` and a time, as in `retryAfter=2s`")?;
        error = error.advising(time(cursor)?);
    }
    Ok(StepEffect::Error(error))
}

fn status(cursor: &mut Cursor<'_>, least: u16) -> Result<u16, GrammarError> {
    let start = *cursor;
    let message = format!("expected a status from {least} to 599");
    let status = cursor.number(&message)?;
    if !(least..=599).contains(&status) {
        return Err(start.complain(message));
    }
    Ok(status)
}

fn delay(cursor: &mut Cursor<'_>) -> Result<Latency, GrammarError> {
    let start = *cursor;
    if cursor.eat_word("uniform") {
        let (low, high) = in_brackets(cursor, |cursor| {
            Ok((delay_time(cursor)?, second(cursor, delay_time)?))
        })?;
        let latency = Latency::Uniform(low, high);
        return if low <= high {
            Ok(latency)
        } else {
            Err(start.complain("the longer time is second"))
        };
    }
    if cursor.eat_word("lognormal") {
        let shape = in_brackets(cursor, lognormal)?;
        return shape
            .checked()
            .map(Latency::Lognormal)
            .map_err(|reason| start.complain(reason));
    }
    delay_time(cursor).map(Latency::Fixed)
}

fn lognormal(cursor: &mut Cursor<'_>) -> Result<Lognormal, GrammarError> {
    let median_ms = delay_time(cursor)?;
    let sigma = second(cursor, |cursor| {
        cursor.number("expected sigma, the spread, as in `lognormal(90ms,0.4)`")
    })?;
    Ok(Lognormal {
        median_ms,
        sigma,
        max_ms: None,
    })
}

pub(super) fn second<T>(
    cursor: &mut Cursor<'_>,
    content: impl FnOnce(&mut Cursor<'_>) -> Result<T, GrammarError>,
) -> Result<T, GrammarError> {
    cursor.need(",", "expected `,` and a second number")?;
    content(cursor)
}

pub(super) fn delay_time(cursor: &mut Cursor<'_>) -> Result<u64, GrammarError> {
    let start = *cursor;
    let ms = time(cursor)?;
    if ms > MAX_DELAY_MS {
        return Err(start.complain("a delay is at most an hour (`3600s`)"));
    }
    Ok(ms)
}

pub(super) fn time(cursor: &mut Cursor<'_>) -> Result<u64, GrammarError> {
    let start = *cursor;
    let number: u64 = cursor.number(EXPECTED_TIME)?;
    let ms = match cursor.take(|c| c.is_ascii_alphanumeric()) {
        "ms" => Some(number),
        "s" => number.checked_mul(1000),
        _ => None,
    };
    ms.ok_or_else(|| start.complain(EXPECTED_TIME))
}
