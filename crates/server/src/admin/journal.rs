//! `/_b2bi/journal` and `/_b2bi/verify`: what happened, and whether it is what was to happen.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::{faults, problem, reply};
use crate::app::App;
use crate::journal::{Entry, Expectation, Filter, Kind};

const OFF: &str = "No journal is kept: the setting journal-size is 0";

/// The entries that fit the query, oldest first, `limit=NUMBER` of them at most; `group=invocation`
/// joins the attempts of a call.
pub(super) fn list(app: &App, query: Option<&str>) -> Response<Bytes> {
    let (filter, grouped, limit) = match asked(query.unwrap_or_default()) {
        Ok(asked) => asked,
        Err(message) => return problem(StatusCode::BAD_REQUEST, &message),
    };
    let (latest, mut entries) = app.journal.find(&filter);
    entries.truncate(limit);
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

/// The entry of this number.
pub(super) fn one(app: &App, number: &str) -> Response<Bytes> {
    let wanted: Option<u64> = number.parse().ok();
    let (_, entries) = app.journal.find(&Filter::default());
    if let Some(entry) = entries.iter().find(|it| Some(it.number) == wanted) {
        return reply(StatusCode::OK, &json!(entry));
    }
    let message = format!("The journal has no entry {number}, or no longer");
    problem(StatusCode::NOT_FOUND, &message)
}

/// Forgets everything.
pub(super) fn clear(app: &App) -> Response<Bytes> {
    reply(StatusCode::OK, &json!({"cleared": app.journal.clear()}))
}

/// Answers 200 where an expectation, or each of a list, is met; else 422 with what differs.
pub(super) fn verify(app: &App, body: &Bytes) -> Response<Bytes> {
    let expectations = match expectations(body) {
        Ok(expectations) => expectations,
        Err(message) => return problem(StatusCode::BAD_REQUEST, &message),
    };
    let wants_journal = |it: &Expected| matches!(it, Expected::Requests(_));
    if !app.journal.is_on() && expectations.iter().any(wants_journal) {
        return problem(StatusCode::CONFLICT, OFF);
    }
    let differences = expectations.iter().filter_map(|it| match it {
        Expected::Requests(expectation) => expectation.difference(&app.journal),
        Expected::RulesCompleted => incomplete(app),
    });
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

/// What is expected: of the journal, or that every rule has nothing left to do.
enum Expected {
    Requests(Expectation),
    RulesCompleted,
}

impl Expected {
    fn read(value: &Value) -> Result<Self, String> {
        match value.get("rules") {
            None => Expectation::read(value).map(Self::Requests),
            Some(Value::String(word)) if word == "all-completed" => Ok(Self::RulesCompleted),
            Some(_) => {
                Err("Of rules it can be expected that they are \"all-completed\"".to_owned())
            }
        }
    }
}

/// The rules that have something left to do, or no end at all.
fn incomplete(app: &App) -> Option<Value> {
    let rules = app.faults.list().into_iter().filter(|it| !it.completed);
    let rules: Vec<Value> = rules.map(faults::described).collect();
    (!rules.is_empty()).then(|| json!({"expected": {"rules": "all-completed"}, "rules": rules}))
}

fn expectations(body: &Bytes) -> Result<Vec<Expected>, String> {
    let value: Value =
        serde_json::from_slice(body).map_err(|error| format!("The body is not JSON: {error}"))?;
    match &value {
        Value::Array(items) => items.iter().map(Expected::read).collect(),
        one => Expected::read(one).map(|it| vec![it]),
    }
}

/// What a query asks for: the filter, whether the attempts of a call are joined, and how many
/// entries at most.
fn asked(query: &str) -> Result<(Filter, bool, usize), String> {
    let (mut grouped, mut limit, mut rest) = (false, usize::MAX, Vec::new());
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("group", "invocation")) => grouped = true,
            Some(("group", _)) => {
                return Err(format!(
                    "{pair} is unknown; entries are grouped by invocation"
                ));
            }
            Some(("limit", number)) => {
                let number = number.parse();
                limit = number.map_err(|_| "limit must be a whole number from 0 up")?;
            }
            _ => rest.push(pair),
        }
    }
    Ok((Filter::from_query(&rest.join("&"))?, grouped, limit))
}

/// Logical calls in the order of their first attempts.
fn calls(entries: &[Entry]) -> Vec<Value> {
    let mut calls: Vec<Vec<&Entry>> = Vec::new();
    for entry in entries.iter().filter(|it| it.kind == Kind::Request) {
        let same = |call: &&mut Vec<&Entry>| {
            let first = call
                .first()
                .map(|it| (&it.invocation_id, &it.caller.account));
            let same = Some((&entry.invocation_id, &entry.caller.account));
            entry.invocation_id.is_some() && first == same
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
        "account": last.map(|it| &*it.caller.account),
        "operation": last.map(|it| it.operation),
        "attempts": attempts.len(),
        "executed": executed,
        "status": last.map(|it| it.status),
        "error": last.map(|it| &it.error),
        "entries": attempts,
    })
}
