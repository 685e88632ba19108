//! The table of the admin routes: path, method, query keys, body, and handler.

use std::sync::Arc;

use b2bi_local_panics::on_thread;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::ALLOW;
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode};
use percent_encoding::percent_decode_str;

use super::call::{AdminError, Call, HandlerResult};
use super::{
    ROOT, bucket_access, clock, console, dead, event_log, explain, faults, index, jobs, journal,
    localstack, problem, reset, s3_events, seed, snapshots, stacks, state, status,
};
use crate::app::App;
use crate::query::{Params, unknown};

const NOTIFICATIONS_DEAD: &str = "/_b2bi/s3-notifications/dead";

/// A path and a method, and their allowed query keys and body.
pub(super) struct Route {
    method: Method,
    /// `NAME` and `ID` represent a part of the path that the client chooses.
    path: &'static str,
    query: Keys,
    takes_body: bool,
    /// Whether it may take long, because of the amount of data.
    is_long: bool,
    handler: Handler,
}

impl Route {
    /// The same route, answered off the threads that serve connections.
    const fn long(mut self) -> Self {
        self.is_long = true;
        self
    }
}

enum Handler {
    /// Waits for nothing.
    Sync(SyncHandler),
    /// Waits for a disk or for other requests.
    Async(AsyncHandler),
}

impl Handler {
    async fn run(&self, app: &App, call: &Call) -> HandlerResult {
        match self {
            Self::Sync(handler) => handler(app, call),
            Self::Async(handler) => handler(app, call).await,
        }
    }

    /// Runs on its own thread, including its waits.
    async fn run_on_thread(&'static self, app: &Arc<App>, call: Call) -> HandlerResult {
        let (app, runtime) = (Arc::clone(app), tokio::runtime::Handle::current());
        let done = on_thread(move || runtime.block_on(self.run(&app, &call))).await;
        done.unwrap_or_else(|_| Err(AdminError::internal("The server is stopping")))
    }
}

const NONE: Keys = &[];

type SyncHandler = fn(&App, &Call) -> HandlerResult;
type AsyncHandler = for<'a> fn(&'a App, &'a Call) -> BoxFuture<'a, HandlerResult>;
pub(super) type Keys = &'static [&'static str];

const fn make(
    method: Method,
    path: &'static str,
    query: Keys,
    takes_body: bool,
    handler: Handler,
) -> Route {
    Route {
        method,
        path,
        query,
        takes_body,
        is_long: false,
        handler,
    }
}

/// A route that takes no body.
const fn route(method: Method, path: &'static str, query: Keys, handler: SyncHandler) -> Route {
    make(method, path, query, false, Handler::Sync(handler))
}

/// A route that takes a body.
const fn body(method: Method, path: &'static str, query: Keys, handler: SyncHandler) -> Route {
    make(method, path, query, true, Handler::Sync(handler))
}

/// A route that waits and takes no body.
const fn async_route(
    method: Method,
    path: &'static str,
    query: Keys,
    handler: AsyncHandler,
) -> Route {
    make(method, path, query, false, Handler::Async(handler))
}

/// A route that waits and takes a body.
const fn async_body(
    method: Method,
    path: &'static str,
    query: Keys,
    handler: AsyncHandler,
) -> Route {
    make(method, path, query, true, Handler::Async(handler))
}

const GET: Method = Method::GET;
const HEAD: Method = Method::HEAD;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const PATCH: Method = Method::PATCH;
const DELETE: Method = Method::DELETE;

