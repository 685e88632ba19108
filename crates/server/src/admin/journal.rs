//! `/_b2bi/journal` and `/_b2bi/verify`: what happened, and whether it was expected.

use http::StatusCode;
use serde_json::{Value, json};

use super::body::members;
use super::call::{AdminError, Call, HandlerResult};
use super::query::limit;
use super::{faults, reply};
use crate::app::App;
use crate::journal::{Entry, Expectation, Filter, Kind};

/// The query keys of a list of entries.
pub(super) const QUERY: &[&str] = Filter::QUERY;

const OFF: &str = "No journal is kept: the setting journal-size is 0";

/// The entries that fit the query, oldest first, `limit=NUMBER` of them at most; `group=invocation`
/// joins the attempts of a call.
pub(super) fn list(app: &App, call: &Call) -> HandlerResult {
    let filter = Filter::from_params(&call.params)?;
    let limit = call.params.get("limit").map(limit).transpose()?;
    let (key, is_grouped) = match call.params.get("group") {
        None => ("entries", false),
        Some("invocation") => ("calls", true),
        Some(other) => {
            let message = format!("`group` must be invocation, not `{other}`");
            return Err(AdminError::bad_request(message));
        }
    };
    let (latest, mut entries) = app.journal.find(&filter);
    entries.truncate(limit.unwrap_or(usize::MAX));
    let list = if is_grouped {
        json!(calls(&entries))
    } else {
        json!(entries)
    };
    let body = json!({"size": app.journal.size(), "latest": latest, key: list});
    Ok(reply(StatusCode::OK, &body))
}

/// The entry of this number.
pub(super) fn one(app: &App, call: &Call) -> HandlerResult {
    Ok(reply(StatusCode::OK, &json!(entry(app, &call.name)?)))
}

/// The entry of a number.
pub(super) fn entry(app: &App, number: &str) -> Result<Entry, AdminError> {
    let wanted: Option<u64> = number.parse().ok();
    let (_, entries) = app.journal.find(&Filter::default());
    let found = entries
        .into_iter()
        .find(|entry| Some(entry.number) == wanted);
    found.ok_or_else(|| {
        let message = format!("The journal has no entry {number}, or no longer");
        AdminError::not_found(message)
    })
}

/// Removes everything.
pub(super) fn clear(app: &App, _: &Call) -> HandlerResult {
    let cleared = json!({"cleared": app.journal.clear()});
    Ok(reply(StatusCode::OK, &cleared))
}

/// Answers 200 if the expectation, or each one of a list, is met; otherwise 422 with the
/// differences.
pub(super) fn verify(app: &App, call: &Call) -> HandlerResult {
    let expectations = expectations(&call.json()?)?;
    let wants_journal = |expected: &Expected| matches!(expected, Expected::Requests(_));
    if !app.journal.is_on() && expectations.iter().any(wants_journal) {
        return Err(AdminError::new(StatusCode::CONFLICT, OFF));
    }
    let differences = expectations.iter().filter_map(|item| match item {
        Expected::Requests(expectation) => expectation.difference(&app.journal),
        Expected::RulesCompleted => incomplete(app),
    });
    let differences: Vec<Value> = differences.collect();
    let status = if differences.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let verified = expectations.len().saturating_sub(differences.len());
    let body = json!({"verified": verified, "differences": differences});
    Ok(reply(status, &body))
}

/// The expectation: about the journal, or that every rule is exhausted.
enum Expected {
    Requests(Expectation),
    RulesCompleted,
}

impl Expected {
    fn read(value: &Value) -> Result<Self, AdminError> {
        match value.get("rules") {
            None => Ok(Self::Requests(Expectation::read(value)?)),
            Some(_) if members(value, &["rules"]).is_err() => {
                let message = "`rules` stands alone: send other expectations as items of a list";
                Err(AdminError::bad_request(message))
            }
            Some(Value::String(word)) if word == "all-completed" => Ok(Self::RulesCompleted),
            Some(_) => {
                let message = "Of rules it can be expected that they are \"all-completed\"";
                Err(AdminError::bad_request(message))
            }
        }
    }
}

/// The rules that are not exhausted, or have no limit.
fn incomplete(app: &App) -> Option<Value> {
    let rules = app.faults.list().into_iter().filter(|item| !item.completed);
    let rules: Vec<Value> = rules.map(faults::described).collect();
    (!rules.is_empty()).then(|| json!({"expected": {"rules": "all-completed"}, "rules": rules}))
}

fn expectations(value: &Value) -> Result<Vec<Expected>, AdminError> {
    match value {
        Value::Array(items) => items.iter().map(Expected::read).collect(),
        one => Expected::read(one).map(|item| vec![item]),
    }
}

/// Logical calls in the order of their first attempts.
fn calls(entries: &[Entry]) -> Vec<Value> {
    let mut calls: Vec<Vec<&Entry>> = Vec::new();
    for entry in entries.iter().filter(|entry| entry.kind == Kind::Request) {
        let same = |call: &&mut Vec<&Entry>| {
            let first = call
                .first()
                .map(|first| (&first.invocation_id, &first.caller.account));
            let same = Some((&entry.invocation_id, &entry.caller.account));
            entry.invocation_id.is_some() && first == same
        };
        match calls.iter_mut().find(same) {
            Some(call) => call.push(entry),
            None => calls.push(vec![entry]),
        }
    }
    calls.iter().map(|item| call(item)).collect()
}

fn call(attempts: &[&Entry]) -> Value {
    let executed: u64 = attempts
        .iter()
        .map(|attempt| u64::from(attempt.executed))
        .sum();
    let last = attempts.last();
    json!({
        "invocationId": last.map(|last| &last.invocation_id),
        "account": last.map(|last| &*last.caller.account),
        "operation": last.map(|last| last.operation),
        "attempts": attempts.len(),
        "executed": executed,
        "status": last.map(|last| last.status),
        "error": last.map(|last| &last.error),
        "entries": attempts,
    })
}
