//! `/_b2bi/faults/explain`: which rules are about a request, and why the others are not.

use b2bi_local_faults::Facts;
use bytes::Bytes;
use http::{Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::{problem, reply};
use crate::app::App;

const KEYS: [&str; 10] = [
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
];

/// Answers for the request that the query describes; account, region and service have defaults.
pub(super) fn answer(app: &App, query: Option<&str>) -> Response<Bytes> {
    told(app, described(query.unwrap_or_default()), None)
}

/// Answers for the request that a JSON object describes, which may have a `body` and `header`s.
pub(super) fn answer_object(app: &App, body: &Bytes) -> Response<Bytes> {
    let read =
        serde_json::from_slice(body).map_err(|error| format!("The body is not JSON: {error}"));
    match read {
        Ok(Value::Object(mut members)) => {
            let body = members.shift_remove("body");
            told(app, of_members(&members), body.as_ref())
        }
        Ok(_) => told(
            app,
            Err("Send an object such as {\"operation\": \"GetProfile\"}".to_owned()),
            None,
        ),
        Err(message) => told(app, Err(message), None),
    }
}

fn told(
    app: &App,
    request: Result<Vec<(String, String)>, String>,
    body: Option<&Value>,
) -> Response<Bytes> {
    match request {
        Ok(request) => reply(StatusCode::OK, &explained(app, &request, body)),
        Err(message) => problem(StatusCode::BAD_REQUEST, &message),
    }
}

/// What the members of an object say, by key.
fn of_members(members: &Map<String, Value>) -> Result<Vec<(String, String)>, String> {
    let mut request = Vec::new();
    for (key, value) in members {
        match value {
            Value::Object(headers) if key == "header" => {
                for (name, value) in headers {
                    request.push((format!("header:{name}"), text(name, value)?));
                }
            }
            value => request.push((known(key)?.to_owned(), text(key, value)?)),
        }
    }
    Ok(request)
}

fn text(key: &str, value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(format!("{key} must be a text or a number")),
    }
}

fn known(key: &str) -> Result<&str, String> {
    if KEYS.contains(&key) || key.starts_with("header:") {
        return Ok(key);
    }
    let known = KEYS.join(", ");
    Err(format!(
        "A request has no {key}; it is described by {known}"
    ))
}

/// What the query says, by key.
fn described(query: &str) -> Result<Vec<(String, String)>, String> {
    let pairs = query.split('&').filter(|it| !it.is_empty());
    let pair = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let [key, value] = [key, value].map(|it| percent_decode_str(it).decode_utf8_lossy());
        Ok((known(&key)?.to_owned(), value.into_owned()))
    };
    pairs.map(pair).collect()
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
                .is_some_and(|it| it.eq_ignore_ascii_case(name))
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
        attempt: of("attempt").and_then(|it| it.parse().ok()),
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
