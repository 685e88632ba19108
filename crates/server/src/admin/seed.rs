//! `/_b2bi/seed`: the seed of all draws.

use http::StatusCode;
use serde_json::{Value, json};

use super::body::{members, wrong};
use super::call::{Call, HandlerResult};
use super::reply;
use crate::app::App;

/// Shows the seed.
pub(super) fn show(app: &App, _: &Call) -> HandlerResult {
    let seed = json!({"seed": app.faults.seed()});
    Ok(reply(StatusCode::OK, &seed))
}

/// Sets the seed; counters start again.
pub(super) fn set(app: &App, call: &Call) -> HandlerResult {
    let value = call.json()?;
    let members = members(&value, &["seed"])?;
    let seed = members.get("seed").and_then(Value::as_u64);
    let seed = seed.ok_or_else(|| {
        let expected = "a whole number from 0 to 18446744073709551615";
        wrong("seed", expected, members.get("seed"))
    })?;
    app.faults.set_seed(seed);
    show(app, call)
}
