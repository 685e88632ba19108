//! `/_b2bi/journal` and `/_b2bi/verify`: what happened, and whether it is what was to happen.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::{problem, reply};
use crate::app::App;
use crate::journal::{Entry, Expectation, Filter};

const OFF: &str = "No journal is kept: the setting journal-size is 0";

/// The entries that fit the query, oldest first; `group=invocation` joins the attempts of a call.
pub(super) fn list(app: &App, query: Option<&str>) -> Response<Bytes> {
    let (rest, grouped) = match without_group(query.unwrap_or_default()) {
        Ok(parts) => parts,
        Err(message) => return problem(StatusCode::BAD_REQUEST, &message),
    };
    let filter = match Filter::from_query(&rest) {
        Ok(filter) => filter,
        Err(message) => return problem(StatusCode::BAD_REQUEST, &message),
    };
    let (latest, entries) = app.journal.find(&filter);
    let mut body = json!({"size": app.journal.size(), "latest": latest});
    if let Some(body) = body.as_object_mut() {
        let (key, list) = if grouped {
            ("calls", json!(calls(&entries)))
        } else {
            ("entries", json!(entries))
        };
        body.insert(key.to_owned(), list);
    }
    reply(StatusCode::OK, &body)
}

/// Forgets everything.
pub(super) fn clear(app: &App) -> Response<Bytes> {
    reply(StatusCode::OK, &json!({"cleared": app.journal.clear()}))
}

/// Answers 200 where an expectation, or each of a list, is met; else 422 with what differs.
pub(super) fn verify(app: &App, body: &Bytes) -> Response<Bytes> {
    if !app.journal.is_on() {
        return problem(StatusCode::CONFLICT, OFF);
    }
    let expectations = match expectations(body) {
        Ok(expectations) => expectations,
        Err(message) => return problem(StatusCode::BAD_REQUEST, &message),
    };
    let differences = expectations
        .iter()
        .filter_map(|it| it.difference(&app.journal));
    let differences: Vec<Value> = differences.collect();
    let status = if differences.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    reply(
        status,
        &json!({"verified": expectations.len() - differences.len(), "differences": differences}),
    )
}

fn expectations(body: &Bytes) -> Result<Vec<Expectation>, String> {
    let value: Value =
        serde_json::from_slice(body).map_err(|error| format!("The body is not JSON: {error}"))?;
    match &value {
        Value::Array(items) => items.iter().map(Expectation::read).collect(),
        one => Expectation::read(one).map(|it| vec![it]),
    }
}

/// The query without `group=invocation`, and whether that was there.
fn without_group(query: &str) -> Result<(String, bool), String> {
    let is_group = |it: &&str| it.starts_with("group=");
    let group = query.split('&').find(is_group);
    match group {
        None | Some("group=invocation") => {}
        Some(other) => {
            return Err(format!(
                "{other} is unknown; entries are grouped by invocation"
            ));
        }
    }
    let rest: Vec<&str> = query.split('&').filter(|it| !is_group(it)).collect();
    Ok((rest.join("&"), group.is_some()))
}

/// Logical calls in the order of their first attempts.
fn calls(entries: &[Entry]) -> Vec<Value> {
    let mut calls: Vec<Vec<&Entry>> = Vec::new();
    for entry in entries {
        let same = |call: &&mut Vec<&Entry>| {
            let first = call.first().map(|it| (&it.invocation_id, &it.account));
            entry.invocation_id.is_some() && first == Some((&entry.invocation_id, &entry.account))
        };
        match calls.iter_mut().find(same) {
            Some(call) => call.push(entry),
            None => calls.push(vec![entry]),
        }
    }
    calls.iter().map(|it| call(it)).collect()
}

fn call(attempts: &[&Entry]) -> Value {
    let executed: u64 = attempts.iter().map(|it| u64::from(it.executed)).sum();
    let last = attempts.last();
    json!({
        "invocationId": last.map(|it| &it.invocation_id),
        "account": last.map(|it| &it.account),
        "operation": last.map(|it| it.operation),
        "attempts": attempts.len(),
        "executed": executed,
        "status": last.map(|it| it.status),
        "error": last.map(|it| &it.error),
        "entries": attempts,
    })
}
