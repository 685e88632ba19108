//! `/_b2bi/faults/explain`: which rules are about a request, and why the others are not.

use b2bi_local_faults::Facts;
use bytes::Bytes;
use http::{Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

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
    match described(query.unwrap_or_default()) {
        Ok(request) => reply(StatusCode::OK, &explained(app, &request)),
        Err(message) => problem(StatusCode::BAD_REQUEST, &message),
    }
}

/// What the query says, by key.
fn described(query: &str) -> Result<Vec<(String, String)>, String> {
    let pairs = query.split('&').filter(|it| !it.is_empty());
    let pair = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let [key, value] = [key, value].map(|it| percent_decode_str(it).decode_utf8_lossy());
        if KEYS.contains(&&*key) || key.starts_with("header:") {
            Ok((key.into_owned(), value.into_owned()))
        } else {
            let known = KEYS.join(", ");
            Err(format!(
                "A request has no {key}; it is described by {known}"
            ))
        }
    };
    pairs.map(pair).collect()
}

fn explained(app: &App, request: &[(String, String)]) -> Value {
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
        body: None,
        result: None,
        header: &header,
    };
    let rules = app.faults.explain(&facts).into_iter();
    let rules =
        rules.map(|(id, failed)| json!({"id": id, "matches": failed.is_none(), "failed": failed}));
    json!({"rules": rules.collect::<Vec<_>>()})
}
