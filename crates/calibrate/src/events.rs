//! Reads the events of a run: from a log group that a rule of `EventBridge` fills, or from the
//! emulator itself.

use serde_json::{Value, json};

use crate::build::{logs_request, rest_request};
use crate::endpoint::{Request, Response};

/// The most events that are looked at.
const MOST: usize = 1_000;

/// The request that reads events: from a log group, or without one from the emulator.
pub(crate) fn request(group: Option<&str>, prefix: &str) -> Request {
    match group {
        Some(group) => {
            let pattern = format!("\"{prefix}\"");
            let input = json!({ "logGroupName": group, "filterPattern": pattern });
            logs_request("FilterLogEvents", &input)
        }
        None => rest_request(
            "events",
            &format!("GET /_b2bi/events?limit={MOST}"),
            String::new(),
        ),
    }
}

/// The details of those events that name the run, by type, each type in the order of the files' names.
pub(crate) fn of_run(response: &mut Response, prefix: &str) {
    if response.status >= 400 {
        return;
    }
    let reply: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let listed = reply.get("events").and_then(Value::as_array);
    let events = listed.into_iter().flatten().filter_map(event);
    let mut own: Vec<Value> = events
        .filter(|event| event.to_string().contains(prefix))
        .map(|event| json!({ "detail-type": event.get("detail-type"), "detail": event.get("detail") }))
        .collect();
    own.sort_by_cached_key(|event| event.get("detail-type").map(Value::to_string));
    response.body = json!({ "events": own }).to_string().into();
}

/// An event of either list: a message that holds it, or a member `event`.
fn event(listed: &Value) -> Option<Value> {
    match listed.get("message").and_then(Value::as_str) {
        Some(message) => serde_json::from_str(message).ok(),
        None => listed.get("event").cloned(),
    }
}
