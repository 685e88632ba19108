//! `/_b2bi/jobs`: which jobs wait, which are at work and how they ended.

use b2bi_local_b2bi::JobReport;
use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::json;

use super::query::Query;
use super::{problem, reply};
use crate::app::App;

const FIELDS: [&str; 7] = [
    "account",
    "region",
    "state",
    "jobId",
    "transformerId",
    "capabilityId",
    "tradingPartnerId",
];
/// The states that are counted, in the order in which a job goes through them.
const STATES: [&str; 5] = ["accepted", "queued", "running", "succeeded", "failed"];

/// The jobs that fit the query in the order of their acceptance, and how many are in each state.
pub(super) fn list(app: &App, query: Option<&str>) -> Response<Bytes> {
    let query = match Query::read(query, &FIELDS) {
        Ok(query) => query,
        Err(message) => return problem(StatusCode::BAD_REQUEST, &message),
    };
    let mut jobs = app.service.jobs();
    jobs.retain(|job| query.accepts(|field| value(job, field)));
    let count = |state: &&str| jobs.iter().filter(|it| it.state == *state).count();
    let counts: serde_json::Map<String, serde_json::Value> = STATES
        .iter()
        .map(|state| ((*state).to_owned(), count(state).into()))
        .collect();
    jobs.truncate(query.limit);
    reply(StatusCode::OK, &json!({"counts": counts, "jobs": jobs}))
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
