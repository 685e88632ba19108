//! `/_b2bi/clock`: what the server takes the time to be.

use b2bi_local_b2bi::Clock as _;
use b2bi_local_model::Timestamp;
use bytes::Bytes;
use http::{Response, StatusCode};
use serde::Deserialize;
use serde_json::json;

use super::{problem, reply};
use crate::app::App;
use crate::clock::ClockMode;

/// What of the clock is to change; members are taken in this order.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Change {
    mode: Option<Mode>,
    set_to: Option<Timestamp>,
    advance_ms: Option<u32>,
    skew_ms: Option<i64>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Mode {
    Real,
    Manual,
}

/// What the clock shows, and who waits for it.
pub(super) fn show(app: &App) -> Response<Bytes> {
    let clock = &app.clock;
    let (sleeping, wakes_in_ms) = clock.sleepers();
    let body = json!({
        "mode": clock.mode().as_str(),
        "now": clock.now(),
        "skewMs": clock.skew(),
        "sleeping": sleeping,
        "wakesInMs": wakes_in_ms,
    });
    reply(StatusCode::OK, &body)
}

/// Changes the clock, and shows what it is then.
pub(super) fn set(app: &App, body: &Bytes) -> Response<Bytes> {
    let change = match serde_json::from_slice::<Change>(body) {
        Ok(change) => change,
        Err(error) => {
            let message = format!(
                "Send {{\"mode\": \"real\" or \"manual\", \"setTo\": TIME, \"advanceMs\": NUMBER, \
                 \"skewMs\": NUMBER}}, any of them: {error}"
            );
            return problem(StatusCode::BAD_REQUEST, &message);
        }
    };
    apply(app, &change);
    show(app)
}

fn apply(app: &App, change: &Change) {
    let clock = &app.clock;
    let mode = match change.mode {
        None => clock.mode(),
        Some(Mode::Real) => ClockMode::Real,
        Some(Mode::Manual) => ClockMode::Manual,
    };
    if change.mode.is_some() || change.set_to.is_some() {
        let now = Timestamp::from_millis(clock.inner_millis());
        clock.set(mode, change.set_to.unwrap_or(now));
    }
    if let Some(millis) = change.advance_ms {
        clock.advance(millis.into());
    }
    if let Some(millis) = change.skew_ms {
        clock.set_skew(millis);
    }
}