/// Every route. Of two that fit a path, the first counts.
static ROUTES: &[Route] = &[
    route(GET, ROOT, NONE, index::show),
    route(GET, "/_b2bi/health", NONE, status::health),
    route(HEAD, "/_b2bi/health", NONE, status::health),
    route(GET, "/_b2bi/config", NONE, status::config),
    route(GET, "/_b2bi/metrics", NONE, status::metrics),
    route(GET, "/_b2bi/clock", NONE, clock::show),
    body(PUT, "/_b2bi/clock", NONE, clock::set),
    route(GET, "/_b2bi/faults", NONE, faults::list),
    body(POST, "/_b2bi/faults", NONE, faults::append).long(),
    body(PATCH, "/_b2bi/faults", NONE, faults::append).long(),
    body(PUT, "/_b2bi/faults", NONE, faults::replace).long(),
    body(DELETE, "/_b2bi/faults", &["id"], faults::remove),
    route(
        GET,
        "/_b2bi/faults/explain",
        explain::QUERY,
        explain::by_query,
    ),
    body(POST, "/_b2bi/faults/explain", NONE, explain::by_body),
    route(GET, "/_b2bi/faults/presets", NONE, faults::presets),
    route(POST, "/_b2bi/faults/presets/NAME", NONE, faults::preset),
    route(GET, "/_b2bi/faults/ID", NONE, faults::show),
    body(PUT, "/_b2bi/faults/ID", NONE, faults::put),
    route(DELETE, "/_b2bi/faults/ID", NONE, faults::remove_one),
    route(GET, "/_b2bi/effects", NONE, localstack::effects),
    body(POST, "/_b2bi/effects", NONE, localstack::set_effects),
    route(GET, "/_b2bi/scenarios", NONE, faults::scenarios),
    route(GET, "/_b2bi/scenarios/NAME", NONE, faults::scenario),
    body(PUT, "/_b2bi/scenarios/NAME", NONE, faults::set_scenario),
    route(GET, "/_b2bi/seed", NONE, seed::show),
    body(PUT, "/_b2bi/seed", NONE, seed::set),
    route(GET, "/_b2bi/recording", NONE, faults::recording).long(),
    body(POST, "/_b2bi/replay", NONE, faults::replay).long(),
    async_route(POST, "/_b2bi/reset", reset::QUERY, reset::answer).long(),
    async_route(POST, "/moto-api/reset", NONE, reset::as_moto).long(),
    async_body(POST, "/_b2bi/s3-events", NONE, s3_events::take),
    route(GET, "/_b2bi/journal", journal::QUERY, journal::list).long(),
    route(DELETE, "/_b2bi/journal", NONE, journal::clear),
    route(GET, "/_b2bi/journal/ID", NONE, journal::one),
    route(GET, "/_b2bi/requests", journal::QUERY, journal::list).long(),
    route(DELETE, "/_b2bi/requests", NONE, journal::clear),
    route(GET, "/_b2bi/requests/ID", NONE, journal::one),
    body(POST, "/_b2bi/verify", NONE, journal::verify).long(),
    route(
        GET,
        "/_b2bi/events",
        event_log::EVENT_QUERY,
        event_log::events,
    )
    .long(),
    route(DELETE, "/_b2bi/events", NONE, event_log::clear_events),
    route(GET, "/_b2bi/events/dead", dead::QUERY, dead::events),
    route(POST, "/_b2bi/events/dead", dead::QUERY, dead::retry_events),
    route(
        DELETE,
        "/_b2bi/events/dead",
        dead::QUERY,
        dead::clear_events,
    ),
    route(GET, "/_b2bi/jobs", jobs::QUERY, jobs::list).long(),
    route(GET, "/_b2bi/logs", event_log::LOG_QUERY, event_log::logs).long(),
    route(DELETE, "/_b2bi/logs", NONE, event_log::clear_logs),
    route(GET, "/_b2bi/logs/dead", dead::QUERY, dead::logs),
    route(POST, "/_b2bi/logs/dead", dead::QUERY, dead::retry_logs),
    route(DELETE, "/_b2bi/logs/dead", dead::QUERY, dead::clear_logs),
    route(GET, NOTIFICATIONS_DEAD, dead::QUERY, dead::notifications),
    route(
        POST,
        NOTIFICATIONS_DEAD,
        dead::QUERY,
        dead::retry_notifications,
    ),
    route(
        DELETE,
        NOTIFICATIONS_DEAD,
        dead::QUERY,
        dead::clear_notifications,
    ),
    route(GET, "/_b2bi/stacks", stacks::QUERY, stacks::list).long(),
    async_route(GET, "/_b2bi/state", state::EXPORT_QUERY, state::export).long(),
    async_body(PUT, "/_b2bi/state", NONE, state::import).long(),
    route(GET, "/_b2bi/snapshots", NONE, snapshots::list),
    route(GET, "/_b2bi/snapshots/NAME", NONE, snapshots::show).long(),
    async_route(POST, "/_b2bi/snapshots/NAME", state::QUERY, snapshots::take).long(),
    async_route(DELETE, "/_b2bi/snapshots/NAME", NONE, snapshots::forget).long(),
    async_route(
        POST,
        "/_b2bi/snapshots/NAME/restore",
        NONE,
        snapshots::restore,
    )
    .long(),
    body(
        POST,
        console::INSPECT,
        console::INSPECT_QUERY,
        console::inspected,
    )
    .long(),
    route(GET, "/_b2bi/console/sets", NONE, console::sets),
    route(
        GET,
        "/_b2bi/console/outline",
        console::OUTLINE_QUERY,
        console::outline,
    )
    .long(),
    route(
        GET,
        "/_b2bi/console/sample",
        console::SAMPLE_QUERY,
        console::sample,
    )
    .long(),
    route(
        GET,
        "/_b2bi/console/access",
        bucket_access::QUERY,
        bucket_access::show,
    ),
    route(GET, "/_localstack/health", NONE, status::localstack_health),
    route(HEAD, "/_localstack/health", NONE, status::localstack_health),
    route(GET, "/_localstack/init", NONE, status::localstack_init),
    route(
        GET,
        "/_localstack/init/NAME",
        NONE,
        status::localstack_stage,
    ),
    route(GET, "/_localstack/chaos/faults", NONE, localstack::faults),
    body(POST, "/_localstack/chaos/faults", NONE, localstack::replace).long(),
    body(PATCH, "/_localstack/chaos/faults", NONE, localstack::add).long(),
    body(
        DELETE,
        "/_localstack/chaos/faults",
        NONE,
        localstack::remove,
    ),
    route(GET, "/_localstack/chaos/effects", NONE, localstack::effects),
    body(
        POST,
        "/_localstack/chaos/effects",
        NONE,
        localstack::set_effects,
    ),
];

