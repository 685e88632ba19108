//! `/_localstack/chaos/`: the fault rules and the latency, to `LocalStack`'s contract.
//!
//! Source: `LocalStack`'s chaos API, documentation and published schema.

use b2bi_local_faults::{MAX_DELAY_MS, Rule, RuleSet};
use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Map, Value, json};

use super::body::{members, wrong};
use super::call::{AdminError, Call, HandlerResult};
use super::reply;
use crate::app::App;

const LONGEST_DESCRIPTION: usize = 8192;

/// The rules that the contract can express.
pub(super) fn faults(app: &App, _: &Call) -> HandlerResult {
    Ok(listed(app))
}

/// Replaces all rules.
pub(super) fn replace(app: &App, call: &Call) -> HandlerResult {
    let rules = checked(app, call)?;
    let replaced = app.faults.replace(rules, app.now_millis());
    replaced.map_err(AdminError::bad_request)?;
    Ok(listed(app))
}

/// Adds the rules that do not exist yet: by the contract, a rule exists only once.
pub(super) fn add(app: &App, call: &Call) -> HandlerResult {
    let rules = checked(app, call)?;
    let present = app.faults.list();
    let is_new = |rule: &Rule| !present.iter().any(|present| present.rule.is_like(rule));
    let new = rules.into_iter().filter(is_new).collect();
    let appended = app.faults.append(new, app.now_millis());
    appended.map_err(AdminError::bad_request)?;
    Ok(listed(app))
}

/// Removes the rules that equal those in the body.
pub(super) fn remove(app: &App, call: &Call) -> HandlerResult {
    app.faults.remove_like(&rules(&call.json()?)?);
    Ok(listed(app))
}

/// The latency of every request.
pub(super) fn effects(app: &App, _: &Call) -> HandlerResult {
    let effects = json!({"latency": app.faults.latency_ms()});
    Ok(reply(StatusCode::OK, &effects))
}

/// Delays every request.
pub(super) fn set_effects(app: &App, call: &Call) -> HandlerResult {
    let value = call.json()?;
    app.faults.set_latency_ms(latency(&value)?);
    effects(app, call)
}

fn listed(app: &App) -> Response<Bytes> {
    reply(StatusCode::OK, &list(app))
}

/// Every rule that the contract can express, once, without the id and the counters; the others are
/// shown at `/_b2bi/faults`.
fn list(app: &App) -> Value {
    let mut shown: Vec<Value> = Vec::new();
    for status in app.faults.list() {
        let mut written = serde_json::to_value(status.rule).unwrap_or_default();
        if let Some(members) = written.as_object_mut() {
            members.shift_remove("id");
        }
        if rule(&written).is_ok() && !shown.contains(&written) {
            shown.push(written);
        }
    }
    shown.into()
}

fn latency(value: &Value) -> Result<u64, AdminError> {
    let members = members(value, &["latency"])?;
    let latency = members.get("latency").and_then(Value::as_u64);
    latency.filter(|ms| *ms <= MAX_DELAY_MS).ok_or_else(|| {
        let expected = format!("milliseconds from 0 to {MAX_DELAY_MS}");
        wrong("latency", &expected, members.get("latency"))
    })
}

/// The rules of a body, each of which can act on something.
///
/// The codes are checked as they were sent: the contract's default status would make each of them
/// a code of the user's own.
fn checked(app: &App, call: &Call) -> Result<Vec<Rule>, AdminError> {
    let value = call.json()?;
    let rules = rules(&value)?;
    let sent = RuleSet::from_value(&value).map_err(AdminError::bad_request)?;
    let checked = app.vocabulary.check(&sent.rules);
    checked.map_err(AdminError::bad_request)?;
    Ok(rules)
}

/// The rules of a body, each checked against the schema, the defaults filled in.
fn rules(value: &Value) -> Result<Vec<Rule>, AdminError> {
    let items = value.as_array();
    let items = items.ok_or_else(|| AdminError::bad_request("the body must be a list of rules"))?;
    let rules: Vec<Value> = items.iter().map(rule).collect::<Result<_, _>>()?;
    let mut written: Vec<String> = rules.iter().map(Value::to_string).collect();
    written.sort_unstable();
    if written.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(AdminError::bad_request("the list contains a rule twice"));
    }
    let set = RuleSet::from_value(&Value::Array(rules));
    set.map(|set| set.rules).map_err(AdminError::bad_request)
}

fn rule(value: &Value) -> Result<Value, AdminError> {
    let keys = [
        "region",
        "service",
        "operation",
        "probability",
        "description",
        "error",
    ];
    let mut rule = members(value, &keys)?.clone();
    let letters = |c: char| c.is_ascii_alphabetic();
    check(&rule, "operation", letters)?;
    check(&rule, "region", |item| {
        item.is_ascii_alphanumeric() || item == '-'
    })?;
    check(&rule, "service", |item| {
        item.is_ascii_alphanumeric() || "-_".contains(item)
    })?;
    let description = rule.get("description").and_then(Value::as_str);
    if description.is_some_and(|description| description.chars().count() > LONGEST_DESCRIPTION) {
        return Err(AdminError::bad_request("description is too long"));
    }
    let error = error(rule.get("error").unwrap_or(&json!({})))?;
    rule.insert("error".to_owned(), error);
    Ok(Value::Object(rule))
}

fn error(value: &Value) -> Result<Value, AdminError> {
    let error = members(value, &["statusCode", "code"])?;
    check(error, "code", |item| item.is_ascii_alphanumeric())?;
    let of = |key, default: Value| error.get(key).cloned().unwrap_or(default);
    let code = of("code", "ServiceUnavailable".into());
    Ok(json!({"code": code, "statusCode": of("statusCode", 503.into())}))
}

/// Refuses a text that is empty or has other characters.
fn check(
    members: &Map<String, Value>,
    key: &str,
    is_allowed: impl Fn(char) -> bool,
) -> Result<(), AdminError> {
    let is_valid = |text: &str| !text.is_empty() && text.chars().all(&is_allowed);
    match members.get(key) {
        None => Ok(()),
        Some(Value::String(text)) if is_valid(text) => Ok(()),
        Some(other) => Err(AdminError::bad_request(format!(
            "`{key}` cannot be {other}"
        ))),
    }
}
