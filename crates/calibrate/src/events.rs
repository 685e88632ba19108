//! Reads the events of a run: from a log group that a rule of `EventBridge` fills, or from the
//! emulator itself.

use serde_json::{Map, Value, json};

use crate::build::{logs_request, rest_request};
use crate::endpoint::{Endpoint, EndpointError, Request, Response};
use crate::retry::send;

/// The maximum number of events that are read.
const MOST: usize = 1_000;
/// The maximum number of pages of a log group. Pages may be empty even if others follow.
const PAGES: usize = 100;

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

/// Reads what `FilterLogEvents` finds to its end, as one reply.
///
/// # Errors
///
/// There is no reply.
pub(crate) async fn all_pages<E: Endpoint + ?Sized>(
    endpoint: &E,
    request: &Request,
    first: Response,
) -> Result<Response, EndpointError> {
    const TOKEN: &str = "nextToken";
    let mut events: Vec<Value> = Vec::new();
    let mut last = first;
    for _ in 0..PAGES {
        let reply: Option<Map<String, Value>> = serde_json::from_slice(&last.body).ok();
        let Some(mut reply) = reply.filter(|_| last.status < 400) else {
            break;
        };
        let listed = reply.get("events").and_then(Value::as_array);
        events.extend(listed.into_iter().flatten().cloned());
        let Some(token) = reply.get(TOKEN).filter(|token| token.is_string()).cloned() else {
            reply.insert("events".to_owned(), events.into());
            last.body = Value::Object(reply).to_string().into();
            break;
        };
        let mut input: Map<String, Value> =
            serde_json::from_slice(&request.body).unwrap_or_default();
        input.insert(TOKEN.to_owned(), token);
        let next = Request {
            body: Value::Object(input).to_string().into(),
            ..request.clone()
        };
        last = send(endpoint, &next).await?;
    }
    Ok(last)
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

/// Whether a reply has events.
pub(crate) fn are_there(response: &Response) -> bool {
    let reply: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let listed = reply.get("events").and_then(Value::as_array);
    listed.is_some_and(|events| !events.is_empty())
}

/// An event of either list: a message that contains it, or a member `event`.
fn event(listed: &Value) -> Option<Value> {
    match listed.get("message").and_then(Value::as_str) {
        Some(message) => serde_json::from_str(message).ok(),
        None => listed.get("event").cloned(),
    }
}
