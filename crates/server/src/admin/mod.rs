//! The admin routes, below `/_b2bi/` and `/_localstack/`. They are never faulted.

#![expect(
    clippy::unnecessary_wraps,
    reason = "all handlers have the type that the table of routes wants"
)]

mod body;
mod bucket_access;
mod call;
mod clock;
mod console;
mod dead;
mod event_log;
mod explain;
mod faults;
mod follow;
mod index;
mod jobs;
mod journal;
mod localstack;
mod query;
mod reset;
mod routes;
mod s3_events;
mod seed;
mod snapshots;
mod stacks;
mod state;
mod state_template;
mod status;
pub(crate) mod warnings;

use std::sync::Arc;

use b2bi_local_dispatcher::ServiceError;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode};
use serde_json::{Value, json};

pub(crate) use self::snapshots::{SnapshotError, Snapshots};
use crate::access::AccessError;
use crate::app::App;

pub(crate) use console::{opens_console, to_console};
pub(crate) use follow::{EventStream, follow};

/// The index; all other routes of our own are below it.
const ROOT: &str = "/_b2bi";
const LOCALSTACK: &str = "/_localstack/";
/// As clients of moto set a server back.
const MOTO_RESET: &str = "/moto-api/reset";
/// The routes without a token: whether the server is ready.
const OPEN: [&str; 3] = ["/_b2bi/health", "/_localstack/health", "/_localstack/init"];

/// Whether a path belongs to the server itself. Moto's reset belongs to the upstream, if there is
/// one.
pub(crate) fn is_admin(app: &App, path: &str) -> bool {
    let is_motos = app.upstream.is_none() && path == MOTO_RESET;
    let is_ours = path
        .strip_prefix(ROOT)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    is_ours || path.starts_with(LOCALSTACK) || is_motos
}

/// Answers a request to an admin route.
pub(crate) async fn answer(
    app: &Arc<App>,
    head: &Parts,
    body: Result<Bytes, ServiceError>,
) -> Response<Bytes> {
    if let Some(file) = console::file_reply(app, head) {
        return file;
    }
    if let Err(refusal) = may_use(app, head) {
        return problem(refusal.status, &refusal.message);
    }
    let body = match body {
        Ok(body) => body,
        Err(failure) => return problem(failure.status, failure.message()),
    };
    routes::answer(app, head, body).await
}

/// The maximum number of bytes of a request's body.
pub(crate) fn body_limit(app: &App, head: &Parts) -> usize {
    let limit = app.config.max_body_bytes;
    if head.uri.path() == console::INSPECT && may_use(app, head).is_ok() {
        limit.max(console::INSPECT_BYTES)
    } else {
        limit
    }
}

/// Whether a request may use these routes; everybody may ask whether the server is ready.
fn may_use(app: &App, head: &Parts) -> Result<(), AccessError> {
    let is_read = matches!(head.method, Method::GET | Method::HEAD);
    if is_read && OPEN.contains(&head.uri.path()) {
        return Ok(());
    }
    app.config.access.admin(head, app.config.listen)
}

fn reply(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(format!("{body}\n")));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

pub(crate) fn problem(status: StatusCode, message: &str) -> Response<Bytes> {
    reply(status, &json!({"error": message}))
}
