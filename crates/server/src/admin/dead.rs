//! `/_b2bi/events/dead`, `/_b2bi/logs/dead` and `/_b2bi/s3-notifications/dead`: the dead letters of the
//! sinks.

use b2bi_local_faults::Glob;
use http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::call::{Call, HandlerResult};
use super::reply;
use crate::app::App;
use crate::sinks::{DeadLetter, DeliveryQueue};

pub(super) const QUERY: &[&str] = &["sink"];

/// Shows the events that did not arrive.
pub(super) fn events(app: &App, call: &Call) -> HandlerResult {
    show(&app.event_log.sinks.events, call, "event")
}

/// Shows the log records that did not arrive.
pub(super) fn logs(app: &App, call: &Call) -> HandlerResult {
    show(&app.event_log.sinks.records, call, "record")
}

/// Sends the events again that did not arrive.
pub(super) fn retry_events(app: &App, call: &Call) -> HandlerResult {
    retry(&app.event_log.sinks.events, call)
}

/// Sends the log records again that did not arrive.
pub(super) fn retry_logs(app: &App, call: &Call) -> HandlerResult {
    retry(&app.event_log.sinks.records, call)
}

/// Drops the dead events.
pub(super) fn clear_events(app: &App, call: &Call) -> HandlerResult {
    clear(&app.event_log.sinks.events, call)
}

/// Drops the dead log records.
pub(super) fn clear_logs(app: &App, call: &Call) -> HandlerResult {
    clear(&app.event_log.sinks.records, call)
}

/// Shows the notifications of S3 that did not arrive.
pub(super) fn notifications(app: &App, call: &Call) -> HandlerResult {
    show(&app.event_log.sinks.notifications, call, "notification")
}

/// Sends the notifications again that did not arrive.
pub(super) fn retry_notifications(app: &App, call: &Call) -> HandlerResult {
    retry(&app.event_log.sinks.notifications, call)
}

/// Drops the dead notifications.
pub(super) fn clear_notifications(app: &App, call: &Call) -> HandlerResult {
    clear(&app.event_log.sinks.notifications, call)
}

/// The sinks whose names match the query.
fn wanted<'a, T: Send + Sync + 'static>(
    queues: &'a [DeliveryQueue<T>],
    call: &Call,
) -> impl Iterator<Item = &'a DeliveryQueue<T>> {
    let pattern = call.params.get("sink").map(Glob::new);
    let fits = move |delivery_queue: &&DeliveryQueue<T>| {
        let sink = delivery_queue.sink();
        pattern.as_ref().is_none_or(|glob| glob.is_match(sink))
    };
    queues.iter().filter(fits)
}

fn retry<T: Serialize + Send + Sync + 'static>(
    queues: &[DeliveryQueue<T>],
    call: &Call,
) -> HandlerResult {
    let retried: usize = wanted(queues, call).map(DeliveryQueue::retry).sum();
    Ok(reply(StatusCode::OK, &json!({"retried": retried})))
}

fn clear<T: Serialize + Send + Sync + 'static>(
    queues: &[DeliveryQueue<T>],
    call: &Call,
) -> HandlerResult {
    let cleared: usize = wanted(queues, call).map(DeliveryQueue::forget).sum();
    Ok(reply(StatusCode::OK, &json!({"cleared": cleared})))
}

/// The counts of each sink, and the dead letters of all, oldest first for each.
fn show<T: Serialize + Send + Sync + 'static>(
    queues: &[DeliveryQueue<T>],
    call: &Call,
    name: &str,
) -> HandlerResult {
    let (mut sink_counts, mut dead) = (Vec::new(), Vec::new());
    for delivery_queue in wanted(queues, call) {
        sink_counts.push(delivery_queue.sink_counts());
        let letters = delivery_queue.dead_letters().into_iter();
        dead.extend(letters.map(|letters| dead_letter(delivery_queue.sink(), name, &letters)));
    }
    let body = json!({"sinks": sink_counts, "dead": dead});
    Ok(reply(StatusCode::OK, &body))
}

fn dead_letter<T: Serialize>(sink: &str, name: &str, dead: &DeadLetter<T>) -> Map<String, Value> {
    Map::from_iter([
        ("sink".to_owned(), sink.into()),
        ("attempts".to_owned(), dead.attempts.into()),
        ("lastError".to_owned(), dead.last_error.as_str().into()),
        ("failedAt".to_owned(), json!(dead.failed_at)),
        (name.to_owned(), json!(*dead.item)),
    ])
}
