//! `/_localstack/chaos/`: the fault rules and the latency, to `LocalStack`'s contract.
//!
//! Source: `LocalStack`'s chaos API, documentation and published schema.

use b2bi_local_faults::{MAX_DELAY_MS, Rule, RuleSet};
use bytes::Bytes;
use http::{Method, Response, StatusCode};
use serde_json::{Map, Value, json};

use super::{problem, reply};
use crate::app::App;

const LONGEST_DESCRIPTION: usize = 8192;

/// Answers a request to one of these routes.
pub(super) fn answer(app: &App, path: &str, method: &Method, body: &Bytes) -> Response<Bytes> {
    let outcome = match (path, method) {
        ("faults" | "effects", &Method::GET) => Ok(()),
        ("faults", &Method::POST) => rules(body).and_then(|rules| {
            let replaced = app.faults.replace(rules, app.now_millis());
            replaced.map_err(|error| error.to_string())
        }),
        ("faults", &Method::PATCH) => rules(body).and_then(|rules| add(app, rules)),
        ("faults", &Method::DELETE) => rules(body).map(|rules| app.faults.remove_like(&rules)),
        ("effects", &Method::POST) => latency(body).map(|ms| app.faults.set_latency_ms(ms)),
        ("faults" | "effects", method) => {
            let message = format!("{path} does not know {method}");
            return problem(StatusCode::METHOD_NOT_ALLOWED, &message);
        }
        _ => return problem(StatusCode::NOT_FOUND, "There are faults and effects"),
    };
    match outcome {
        Err(message) => problem(StatusCode::BAD_REQUEST, &message),
        Ok(()) if path == "faults" => reply(StatusCode::OK, &list(app)),
        Ok(()) => reply(StatusCode::OK, &json!({"latency": app.faults.latency_ms()})),
    }
}

/// Adds those rules that are not there yet: in the contract a rule stands once.
fn add(app: &App, rules: Vec<Rule>) -> Result<(), String> {
    let present = app.faults.list();
    let is_new = |rule: &Rule| !present.iter().any(|it| it.rule.is_like(rule));
    let new = rules.into_iter().filter(is_new).collect();
    let appended = app.faults.append(new, app.now_millis());
    appended.map_err(|error| error.to_string())
}

/// Every rule that the contract has words for, once, without the id and the counters; the others
/// are told at `/_b2bi/faults`.
fn list(app: &App) -> Value {
    let mut told: Vec<Value> = Vec::new();
    for status in app.faults.list() {
        let mut written = serde_json::to_value(status.rule).unwrap_or_default();
        if let Some(members) = written.as_object_mut() {
            members.shift_remove("id");
        }
        if rule(&written).is_ok() && !told.contains(&written) {
            told.push(written);
        }
    }
    told.into()
}

fn latency(body: &Bytes) -> Result<u64, String> {
    let value = parsed(body)?;
    let members = members(&value, &["latency"])?;
    let latency = members.get("latency").and_then(Value::as_u64);
    latency
        .filter(|ms| *ms <= MAX_DELAY_MS)
        .ok_or_else(|| format!("latency must be milliseconds from 0 to {MAX_DELAY_MS}"))
}

/// The rules of a body, each checked against the schema, the defaults filled in.
fn rules(body: &Bytes) -> Result<Vec<Rule>, String> {
    let value = parsed(body)?;
    let items = value.as_array().ok_or("The body must be a list of rules")?;
    let rules: Vec<Value> = items.iter().map(rule).collect::<Result<_, _>>()?;
    let is_again = |(at, rule): (usize, &Value)| rules.iter().take(at).any(|it| it == rule);
    if rules.iter().enumerate().any(is_again) {
        return Err("A rule stands twice in the list".to_owned());
    }
    let set = RuleSet::from_value(&Value::Array(rules));
    set.map(|it| it.rules).map_err(|error| error.to_string())
}

fn rule(value: &Value) -> Result<Value, String> {
    let keys = [
        "region",
        "service",
        "operation",
        "probability",
        "description",
        "error",
    ];
    let mut rule = members(value, &keys)?.clone();
    let letters = |it: char| it.is_ascii_alphabetic();
    check(&rule, "operation", letters)?;
    check(&rule, "region", |it| {
        it.is_ascii_alphanumeric() || it == '-'
    })?;
    check(&rule, "service", |it| {
        it.is_ascii_alphanumeric() || "-_".contains(it)
    })?;
    let description = rule.get("description").and_then(Value::as_str);
    if description.is_some_and(|it| it.chars().count() > LONGEST_DESCRIPTION) {
        return Err("description is too long".to_owned());
    }
    let error = error(rule.get("error").unwrap_or(&json!({})))?;
    rule.insert("error".to_owned(), error);
    Ok(Value::Object(rule))
}

fn error(value: &Value) -> Result<Value, String> {
    let error = members(value, &["statusCode", "code"])?;
    check(error, "code", |it| it.is_ascii_alphanumeric())?;
    let of = |key, default: Value| error.get(key).cloned().unwrap_or(default);
    let code = of("code", "ServiceUnavailable".into());
    Ok(json!({"code": code, "statusCode": of("statusCode", 503.into())}))
}

fn parsed(body: &Bytes) -> Result<Value, String> {
    serde_json::from_slice(body).map_err(|error| format!("The body is not JSON: {error}"))
}

/// The members of an object that has no others.
fn members<'a>(value: &'a Value, known: &[&str]) -> Result<&'a Map<String, Value>, String> {
    let members = value.as_object().ok_or("An object is wanted")?;
    match members.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(format!("There is no {key}, only {}", known.join(", "))),
        None => Ok(members),
    }
}

/// Refuses a text with other characters, or with none.
fn check(
    members: &Map<String, Value>,
    key: &str,
    is_allowed: impl Fn(char) -> bool,
) -> Result<(), String> {
    let is_valid = |text: &str| !text.is_empty() && text.chars().all(&is_allowed);
    match members.get(key) {
        None => Ok(()),
        Some(Value::String(text)) if is_valid(text) => Ok(()),
        Some(other) => Err(format!("{key} cannot be {other}")),
    }
}
