//! `/_b2bi/state`: the resources of all accounts as JSON, taken out and put back. Objects are not in it.

use b2bi_local_b2bi::NotRestored;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use super::query::values;
use super::{problem, reply};
use crate::app::App;

/// The state as JSON with a member a line; of one account or region, where the query names it.
pub(super) fn export(app: &App, query: Option<&str>) -> Response<Bytes> {
    let wanted = match values(query, &["account", "region"]) {
        Ok(wanted) => wanted,
        Err(message) => return problem(StatusCode::BAD_REQUEST, &message),
    };
    let mut state = match app.service.describe() {
        Ok(state) => state,
        Err(message) => return problem(StatusCode::INTERNAL_SERVER_ERROR, &message),
    };
    if let Some(scopes) = state.get_mut("scopes").and_then(Value::as_array_mut) {
        scopes.retain(|scope| {
            wanted
                .iter()
                .all(|(key, value)| scope.get(*key).and_then(Value::as_str) == Some(value))
        });
    }
    written(&state)
}

/// Puts a state in the place of all that is there: all of it, or nothing.
pub(super) async fn import(app: &App, body: &Bytes) -> Response<Bytes> {
    let state: Value = match serde_json::from_slice(body) {
        Ok(state) => state,
        Err(error) => {
            let message = format!("The state is not JSON: {error}");
            return problem(StatusCode::BAD_REQUEST, &message);
        }
    };
    put_back(app, &state).await
}

/// Puts a state back, and tells how many accounts and regions it has.
pub(super) async fn put_back(app: &App, state: &Value) -> Response<Bytes> {
    match app.service.restore(state).await {
        Ok(()) => {
            let scopes = state.get("scopes").and_then(Value::as_array);
            let scopes = scopes.map_or(0, Vec::len);
            reply(StatusCode::OK, &json!({"restored": {"scopes": scopes}}))
        }
        Err(reason) => {
            let status = match reason {
                NotRestored::Unreadable(_) => StatusCode::BAD_REQUEST,
                NotRestored::Unkept(_) => StatusCode::INTERNAL_SERVER_ERROR,
            };
            problem(status, &format!("Nothing was changed: {reason}"))
        }
    }
}

/// A state as people read it and version control compares it.
pub(super) fn written(state: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(format!("{state:#}\n")));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
