//! `/_b2bi/jobs`: the queued, running and ended jobs.

use b2bi_local_b2bi::JobFacts;
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
/// The counted states, in the order in which a job goes through them.
const STATES: [&str; 5] = ["accepted", "queued", "running", "succeeded", "failed"];

/// The jobs that fit the query in the order of their acceptance, and how many are in each state.
pub(super) fn list(app: &App, call: &Call) -> HandlerResult {
    let query = Query::read(&call.params)?;
    let mut counts = STATES.map(|state| (state, 0_u64));
    let jobs = app.service.find_jobs(query.limit, |job, state| {
        let fits = query.accepts(|field| value(job, state, field));
        if let Some((_, count)) = counts.iter_mut().find(|(counted, _)| *counted == state) {
            *count += u64::from(fits);
        }
        fits
    });
    let counts: serde_json::Map<String, serde_json::Value> = counts
        .into_iter()
        .map(|(state, count)| (state.to_owned(), count.into()))
        .collect();
    let body = json!({"counts": counts, "jobs": jobs});
    Ok(reply(StatusCode::OK, &body))
}

fn value<'a>(job: &'a JobFacts, state: &'static str, field: &str) -> Option<&'a str> {
    match field {
        "account" => Some(&job.account),
        "region" => Some(&job.region),
        "state" => Some(state),
        "jobId" => Some(&job.id),
        "transformerId" => Some(&job.transformer_id),
        "capabilityId" => job.capability_id.as_deref(),
        "tradingPartnerId" => job.trading_partner_id.as_deref(),
        _ => None,
    }
}
