//! `/_b2bi/events` and `/_b2bi/logs`: what the service has told.

use http::StatusCode;
use serde_json::{Value, json};

use super::call::{Call, HandlerResult};
use super::query::{Query, WAIT};
use super::reply;
use crate::app::App;
use crate::event_log::{EventLog, EventLogEntry};
use crate::ring::Numbered;

pub(super) const EVENT_QUERY: &[&str] = &[
    "account",
    "region",
    "detailType",
    "jobId",
    "tradingPartnerId",
    "since",
    "limit",
    WAIT,
];
pub(super) const LOG_QUERY: &[&str] = &["account", "region", "group", "stream", "since", "limit"];

/// The events that fit the query, oldest first.
pub(super) fn events(app: &App, call: &Call) -> HandlerResult {
    let query = Query::read(&call.params)?;
    let (latest, events) = found(&app.event_log, &query, query.limit);
    let body = json!({"latest": latest, "events": events});
    Ok(reply(StatusCode::OK, &body))
}

/// The number of the latest event, and the first `limit` that fit the query.
pub(super) fn found(
    event_log: &EventLog,
    query: &Query,
    limit: usize,
) -> (u64, Vec<Numbered<EventLogEntry>>) {
    event_log.events(query.since, limit, |item| {
        let event = &item.delivery.event;
        let detail = |key: &str| event.detail.get(key).and_then(Value::as_str);
        query.accepts(|field| match field {
            "account" => Some(event.account.as_str()),
            "region" => Some(event.region.as_str()),
            "detailType" => Some(event.detail_type),
            "jobId" => Some(item.job_id.as_str()),
            "tradingPartnerId" => detail("trading-partner-id"),
            _ => None,
        })
    })
}

/// The log records that fit the query, oldest first.
pub(super) fn logs(app: &App, call: &Call) -> HandlerResult {
    let query = Query::read(&call.params)?;
    let (latest, records) = app.event_log.records(query.since, query.limit, |item| {
        query.accepts(|field| match field {
            "account" => Some(item.account.as_str()),
            "region" => Some(item.region.as_str()),
            "group" => Some(item.group.as_str()),
            "stream" => Some(item.stream.as_str()),
            _ => None,
        })
    });
    let body = json!({"latest": latest, "records": records});
    Ok(reply(StatusCode::OK, &body))
}

/// Forgets all events.
pub(super) fn clear_events(app: &App, _: &Call) -> HandlerResult {
    let cleared = json!({"cleared": app.event_log.clear_events()});
    Ok(reply(StatusCode::OK, &cleared))
}

/// Forgets all log records.
pub(super) fn clear_logs(app: &App, _: &Call) -> HandlerResult {
    let cleared = json!({"cleared": app.event_log.clear_records()});
    Ok(reply(StatusCode::OK, &cleared))
}
