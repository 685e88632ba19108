//! `/_b2bi/faults`: reads, adds, replaces and removes fault rules.

use b2bi_local_faults::{AddRulesError, Recording, Rule, RuleSet, RuleStatus};
use b2bi_local_model::Timestamp;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use super::body::{members, text};
use super::call::{AdminError, Call, HandlerResult};
use super::reply;
use super::warnings::warnings;
use crate::app::App;
use crate::config::fault_rules;
use crate::query::unknown;

const PRESETS: &str = include_str!("presets.json");

/// Every rule with its counters.
pub(super) fn list(app: &App, _: &Call) -> HandlerResult {
    Ok(state(app, &[]))
}

/// Appends rules. A seed in the same request restarts all counters.
pub(super) fn append(app: &App, call: &Call) -> HandlerResult {
    add(app, checked(app, &call.json()?)?)
}

/// Replaces all rules.
pub(super) fn replace(app: &App, call: &Call) -> HandlerResult {
    let set = checked(app, &call.json()?)?;
    let warnings = warnings(&set.rules, &app.vocabulary);
    let replaced = app.faults.replace(set.rules, app.now_millis());
    replaced.map_err(conflict)?;
    reseed(app, set.seed);
    Ok(state(app, &warnings))
}

/// Removes the rule with the id in `?id=…`, or the rules that equal those in the body; without
/// either, all of them.
pub(super) fn remove(app: &App, call: &Call) -> HandlerResult {
    match (call.params.get("id"), call.body.is_empty()) {
        (None, true) => app.faults.clear(),
        (None, false) => {
            let set = read(&call.json()?)?;
            if set.seed.is_some() {
                let message = "`seed` says nothing about rules that are to be taken away";
                return Err(AdminError::bad_request(message));
            }
            app.faults.remove_like(&set.rules);
        }
        (Some(id), true) => return remove_by_id(app, id),
        (Some(_), false) => {
            let message = "name rules by `id` or by a body, not by both";
            return Err(AdminError::bad_request(message));
        }
    }
    Ok(state(app, &[]))
}

/// The ready-made sets of rules, by name.
pub(super) fn presets(_: &App, _: &Call) -> HandlerResult {
    Ok(reply(StatusCode::OK, &ready_made()))
}

/// Adds a ready-made set of rules: `faults/presets/flaky`.
pub(super) fn preset(app: &App, call: &Call) -> HandlerResult {
    let presets = ready_made();
    let Some(rules) = presets.get(&call.name) else {
        let names = presets.as_object().into_iter().flatten();
        let names: Vec<&str> = names.map(|(name, _)| name.as_str()).collect();
        return Err(AdminError::not_found(unknown("preset", &call.name, &names)));
    };
    add(app, checked(app, rules)?)
}

fn ready_made() -> Value {
    serde_json::from_str(PRESETS).unwrap_or_default()
}

fn add(app: &App, set: RuleSet) -> HandlerResult {
    let warnings = warnings(&set.rules, &app.vocabulary);
    let added = app.faults.append(set.rules, app.now_millis());
    added.map_err(conflict)?;
    reseed(app, set.seed);
    Ok(state(app, &warnings))
}

fn conflict(error: AddRulesError) -> AdminError {
    AdminError::new(StatusCode::CONFLICT, error)
}

fn reseed(app: &App, seed: Option<u64>) {
    if let Some(seed) = seed {
        app.faults.set_seed(seed);
    }
}

/// Reads rules, each of which can act on something.
fn checked(app: &App, value: &Value) -> Result<RuleSet, AdminError> {
    let set = read(value)?;
    let checked = app.vocabulary.check(&set.rules);
    checked.map_err(AdminError::bad_request)?;
    Ok(set)
}

/// A list of rules, a table with `rules`, a single rule, or the mini-language as a JSON string.
fn read(value: &Value) -> Result<RuleSet, AdminError> {
    if let Value::String(text) = value {
        let rules = fault_rules(text).map_err(AdminError::bad_request)?;
        return Ok(RuleSet { seed: None, rules });
    }
    let is_set = value.is_array()
        || ["rules", "seed"]
            .iter()
            .any(|item| value.get(item).is_some());
    let alone;
    let value = if is_set {
        value
    } else {
        alone = json!([value]);
        &alone
    };
    RuleSet::from_value(value).map_err(AdminError::bad_request)
}

