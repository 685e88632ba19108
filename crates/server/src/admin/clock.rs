//! `/_b2bi/clock`: the server's time.

use b2bi_local_b2bi::Clock as _;
use b2bi_local_model::Timestamp;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::body::{members, wrong};
use super::call::{AdminError, Call, HandlerResult};
use super::reply;
use crate::app::App;
use crate::clock::ClockMode;

const KEYS: [&str; 4] = ["mode", "setTo", "advanceMs", "skewMs"];

/// The changes to the clock, applied in this order.
struct Change {
    mode: Option<ClockMode>,
    set_to: Option<Timestamp>,
    advance_ms: Option<u64>,
    skew_ms: Option<i64>,
}

/// The time of the clock, and its timers.
pub(super) fn show(app: &App, _: &Call) -> HandlerResult {
    let clock = &app.clock;
    let setting = clock.setting();
    let (sleeping, wakes_in_ms) = clock.sleepers();
    let body = json!({
        "mode": setting.mode().as_str(),
        "now": clock.now(),
        "skewMs": setting.skew(),
        "sleeping": sleeping,
        "wakesInMs": wakes_in_ms,
    });
    Ok(reply(StatusCode::OK, &body))
}

/// Changes the clock, and returns its new state.
pub(super) fn set(app: &App, call: &Call) -> HandlerResult {
    let value = call.json()?;
    let change = Change::read(members(&value, &KEYS)?)?;
    apply(app, &change);
    show(app, call)
}

impl Change {
    fn read(members: &Map<String, Value>) -> Result<Self, AdminError> {
        let mode = |value: &Value| value.as_str().and_then(ClockMode::named);
        let time = |value: &Value| serde_json::from_value(value.clone()).ok();
        Ok(Self {
            mode: member(members, "mode", "\"real\" or \"manual\"", mode)?,
            set_to: member(
                members,
                "setTo",
                "a time such as 2026-01-31T09:30:00Z",
                time,
            )?,
            advance_ms: member(
                members,
                "advanceMs",
                "a whole number from 0 up",
                Value::as_u64,
            )?,
            skew_ms: member(members, "skewMs", "a whole number", Value::as_i64)?,
        })
    }
}

/// A member that may be absent or null.
fn member<T>(
    members: &Map<String, Value>,
    key: &str,
    expected: &str,
    read: impl FnOnce(&Value) -> Option<T>,
) -> Result<Option<T>, AdminError> {
    match members.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match read(value) {
            None => Err(wrong(key, expected, Some(value))),
            found => Ok(found),
        },
    }
}

fn apply(app: &App, change: &Change) {
    app.clock.change(|setting| {
        if change.mode.is_some() || change.set_to.is_some() {
            let inner = match change.set_to {
                Some(time) => time.as_millis(),
                None => setting.inner_millis(),
            };
            setting.set(change.mode.unwrap_or(setting.mode()), inner);
        }
        if let Some(millis) = change.advance_ms {
            setting.advance(i64::try_from(millis).unwrap_or(i64::MAX));
        }
        if let Some(millis) = change.skew_ms {
            setting.set_skew(millis);
        }
    });
}