/// Each path with its methods and the query keys of the first of them.
pub(super) fn paths() -> Vec<(&'static str, Vec<&'static str>, Keys)> {
    let mut paths: Vec<(&'static str, Vec<&'static str>, Keys)> = Vec::new();
    for route in ROUTES {
        let method = route.method.as_str();
        match paths.iter_mut().find(|(path, ..)| *path == route.path) {
            Some((_, methods, _)) => methods.push(method),
            None => paths.push((route.path, vec![method], route.query)),
        }
    }
    paths
}

/// Answers a request to one of the routes.
pub(super) async fn answer(app: &Arc<App>, head: &Parts, body: Bytes) -> Response<Bytes> {
    let path = head.uri.path();
    // A trailing slash is a harmless mistake in a read, but may be a missing name in a removal.
    let path = match head.method {
        GET | HEAD => path.trim_end_matches('/'),
        _ => path,
    };
    let answer = match find(&head.method, path) {
        Ok(found) => found.call(app, head, body).await,
        Err(unrouted) => return unrouted.response(),
    };
    answer.unwrap_or_else(|error| problem(error.status, &error.to_string()))
}

/// A route that fits a request, and the part of the path that the client chose.
struct MatchedRoute {
    route: &'static Route,
    name: String,
}

/// Why there is no such route.
#[derive(Debug, thiserror::Error)]
enum RouteError {
    /// The path exists, with these methods.
    #[error("{0} takes {1}")]
    Method(&'static str, String),
    #[error(transparent)]
    Path(AdminError),
}

impl MatchedRoute {
    async fn call(self, app: &Arc<App>, head: &Parts, body: Bytes) -> HandlerResult {
        let Route {
            query, takes_body, ..
        } = self.route;
        let params = Params::parse(head.uri.query(), query)?;
        if !takes_body && !body.is_empty() {
            return Err(AdminError::bad_request(format!(
                "{} {} takes no body; this one has {} bytes",
                self.route.method,
                self.route.path,
                body.len()
            )));
        }
        let call = Call {
            name: self.name,
            params,
            body,
        };
        let handler = &self.route.handler;
        if self.route.is_long {
            handler.run_on_thread(app, call).await
        } else {
            handler.run(app, &call).await
        }
    }
}

impl RouteError {
    fn response(self) -> Response<Bytes> {
        let message = self.to_string();
        match self {
            Self::Path(error) => problem(error.status, &message),
            Self::Method(_, allowed) => {
                let mut response = problem(StatusCode::METHOD_NOT_ALLOWED, &message);
                if let Ok(allowed) = HeaderValue::from_str(&allowed) {
                    response.headers_mut().insert(ALLOW, allowed);
                }
                response
            }
        }
    }
}

fn find(method: &Method, path: &str) -> Result<MatchedRoute, RouteError> {
    let mut fitting = ROUTES
        .iter()
        .filter_map(|route| Some((route, captured(route.path, path)?)));
    let Some((first, name)) = fitting.next() else {
        return Err(RouteError::Path(no_such_path(path)));
    };
    let of_the_path = || ROUTES.iter().filter(|route| route.path == first.path);
    let Some(route) = of_the_path().find(|route| route.method == *method) else {
        let methods: Vec<&str> = of_the_path().map(|route| route.method.as_str()).collect();
        return Err(RouteError::Method(first.path, methods.join(", ")));
    };
    if let Ok(decoded) = percent_decode_str(name).decode_utf8() {
        return Ok(MatchedRoute {
            route,
            name: decoded.into_owned(),
        });
    }
    let message = format!("`{name}` in the path is not UTF-8");
    Err(RouteError::Path(AdminError::bad_request(message)))
}

/// The part of the path in the position of `NAME` or `ID`; empty if the route has neither.
fn captured<'p>(route: &str, path: &'p str) -> Option<&'p str> {
    let (mut wanted, mut given) = (route.split('/'), path.split('/'));
    let mut name = "";
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(name),
            (Some("NAME" | "ID"), Some(part)) if !part.is_empty() => name = part,
            (Some(wanted), Some(part)) if wanted == part => {}
            _ => return None,
        }
    }
}

fn no_such_path(path: &str) -> AdminError {
    let mut paths: Vec<&str> = ROUTES.iter().map(|route| route.path).collect();
    paths.dedup();
    let unknown = unknown("path", path, &paths);
    AdminError::not_found(format!("{unknown}; GET {ROOT} lists all"))
}

#[cfg(test)]
mod tests {
    use super::captured;

    #[test]
    fn paths_fit_routes_part_by_part() {
        for (route, path, expected) in [
            ("/a/b", "/a/b", Some("")),
            ("/a/b", "/a/b/c", None),
            ("/a/ID", "/a/x%2Fy", Some("x%2Fy")),
            ("/a/ID", "/a", None),
            ("/a/ID", "/a/", None),
            ("/a/NAME/restore", "/a/x/restore", Some("x")),
            ("/a/NAME/restore", "/a/x/y", None),
        ] {
            assert_eq!(captured(route, path), expected, "{route} {path}");
        }
    }
}