fn state(app: &App, warnings: &[String]) -> Response<Bytes> {
    let rules = app.faults.list().into_iter().map(described);
    let body = json!({
        "seed": app.faults.seed(),
        "replaying": app.faults.is_replaying(),
        "rules": rules.collect::<Vec<_>>(),
        "warnings": warnings,
    });
    reply(StatusCode::OK, &body)
}

/// A rule with its counters and the time of its last firing.
pub(super) fn described(status: RuleStatus) -> Value {
    let last = status
        .last_fired_ms
        .and_then(|last_fired_ms| i64::try_from(last_fired_ms).ok());
    let mut value = serde_json::to_value(status).unwrap_or_default();
    if let Some(members) = value.as_object_mut() {
        members.insert(
            "lastFiredAt".to_owned(),
            json!(last.map(Timestamp::from_millis)),
        );
    }
    value
}

/// The rule of this id, with its counters.
pub(super) fn show(app: &App, call: &Call) -> HandlerResult {
    match app.faults.status(&call.name) {
        Some(status) => Ok(reply(StatusCode::OK, &described(status))),
        None => Err(no_rule(&call.name)),
    }
}

/// Replaces the rule with this id, or appends a new one; its counters start again.
pub(super) fn put(app: &App, call: &Call) -> HandlerResult {
    let set = checked(app, &call.json()?)?;
    let one: Result<[Rule; 1], _> = set.rules.try_into();
    let (Ok([rule]), None) = (one, set.seed) else {
        return Err(AdminError::bad_request("Send one rule"));
    };
    let put = app.faults.put(&call.name, rule, app.now_millis());
    put.map_err(AdminError::bad_request)?;
    show(app, call)
}

/// Takes the rule of this id away.
pub(super) fn remove_one(app: &App, call: &Call) -> HandlerResult {
    remove_by_id(app, &call.name)
}

fn remove_by_id(app: &App, id: &str) -> HandlerResult {
    if app.faults.remove(id) {
        Ok(state(app, &[]))
    } else {
        Err(no_rule(id))
    }
}

fn no_rule(id: &str) -> AdminError {
    AdminError::not_found(format!("There is no rule {id}"))
}

/// Every scenario with its state.
pub(super) fn scenarios(app: &App, _: &Call) -> HandlerResult {
    let scenarios = json!({"scenarios": app.faults.scenarios()});
    Ok(reply(StatusCode::OK, &scenarios))
}

/// The state of a scenario.
pub(super) fn scenario(app: &App, call: &Call) -> HandlerResult {
    let name = &call.name;
    match app.faults.scenarios().get(name) {
        Some(state) => {
            let body = json!({"name": name, "state": state});
            Ok(reply(StatusCode::OK, &body))
        }
        None => Err(AdminError::not_found(format!(
            "No rule names the scenario {name}"
        ))),
    }
}

/// Puts a scenario into a state.
pub(super) fn set_scenario(app: &App, call: &Call) -> HandlerResult {
    let value = call.json()?;
    let state = text(members(&value, &["state"])?, "state")?;
    app.faults.set_scenario(&call.name, state);
    scenario(app, call)
}

/// The rules and all that they decided, as JSON lines.
pub(super) fn recording(app: &App, _: &Call) -> HandlerResult {
    let mut response = Response::new(Bytes::from(app.faults.recording().to_string()));
    let lines = HeaderValue::from_static("application/jsonl");
    response.headers_mut().insert(CONTENT_TYPE, lines);
    Ok(response)
}

/// Sets the rules of a recording up so that they decide as they did.
pub(super) fn replay(app: &App, call: &Call) -> HandlerResult {
    replayed(app, &call.body).map_err(|message| {
        AdminError::bad_request(format!("Send what /_b2bi/recording returns: {message}"))
    })?;
    Ok(state(app, &[]))
}

fn replayed(app: &App, body: &[u8]) -> Result<(), AdminError> {
    let text = str::from_utf8(body).map_err(AdminError::bad_request)?;
    let recording = Recording::parse(text).map_err(AdminError::bad_request)?;
    let checked = app.vocabulary.check(&recording.rules);
    checked.map_err(AdminError::bad_request)?;
    let replayed = app.faults.replay(&recording, app.now_millis());
    replayed.map_err(AdminError::bad_request)
}
