//! The server's own routes, below `/_b2bi/` and `/_localstack/`. They are never faulted.

mod clock;
mod dead;
mod explain;
mod faults;
mod follow;
mod jobs;
mod journal;
mod localstack;
mod query;
mod reset;
mod s3_events;
mod snapshots;
mod standing;
mod state;
mod told;
mod warnings;

use b2bi_local_dispatcher::Failure;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

pub(crate) use self::snapshots::Snapshots;
use crate::access::Refusal;
use crate::app::App;

pub(crate) use follow::{EventStream, follow};

const ROOT: &str = "/_b2bi/";
const LOCALSTACK: &str = "/_localstack/";
/// As clients of moto set a server back.
const MOTO_RESET: &str = "/moto-api/reset";
const ROUTES: [&str; 26] = [
    "health",
    "clock",
    "config",
    "metrics",
    "faults",
    "faults/explain",
    "faults/presets",
    "faults/ID",
    "effects",
    "scenarios",
    "seed",
    "recording",
    "replay",
    "reset",
    "s3-events",
    "journal",
    "verify",
    "events",
    "events/dead",
    "jobs",
    "logs",
    "logs/dead",
    "state",
    "snapshots",
    "snapshots/NAME",
    "snapshots/NAME/restore",
];

/// What anybody may read: whether the server is ready.
const OPEN: [&str; 3] = ["/_b2bi/health", "/_localstack/health", "/_localstack/init"];

/// Whether a path is one of the server's own. Moto's reset is the upstream's, where there is one.
pub(crate) fn is_admin(app: &App, path: &str) -> bool {
    let is_motos = app.upstream.is_none() && path == MOTO_RESET;
    path.starts_with(ROOT) || path.starts_with(LOCALSTACK) || is_motos
}

/// Answers a request to one of the server's own routes.
pub(crate) async fn answer(
    app: &App,
    head: &Parts,
    body: Result<Bytes, Failure>,
) -> Response<Bytes> {
    if let Err(refusal) = may_use(app, head) {
        return problem(refusal.status, &refusal.message);
    }
    let body = match body {
        Ok(body) => body,
        Err(failure) => return problem(failure.status, failure.message()),
    };
    let path = head.uri.path().trim_end_matches('/');
    if let Some(path) = path.strip_prefix(LOCALSTACK) {
        return of_localstack(app, path, &head.method, &body);
    }
    if path == MOTO_RESET {
        return match head.method {
            Method::POST => reset::as_moto(app).await,
            _ => problem(StatusCode::METHOD_NOT_ALLOWED, "A reset wants POST"),
        };
    }
    let path = path.strip_prefix(ROOT).unwrap_or_default();
    match (path, &head.method) {
        ("state", &Method::GET) => state::export(app, head.uri.query()),
        ("state", &Method::PUT) => state::import(app, &body).await,
        ("reset", &Method::POST) => reset::answer(app, head.uri.query()).await,
        ("s3-events", &Method::POST) => s3_events::take(app, &body).await,
        ("snapshots", &Method::GET) => snapshots::list(app),
        (path, method) => match path.strip_prefix("snapshots/") {
            Some(rest) => snapshots::answer(app, rest, head.uri.query(), method).await,
            None => at_once(app, path, head, &body),
        },
    }
}

