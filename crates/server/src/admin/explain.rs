//! `/_b2bi/faults/explain`: which rules match a request, and why the others do not.

use b2bi_local_faults::Facts;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::body::{members, wrong};
use super::call::{AdminError, Call, HandlerResult};
use super::{journal, reply};
use crate::app::App;
use crate::journal::Entry;
use crate::query::unknown;

/// The description of a request, without its headers and body.
pub(super) const QUERY: &[&str] = &[
    "service",
    "region",
    "operation",
    "account",
    "accessKey",
    "appId",
    "userAgent",
    "resource",
    "attempt",
    "header:NAME",
    ENTRY,
];
/// The number of a request in the journal, whose facts are used unless the query overrides them.
const ENTRY: &str = "entry";
/// The facts of a request that the journal does not keep.
const NOT_KEPT: [&str; 5] = ["userAgent", "resource", "header", "body", "result"];

/// Answers for the request that the query describes; account, region and service have defaults.
pub(super) fn by_query(app: &App, call: &Call) -> HandlerResult {
    let pairs = call.params.iter();
    let request: Vec<(String, String)> = pairs
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    explain(app, &request, None)
}

/// Answers for the request that a JSON object describes, which may have a `body` and `header`s.
pub(super) fn by_body(app: &App, call: &Call) -> HandlerResult {
    let value = call.json()?;
    let keys: Vec<&str> = QUERY.iter().copied().chain(["header", "body"]).collect();
    let request = of_members(any_header(&value, &keys)?)?;
    explain(app, &request, value.get("body"))
}

fn explain(app: &App, request: &[(String, String)], body: Option<&Value>) -> HandlerResult {
    if let Some((_, attempt)) = request.iter().find(|(key, _)| key == "attempt")
        && attempt.parse::<u64>().is_err()
    {
        let message = format!("`attempt` must be a whole number, not `{attempt}`");
        return Err(AdminError::bad_request(message));
    }
    let entry = request.iter().find(|(key, _)| key == ENTRY);
    let Some((_, number)) = entry else {
        return Ok(reply(StatusCode::OK, &explained(app, request, body)));
    };
    let recorded = recorded(&journal::entry(app, number)?);
    // If a key occurs twice, the first value is used.
    let request: Vec<(String, String)> = request.iter().cloned().chain(recorded).collect();
    let mut explained = explained(app, &request, body);
    let is_given = |fact: &&str| *fact == "body" && body.is_some();
    let unknown = NOT_KEPT
        .into_iter()
        .filter(|fact| !is_given(fact) && !names(&request, fact));
    let unknown: Vec<&str> = unknown.collect();
    if let Some(members) = explained.as_object_mut() {
        members.insert("notKept".to_owned(), json!(unknown));
    }
    Ok(reply(StatusCode::OK, &explained))
}

fn names(request: &[(String, String)], fact: &str) -> bool {
    let is_it = |key: &str| key == fact || key.split(':').next() == Some(fact);
    request.iter().any(|(key, _)| is_it(key))
}

/// The facts about a request in the journal.
fn recorded(entry: &Entry) -> Vec<(String, String)> {
    let attempt = entry.attempt.map(|attempt| attempt.to_string());
    [
        ("service", Some(entry.service)),
        ("operation", Some(entry.operation)),
        ("region", Some(&*entry.caller.region)),
        ("account", Some(&*entry.caller.account)),
        ("accessKey", entry.caller.access_key.as_deref()),
        ("appId", entry.app_id.as_deref()),
        ("attempt", attempt.as_deref()),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned())))
    .collect()
}

/// The members of an object; one that is called `header:x-name` is a header.
fn any_header<'a>(value: &'a Value, keys: &[&str]) -> Result<&'a Map<String, Value>, AdminError> {
    let Some(object) = value.as_object() else {
        return members(value, keys);
    };
    let is_known = |key: &&String| keys.contains(&key.as_str()) || key.starts_with("header:");
    match object.keys().find(|key| !is_known(key)) {
        Some(key) => Err(AdminError::bad_request(unknown("key", key, keys))),
        None => Ok(object),
    }
}

/// The members of an object as texts, by key.
fn of_members(members: &Map<String, Value>) -> Result<Vec<(String, String)>, AdminError> {
    let mut request = Vec::new();
    for (key, value) in members.iter().filter(|(key, _)| *key != "body") {
        match value {
            Value::Object(headers) if key == "header" => {
                for (name, value) in headers {
                    request.push((format!("header:{name}"), text(name, value)?));
                }
            }
            _ if key == "header" => {
                return Err(wrong(key, "an object of names and values", Some(value)));
            }
            value => request.push((key.clone(), text(key, value)?)),
        }
    }
    Ok(request)
}

fn text(key: &str, value: &Value) -> Result<String, AdminError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(wrong(key, "a text or a number", Some(value))),
    }
}

fn explained(app: &App, request: &[(String, String)], body: Option<&Value>) -> Value {
    let of = |key: &str| {
        let mut pairs = request.iter();
        pairs
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    };
    let header = |name: &str| {
        let mut pairs = request.iter();
        let is_it = |key: &str| {
            key.strip_prefix("header:")
                .is_some_and(|rest| rest.eq_ignore_ascii_case(name))
        };
        pairs
            .find(|(key, _)| is_it(key))
            .map(|(_, value)| value.as_str())
    };
    let accounts = &app.config.accounts;
    let resource = of("resource");
    let facts = Facts {
        service: of("service").unwrap_or("b2bi"),
        region: of("region").unwrap_or(&accounts.default_region),
        operation: of("operation").unwrap_or_default(),
        account: of("account").unwrap_or(&accounts.default_account),
        access_key: of("accessKey"),
        app_id: of("appId"),
        user_agent: of("userAgent"),
        resources: resource.as_slice(),
        attempt: of("attempt").and_then(|item| item.parse().ok()),
        invocation: None,
        body,
        result: None,
        header: &header,
    };
    let rules = app.faults.explain(&facts).into_iter();
    let rules =
        rules.map(|(id, failed)| json!({"id": id, "matches": failed.is_none(), "failed": failed}));
    json!({"rules": rules.collect::<Vec<_>>()})
}
