//! `/_b2bi/events` and `/_b2bi/logs`: the latest events and log records.

use http::StatusCode;
use serde_json::json;

use super::call::{Call, HandlerResult};
use super::query::{Query, WAIT};
use super::reply;
use crate::app::App;
use crate::event_log::EventLog;
use crate::ring::Numbered;
use crate::stored::StoredEvent;

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
) -> (u64, Vec<Numbered<StoredEvent>>) {
    event_log.events(query.since, limit, |item| {
        query.accepts(|field| match field {
            "account" => Some(&*item.account),
            "region" => Some(&*item.region),
            "detailType" => Some(item.detail_type),
            "jobId" => Some(&*item.job_id),
            "tradingPartnerId" => item.trading_partner_id.as_deref(),
            _ => None,
        })
    })
}

/// The log records that fit the query, oldest first.
pub(super) fn logs(app: &App, call: &Call) -> HandlerResult {
    let query = Query::read(&call.params)?;
    let (latest, records) = app.event_log.records(query.since, query.limit, |item| {
        query.accepts(|field| match field {
            "account" => Some(&*item.account),
            "region" => Some(&*item.region),
            "group" => Some(&*item.group),
            "stream" => Some(&*item.stream),
            _ => None,
        })
    });
    let body = json!({"latest": latest, "records": records});
    Ok(reply(StatusCode::OK, &body))
}

/// Removes all events.
pub(super) fn clear_events(app: &App, _: &Call) -> HandlerResult {
    let cleared = json!({"cleared": app.event_log.clear_events()});
    Ok(reply(StatusCode::OK, &cleared))
}

/// Removes all log records.
pub(super) fn clear_logs(app: &App, _: &Call) -> HandlerResult {
    let cleared = json!({"cleared": app.event_log.clear_records()});
    Ok(reply(StatusCode::OK, &cleared))
}
