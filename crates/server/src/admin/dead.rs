//! `/_b2bi/events/dead` and `/_b2bi/logs/dead`: what could not be brought to the sinks.

use b2bi_local_faults::Glob;
use http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::call::{Answer, Call};
use super::reply;
use crate::app::App;
use crate::sinks::{Courier, Dead};

pub(super) const QUERY: &[&str] = &["sink"];

/// Shows the events that did not arrive.
pub(super) fn events(app: &App, call: &Call) -> Answer {
    show(&app.told.sinks.events, call, "event")
}

/// Shows the log records that did not arrive.
pub(super) fn logs(app: &App, call: &Call) -> Answer {
    show(&app.told.sinks.records, call, "record")
}

/// Sends the events again that did not arrive.
pub(super) fn retry_events(app: &App, call: &Call) -> Answer {
    retry(&app.told.sinks.events, call)
}

/// Sends the log records again that did not arrive.
pub(super) fn retry_logs(app: &App, call: &Call) -> Answer {
    retry(&app.told.sinks.records, call)
}

/// Forgets the events that did not arrive.
pub(super) fn clear_events(app: &App, call: &Call) -> Answer {
    clear(&app.told.sinks.events, call)
}

/// Forgets the log records that did not arrive.
pub(super) fn clear_logs(app: &App, call: &Call) -> Answer {
    clear(&app.told.sinks.records, call)
}

/// The sinks whose names fit the query.
fn wanted<'a, T: Send + Sync + 'static>(
    couriers: &'a [Courier<T>],
    call: &Call,
) -> impl Iterator<Item = &'a Courier<T>> {
    let pattern = call.params.get("sink").map(Glob::new);
    let fits = move |courier: &&Courier<T>| {
        let sink = courier.sink();
        pattern.as_ref().is_none_or(|glob| glob.is_match(sink))
    };
    couriers.iter().filter(fits)
}

fn retry<T: Serialize + Send + Sync + 'static>(couriers: &[Courier<T>], call: &Call) -> Answer {
    let retried: usize = wanted(couriers, call).map(Courier::retry).sum();
    Ok(reply(StatusCode::OK, &json!({"retried": retried})))
}

fn clear<T: Serialize + Send + Sync + 'static>(couriers: &[Courier<T>], call: &Call) -> Answer {
    let cleared: usize = wanted(couriers, call).map(Courier::forget).sum();
    Ok(reply(StatusCode::OK, &json!({"cleared": cleared})))
}

/// The counts of each sink, and the dead letters of all, oldest first for each.
fn show<T: Serialize + Send + Sync + 'static>(
    couriers: &[Courier<T>],
    call: &Call,
    name: &str,
) -> Answer {
    let (mut tallies, mut dead) = (Vec::new(), Vec::new());
    for courier in wanted(couriers, call) {
        tallies.push(courier.tally());
        let letters = courier.dead().into_iter();
        dead.extend(letters.map(|it| letter(courier.sink(), name, &it)));
    }
    let body = json!({"sinks": tallies, "dead": dead});
    Ok(reply(StatusCode::OK, &body))
}

fn letter<T: Serialize>(sink: &str, name: &str, dead: &Dead<T>) -> Map<String, Value> {
    Map::from_iter([
        ("sink".to_owned(), sink.into()),
        ("attempts".to_owned(), dead.attempts.into()),
        ("lastError".to_owned(), dead.last_error.as_str().into()),
        ("failedAt".to_owned(), json!(dead.failed_at)),
        (name.to_owned(), json!(*dead.item)),
    ])
}
