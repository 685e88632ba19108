//! `/_b2bi/jobs`: which jobs wait, which are at work and how they ended.

use b2bi_local_b2bi::JobReport;
use http::StatusCode;
use serde_json::json;

use super::call::{Call, HandlerResult};
use super::query::Query;
use super::reply;
use crate::app::App;

pub(super) const QUERY: &[&str] = &[
    "account",
    "region",
    "state",
    "jobId",
    "transformerId",
    "capabilityId",
    "tradingPartnerId",
    "since",
    "limit",
];
/// The states that are counted, in the order in which a job goes through them.
const STATES: [&str; 5] = ["accepted", "queued", "running", "succeeded", "failed"];

/// The jobs that fit the query in the order of their acceptance, and how many are in each state.
pub(super) fn list(app: &App, call: &Call) -> HandlerResult {
    let query = Query::read(&call.params)?;
    let mut jobs = app.service.jobs();
    jobs.retain(|job| query.accepts(|field| value(job, field)));
    let count = |state: &&str| jobs.iter().filter(|job| job.state == *state).count();
    let counts: serde_json::Map<String, serde_json::Value> = STATES
        .iter()
        .map(|state| ((*state).to_owned(), count(state).into()))
        .collect();
    jobs.truncate(query.limit);
    let body = json!({"counts": counts, "jobs": jobs});
    Ok(reply(StatusCode::OK, &body))
}

fn value<'a>(job: &'a JobReport, field: &str) -> Option<&'a str> {
    match field {
        "account" => Some(&job.account),
        "region" => Some(&job.region),
        "state" => Some(job.state),
        "jobId" => Some(&job.id),
        "transformerId" => Some(&job.transformer_id),
        "capabilityId" => job.capability_id.as_deref(),
        "tradingPartnerId" => job.trading_partner_id.as_deref(),
        _ => None,
    }
}
