//! `/_b2bi/events` and `/_b2bi/logs`: what the service has told.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::query::{Query, WAIT};
use super::{problem, reply};
use crate::app::App;
use crate::ring::Numbered;
use crate::told::{Announced, Told};

const EVENT_FIELDS: [&str; 6] = [
    "account",
    "region",
    "detailType",
    "jobId",
    "tradingPartnerId",
    WAIT,
];
const LOG_FIELDS: [&str; 4] = ["account", "region", "group", "stream"];

/// The events that fit the query, oldest first.
pub(super) fn events(app: &App, query: Option<&str>) -> Response<Bytes> {
    let query = match event_query(query) {
        Ok(query) => query,
        Err(message) => return problem(StatusCode::BAD_REQUEST, &message),
    };
    let (latest, events) = found(&app.told, &query, query.limit);
    reply(StatusCode::OK, &json!({"latest": latest, "events": events}))
}

/// Reads what events are asked for.
///
/// # Errors
///
/// There is no such field, or its value makes no sense.
pub(super) fn event_query(query: Option<&str>) -> Result<Query, String> {
    Query::read(query, &EVENT_FIELDS)
}

/// The number of the latest event, and the first `limit` that fit the query.
pub(super) fn found(told: &Told, query: &Query, limit: usize) -> (u64, Vec<Numbered<Announced>>) {
    told.events(query.since, limit, |it| {
        let event = &it.delivery.event;
        let detail = |key: &str| event.detail.get(key).and_then(Value::as_str);
        query.accepts(|field| match field {
            "account" => Some(event.account.as_str()),
            "region" => Some(event.region.as_str()),
            "detailType" => Some(event.detail_type),
            "jobId" => Some(it.job_id.as_str()),
            "tradingPartnerId" => detail("trading-partner-id"),
            _ => None,
        })
    })
}

/// The log records that fit the query, oldest first.
pub(super) fn logs(app: &App, query: Option<&str>) -> Response<Bytes> {
    let query = match Query::read(query, &LOG_FIELDS) {
        Ok(query) => query,
        Err(message) => return problem(StatusCode::BAD_REQUEST, &message),
    };
    let (latest, records) = app.told.records(query.since, query.limit, |it| {
        query.accepts(|field| match field {
            "account" => Some(it.account.as_str()),
            "region" => Some(it.region.as_str()),
            "group" => Some(it.group.as_str()),
            "stream" => Some(it.stream.as_str()),
            _ => None,
        })
    });
    reply(
        StatusCode::OK,
        &json!({"latest": latest, "records": records}),
    )
}

/// Forgets all events.
pub(super) fn clear_events(app: &App) -> Response<Bytes> {
    reply(StatusCode::OK, &json!({"cleared": app.told.clear_events()}))
}

/// Forgets all log records.
pub(super) fn clear_logs(app: &App) -> Response<Bytes> {
    reply(
        StatusCode::OK,
        &json!({"cleared": app.told.clear_records()}),
    )
}
