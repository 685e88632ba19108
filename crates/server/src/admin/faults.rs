//! `/_b2bi/faults`: the fault rules, to be read, added, replaced and taken away.

use b2bi_local_faults::{DuplicateId, Recording, Rule, RuleSet, RuleStatus};
use b2bi_local_model::Timestamp;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use super::warnings::warnings;
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

/// Takes the rule away that `?id=…` names, or those that say the same as the rules of the body;
/// without either, all of them.
pub(super) fn remove(app: &App, query: Option<&str>, body: &Bytes) -> Response<Bytes> {
    match query.and_then(|it| it.strip_prefix("id=")) {
        None if body.is_empty() => app.faults.clear(),
        None => match read(body) {
            Ok(rules) => app.faults.remove_like(&rules),
            Err(message) => return problem(StatusCode::BAD_REQUEST, &message),
        },
        Some(id) if app.faults.remove(id) => {}
        Some(id) => return no_rule(id),
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
    let last = status.last_fired_ms.and_then(|it| i64::try_from(it).ok());
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
pub(super) fn show(app: &App, id: &str) -> Response<Bytes> {
    match app.faults.status(id) {
        Some(status) => reply(StatusCode::OK, &described(status)),
        None => no_rule(id),
    }
}

/// Puts a rule in the place of the one with this id, or behind all when there is none; its counters
/// start anew.
pub(super) fn put(app: &App, id: &str, body: &Bytes) -> Response<Bytes> {
    let rules = match read(body) {
        Ok(rules) => rules,
        Err(message) => return problem(StatusCode::BAD_REQUEST, &message),
    };
    match rules.as_slice() {
        [rule] if rule.id().is_none_or(|it| it == id) => {
            app.faults.put(id, rule.clone(), app.now_millis());
            show(app, id)
        }
        [_] => problem(
            StatusCode::BAD_REQUEST,
            "The rule's `id` is not that of the path",
        ),
        _ => problem(StatusCode::BAD_REQUEST, "Send one rule"),
    }
}

/// Takes the rule of this id away.
pub(super) fn take_away(app: &App, id: &str) -> Response<Bytes> {
    if app.faults.remove(id) {
        state(app, &[])
    } else {
        no_rule(id)
    }
}

fn no_rule(id: &str) -> Response<Bytes> {
    problem(StatusCode::NOT_FOUND, &format!("There is no rule {id}"))
}

/// Every scenario with its state.
pub(super) fn scenarios(app: &App) -> Response<Bytes> {
    reply(
        StatusCode::OK,
        &json!({"scenarios": app.faults.scenarios()}),
    )
}

/// The state of a scenario.
pub(super) fn scenario(app: &App, name: &str) -> Response<Bytes> {
    match app.faults.scenarios().get(name) {
        Some(state) => reply(StatusCode::OK, &json!({"name": name, "state": state})),
        None => problem(
            StatusCode::NOT_FOUND,
            &format!("No rule names the scenario {name}"),
        ),
    }
}

/// Puts a scenario into a state.
pub(super) fn set_scenario(app: &App, name: &str, body: &Bytes) -> Response<Bytes> {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let state = value.get("state").and_then(Value::as_str);
    match state.filter(|it| !it.is_empty()) {
        Some(state) => {
            app.faults.set_scenario(name, state);
            scenario(app, name)
        }
        None => problem(StatusCode::BAD_REQUEST, "Send {\"state\": NAME}"),
    }
}

/// The rules and all that they decided, as JSON lines.
pub(super) fn recording(app: &App) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(app.faults.recording().to_string()));
    let lines = HeaderValue::from_static("application/jsonl");
    response.headers_mut().insert(CONTENT_TYPE, lines);
    response
}

/// Sets the rules of a recording up so that they decide as they did.
pub(super) fn replay(app: &App, body: &Bytes) -> Response<Bytes> {
    let recording = Recording::parse(&String::from_utf8_lossy(body));
    let replayed = recording.and_then(|recording| {
        let replayed = app.faults.replay(&recording, app.now_millis());
        replayed.map_err(|error| error.to_string())
    });
    match replayed {
        Ok(()) => state(app, &[]),
        Err(message) => {
            let message = format!("Send what /_b2bi/recording returns: {message}");
            problem(StatusCode::BAD_REQUEST, &message)
        }
    }
}