/// Answers what waits for no disk.
fn at_once(app: &App, path: &str, head: &Parts, body: &Bytes) -> Response<Bytes> {
    match (path, &head.method) {
        ("clock", &Method::GET) => clock::show(app),
        ("clock", &Method::PUT) => clock::set(app, body),
        ("health", &Method::GET) => standing::health(),
        ("config", &Method::GET) => standing::config(app),
        ("metrics", &Method::GET) => standing::metrics(app),
        ("faults", &Method::GET) => faults::list(app),
        ("faults", &Method::POST | &Method::PATCH) => faults::append(app, body),
        ("faults", &Method::PUT) => faults::replace(app, body),
        ("faults", &Method::DELETE) => faults::remove(app, head.uri.query(), body),
        ("faults/explain", &Method::GET) => explain::answer(app, head.uri.query()),
        ("faults/explain", &Method::POST) => explain::answer_object(app, body),
        ("faults/presets", &Method::GET) => faults::presets(),
        ("effects", _) => localstack::answer(app, path, &head.method, body),
        ("scenarios", &Method::GET) => faults::scenarios(app),
        ("recording", &Method::GET) => faults::recording(app),
        ("replay", &Method::POST) => faults::replay(app, body),
        ("seed", &Method::GET) => faults::seed(app),
        ("seed", &Method::PUT) => faults::set_seed(app, body),
        ("journal" | "requests", &Method::GET) => journal::list(app, head.uri.query()),
        ("journal" | "requests", &Method::DELETE) => journal::clear(app),
        ("events", &Method::GET) => told::events(app, head.uri.query()),
        ("events", &Method::DELETE) => told::clear_events(app),
        ("events/dead", method) => dead::events(app, method, head.uri.query()),
        ("logs/dead", method) => dead::logs(app, method, head.uri.query()),
        ("jobs", &Method::GET) => jobs::list(app, head.uri.query()),
        ("logs", &Method::GET) => told::logs(app, head.uri.query()),
        ("logs", &Method::DELETE) => told::clear_logs(app),
        ("verify", &Method::POST) => journal::verify(app, body),
        (path, &Method::POST) if path.starts_with("faults/presets/") => faults::preset(app, path),
        (path, method) if ROUTES.contains(&path) => problem(
            StatusCode::METHOD_NOT_ALLOWED,
            &format!("{path} does not know {method}"),
        ),
        (path, method) => one_of_many(app, path, method, body),
    }
}

/// Answers a request about one rule, scenario or entry, which the path's last part names.
fn one_of_many(app: &App, path: &str, method: &Method, body: &Bytes) -> Response<Bytes> {
    let (many, one) = path.split_once('/').unwrap_or((path, ""));
    let one = percent_decode_str(one).decode_utf8_lossy();
    match (many, method) {
        ("faults", &Method::GET) => faults::show(app, &one),
        ("faults", &Method::PUT) => faults::put(app, &one, body),
        ("faults", &Method::DELETE) => faults::take_away(app, &one),
        ("scenarios", &Method::GET) => faults::scenario(app, &one),
        ("scenarios", &Method::PUT) => faults::set_scenario(app, &one, body),
        ("journal" | "requests", &Method::GET) => journal::one(app, &one),
        _ => problem(
            StatusCode::NOT_FOUND,
            &format!("There is no {ROOT}{path}; there are {}", ROUTES.join(", ")),
        ),
    }
}

/// Whether a request may use these routes; everybody may ask whether the server is ready.
fn may_use(app: &App, head: &Parts) -> Result<(), Refusal> {
    let is_read = matches!(head.method, Method::GET | Method::HEAD);
    if is_read && OPEN.contains(&head.uri.path()) {
        return Ok(());
    }
    app.config.access.admin(head, app.config.listen)
}

fn of_localstack(app: &App, path: &str, method: &Method, body: &Bytes) -> Response<Bytes> {
    if let Some(path) = path.strip_prefix("chaos/") {
        return localstack::answer(app, path, method, body);
    }
    match (path, method) {
        ("health", &Method::GET | &Method::HEAD) => standing::localstack_health(app),
        ("init", &Method::GET) => standing::localstack_init(app, None),
        (path, method) => match path.strip_prefix("init/") {
            Some(stage) if method == Method::GET => standing::localstack_init(app, Some(stage)),
            _ => problem(
                StatusCode::NOT_FOUND,
                &format!(
                    "There is no {method} {LOCALSTACK}{path}; there are health, init, \
                     chaos/faults and chaos/effects"
                ),
            ),
        },
    }
}

fn reply(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(format!("{body}\n")));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

fn problem(status: StatusCode, message: &str) -> Response<Bytes> {
    reply(status, &json!({"error": message}))
}
