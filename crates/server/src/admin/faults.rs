//! `/_b2bi/faults`: the fault rules, to be read, added, replaced and taken away.

use b2bi_local_faults::{DuplicateId, Rule, RuleSet};
use b2bi_local_model::ErrorShape;
use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::{problem, reply};
use crate::app::App;
use crate::config::fault_rules;

const PRESETS: &str = include_str!("presets.json");

/// Every rule with its counters.
pub(super) fn list(app: &App) -> Response<Bytes> {
    state(app, &[])
}

/// Adds rules after those that are there.
pub(super) fn append(app: &App, body: &Bytes) -> Response<Bytes> {
    change(app, body, |rules| {
        app.faults.append(rules, app.now_millis())
    })
}

/// Puts rules in the place of those that are there.
pub(super) fn replace(app: &App, body: &Bytes) -> Response<Bytes> {
    change(app, body, |rules| {
        app.faults.replace(rules, app.now_millis())
    })
}

/// Takes the rule away that `?id=…` names, or all of them.
pub(super) fn remove(app: &App, query: Option<&str>) -> Response<Bytes> {
    match query.and_then(|it| it.strip_prefix("id=")) {
        None => app.faults.clear(),
        Some(id) if app.faults.remove(id) => {}
        Some(id) => return problem(StatusCode::NOT_FOUND, &format!("There is no rule {id}")),
    }
    state(app, &[])
}

/// The ready-made sets of rules, by name.
pub(super) fn presets() -> Response<Bytes> {
    reply(StatusCode::OK, &ready_made())
}

/// Adds a ready-made set of rules: `faults/presets/flaky`.
pub(super) fn preset(app: &App, path: &str) -> Response<Bytes> {
    let name = path.rsplit('/').next().unwrap_or_default();
    let presets = ready_made();
    if let Some(rules) = presets.get(name) {
        return append(app, &Bytes::from(rules.to_string()));
    }
    let names = presets.as_object().into_iter().flatten();
    let names: Vec<&str> = names.map(|(name, _)| name.as_str()).collect();
    let message = format!("There is no preset {name}; there are {}", names.join(", "));
    problem(StatusCode::NOT_FOUND, &message)
}

fn ready_made() -> Value {
    serde_json::from_str(PRESETS).unwrap_or_default()
}

/// The seed of all draws.
pub(super) fn seed(app: &App) -> Response<Bytes> {
    reply(StatusCode::OK, &json!({"seed": app.faults.seed()}))
}

/// Sets the seed of all draws; counters start anew.
pub(super) fn set_seed(app: &App, body: &Bytes) -> Response<Bytes> {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    match value.get("seed").and_then(Value::as_u64) {
        Some(number) => {
            app.faults.set_seed(number);
            seed(app)
        }
        None => problem(
            StatusCode::BAD_REQUEST,
            "Send {\"seed\": NUMBER}, a whole number from 0 up",
        ),
    }
}

fn change(
    app: &App,
    body: &Bytes,
    apply: impl FnOnce(Vec<Rule>) -> Result<(), DuplicateId>,
) -> Response<Bytes> {
    let rules = match read(body) {
        Ok(rules) => rules,
        Err(message) => return problem(StatusCode::BAD_REQUEST, &message),
    };
    let warnings = warnings(&rules);
    match apply(rules) {
        Ok(()) => state(app, &warnings),
        Err(error) => problem(StatusCode::CONFLICT, &error.to_string()),
    }
}

/// A list of rules, a table with `rules`, a single rule, or the mini-language as a JSON string.
fn read(body: &Bytes) -> Result<Vec<Rule>, String> {
    let value: Value = serde_json::from_slice(body).map_err(|error| {
        format!("The body is not JSON: {error}. Send a list of rules, one rule, or a string")
    })?;
    if let Value::String(text) = &value {
        return fault_rules(text);
    }
    let is_set = value.is_array() || value.get("rules").is_some();
    let value = if is_set { value } else { json!([value]) };
    let set = RuleSet::from_value(&value).map_err(|error| error.to_string())?;
    Ok(set.rules)
}

/// What is allowed but probably not meant: errors that no operation declares.
fn warnings(rules: &[Rule]) -> Vec<String> {
    let codes = rules
        .iter()
        .flat_map(Rule::errors)
        .map(|it| it.code.as_str());
    codes
        .filter(|code| ErrorShape::named(code).is_none())
        .map(|code| format!("{code} is not an error of the service model; it is sent as it is"))
        .collect()
}

fn state(app: &App, warnings: &[String]) -> Response<Bytes> {
    let (seed, rules) = (app.faults.seed(), app.faults.list());
    let body = json!({"seed": seed, "rules": rules, "warnings": warnings});
    reply(StatusCode::OK, &body)
}
