//! Reads the effects on connections and replies.

use super::cursor::Cursor;
use super::parse::{delay_time, in_brackets, second, time};
use super::{GrammarError, StepEffect};
use crate::connection::{Connection, Ending, Place};
use crate::damage::{Chunked, Damage, Drip, Finish, Truncate};

/// The bodies with which `json(…)` replaces the reply's own.
pub(super) const BODIES: [(&str, &str); 3] = [
    ("null", "null"),
    ("html", "<html><body>Service Unavailable</body></html>"),
    ("empty", ""),
];
const EXPECTED_PLACE: &str = "expected `headers`, `body` or `end`, as in `reset(body)`";
const EXPECTED_LENGTH: &str =
    "expected bytes or a percentage, as in `truncate(20)` or `truncate(50%)`";
const EXPECTED_FINISH: &str = "expected `close`, `reset` or `stall`, as in `truncate(20,reset)`";

/// Reads what follows the name of an effect, when it is one of these.
pub(super) fn effect(
    name: &str,
    cursor: &mut Cursor<'_>,
) -> Option<Result<StepEffect, GrammarError>> {
    Some(match name {
        "reset" => ending(Ending::Reset, cursor),
        "close" => ending(Ending::Close, cursor),
        "garbage" => ending(Ending::Garbage, cursor),
        "stall" => in_brackets(cursor, stall),
        "truncate" => in_brackets(cursor, truncate),
        "badchunk" => Ok(StepEffect::Response(Damage {
            chunked: Some(Chunked::BadSize),
            ..Damage::default()
        })),
        "drip" => in_brackets(cursor, drip),
        "json" => in_brackets(cursor, json),
        _ => return None,
    })
}

/// Reads the place in brackets, which may be missing.
fn ending(kind: Ending, cursor: &mut Cursor<'_>) -> Result<StepEffect, GrammarError> {
    let mut connection = Connection::new(kind);
    if cursor.eat("(") {
        connection.at = place(cursor)?;
        cursor.need(")", "expected `)`")?;
    }
    Ok(StepEffect::Connection(connection))
}

fn place(cursor: &mut Cursor<'_>) -> Result<Place, GrammarError> {
    let start = *cursor;
    let name = cursor.take(|c| c.is_ascii_alphanumeric());
    let place = Place::named(name).filter(|place| *place != Place::Accept);
    place.ok_or_else(|| start.complain(EXPECTED_PLACE))
}

fn stall(cursor: &mut Cursor<'_>) -> Result<StepEffect, GrammarError> {
    Ok(StepEffect::Connection(Connection {
        hold_ms: Some(delay_time(cursor)?),
        ..Connection::new(Ending::Stall)
    }))
}

fn truncate(cursor: &mut Cursor<'_>) -> Result<StepEffect, GrammarError> {
    let start = *cursor;
    let number: f64 = cursor.number(EXPECTED_LENGTH)?;
    let truncate = if cursor.eat("%") {
        Some(Truncate::Percent(number)).filter(|_| number <= 100.0)
    } else {
        let mut again = start;
        again.number(EXPECTED_LENGTH).ok().map(Truncate::Bytes)
    };
    let finish = if cursor.eat(",") {
        let start = *cursor;
        let name = cursor.take(|c| c.is_ascii_alphanumeric());
        Some(Finish::named(name).ok_or_else(|| start.complain(EXPECTED_FINISH))?)
    } else {
        None
    };
    Ok(StepEffect::Response(Damage {
        truncate: Some(truncate.ok_or_else(|| start.complain(EXPECTED_LENGTH))?),
        finish,
        ..Damage::default()
    }))
}

fn drip(cursor: &mut Cursor<'_>) -> Result<StepEffect, GrammarError> {
    let start = *cursor;
    let bytes: u64 = cursor.number("expected bytes and a time, as in `drip(1,100ms)`")?;
    let every_ms = second(cursor, time)?;
    if bytes == 0 || every_ms > 60_000 {
        return Err(start.complain("expected at least a byte and at most a minute"));
    }
    Ok(StepEffect::Response(Damage {
        drip: Some(Drip { bytes, every_ms }),
        ..Damage::default()
    }))
}

fn json(cursor: &mut Cursor<'_>) -> Result<StepEffect, GrammarError> {
    let start = *cursor;
    let name = cursor.take(|c| c.is_ascii_alphanumeric());
    let known = BODIES.iter().find(|(known, _)| *known == name);
    let (_, body) = known.ok_or_else(|| start.complain("expected `null`, `html` or `empty`"))?;
    Ok(StepEffect::Response(Damage::with_body(body)))
}
