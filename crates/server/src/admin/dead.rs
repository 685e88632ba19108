//! `/_b2bi/events/dead` and `/_b2bi/logs/dead`: what could not be brought to the sinks.

use b2bi_local_faults::Glob;
use bytes::Bytes;
use http::{Method, Response, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::query::values;
use super::{problem, reply};
use crate::app::App;
use crate::sinks::{Courier, Dead};

/// Shows, sends again or forgets the events that did not arrive.
pub(super) fn events(app: &App, method: &Method, query: Option<&str>) -> Response<Bytes> {
    answer(&app.told.sinks.events, "event", method, query)
}

/// Shows, sends again or forgets the log records that did not arrive.
pub(super) fn logs(app: &App, method: &Method, query: Option<&str>) -> Response<Bytes> {
    answer(&app.told.sinks.records, "record", method, query)
}

fn answer<T: Serialize + Send + Sync + 'static>(
    couriers: &[Courier<T>],
    name: &str,
    method: &Method,
    query: Option<&str>,
) -> Response<Bytes> {
    let wanted = match values(query, &["sink"]) {
        Ok(mut values) => values.remove("sink").map(Glob::new),
        Err(message) => return problem(StatusCode::BAD_REQUEST, &message),
    };
    let is_wanted = |it: &&Courier<T>| wanted.as_ref().is_none_or(|glob| glob.is_match(it.sink()));
    let couriers = couriers.iter().filter(is_wanted);
    match *method {
        Method::GET => reply(StatusCode::OK, &listed(couriers, name)),
        Method::POST => {
            let retried: usize = couriers.map(Courier::retry).sum();
            reply(StatusCode::OK, &json!({"retried": retried}))
        }
        Method::DELETE => {
            let cleared: usize = couriers.map(Courier::forget).sum();
            reply(StatusCode::OK, &json!({"cleared": cleared}))
        }
        _ => {
            let message = "Dead letters know GET, POST to send them again, and DELETE";
            problem(StatusCode::METHOD_NOT_ALLOWED, message)
        }
    }
}

/// The counts of each sink, and the dead letters of all, oldest first for each.
fn listed<'a, T: Serialize + Send + Sync + 'static>(
    couriers: impl Iterator<Item = &'a Courier<T>>,
    name: &str,
) -> Value {
    let (mut tallies, mut dead) = (Vec::new(), Vec::new());
    for courier in couriers {
        tallies.push(courier.tally());
        let letters = courier.dead().into_iter();
        dead.extend(letters.map(|it| letter(courier.sink(), name, &it)));
    }
    json!({"sinks": tallies, "dead": dead})
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
