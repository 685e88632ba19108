//! One request, from its head to its reply.

use std::mem;
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use b2bi_local_dispatcher::{Route, ServiceError, cors, json, route};
use b2bi_local_panics::caught;
use bytes::Bytes;
use http::header::{CONNECTION, DATE, HOST};
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Either;
use hyper::body::Incoming;

use super::call::Call;
use super::connection_state::{Client, ConnectionState};
use super::early_errors::{ErrorForm, failed, refused, two_hosts};
use super::facts::{RequestHeaders, header};
use super::recorder::RequestRecorder;
use super::redact::redacted;
use super::reply::{Body, whole};
use super::script::WireFault;
use super::timeout::TimeoutBody;
use super::upstream::{self, Upstream};
use super::{body, crash, reply, s3, traffic};
use crate::admin;
use crate::app::App;
use crate::objects::{External, Objects};
use crate::system::Uuid;
use crate::traffic::Traffic;

const MILLIS_PER_SECOND: f64 = 1000.0;

/// A request that came.
pub(super) struct RequestMeta {
    pub(super) started: Instant,
    pub(super) request_id: Uuid,
}

/// Answers a request; there is an answer to everything. Who wants the head for good takes it.
///
/// A connection writes the whole of this future for each of its requests: what is large is borrowed,
/// and what is rare has a box of its own.
pub(super) async fn answer(
    app: &Arc<App>,
    connection_state: &ConnectionState,
    head: &mut Parts,
    body: Incoming,
) -> Response<Body> {
    let meta = RequestMeta {
        started: Instant::now(),
        request_id: app.new_request_id(),
    };
    let log = app.config.log_requests.then(|| {
        let target = head.headers.get("x-amz-target").cloned();
        Box::new((head.method.clone(), head.uri.clone(), target))
    });
    let served = caught(pin!(dispatch(app, connection_state, head, body, &meta))).await;
    let response = served.unwrap_or_else(|panic| {
        let request_id = meta.request_id.as_str();
        let crashed = crash::reply(app, head, request_id, &panic);
        named(app, whole(crashed), request_id)
    });
    if let Some(log) = log {
        let (method, uri, target) = *log;
        let status = response.status().as_u16();
        let elapsed_ms = meta.started.elapsed().as_secs_f64() * MILLIS_PER_SECOND;
        let request_id = meta.request_id.as_str();
        let uri = redacted(&uri);
        let target = target.as_ref().and_then(|target| target.to_str().ok());
        tracing::info!(request_id, %method, uri, target, status, elapsed_ms, "request");
    }
    response
}

async fn dispatch(
    app: &Arc<App>,
    connection_state: &ConnectionState,
    head: &mut Parts,
    body: Incoming,
    meta: &RequestMeta,
) -> Response<Body> {
    let request_id = meta.request_id.as_str();
    let body = TimeoutBody::new(body, app.config.limits.idle_timeout);
    let request_headers = RequestHeaders::of(&head.headers);
    match Destination::of(
        app,
        connection_state,
        head,
        &request_headers,
        meta.request_id,
    ) {
        Destination::Admin => named(app, Box::pin(administer(app, head, body)).await, request_id),
        Destination::Console => named(app, whole(admin::to_console()), request_id),
        Destination::Preflight => named(app, whole(cors::preflight()), request_id),
        Destination::Refused(error) => {
            let _ = body::read(body, app.config.max_body_bytes).await;
            named(app, whole(failed(app, head, error, request_id)), request_id)
        }
        Destination::Upstream(upstream, client) => {
            let head = take_head(head);
            let account = &client.caller.account;
            Box::pin(pass_upstream(
                app,
                (upstream, account),
                head,
                body,
                request_id,
            ))
            .await
        }
        Destination::Objects(client) => {
            let mut recorder = RequestRecorder::new(app, &client, &request_headers, meta);
            let caller = &client.caller;
            let response = match &app.objects {
                Objects::Embedded(s3) => {
                    let planned = s3::plan(app, s3, head, &request_headers, caller, &mut recorder);
                    let call = s3::Call {
                        app,
                        s3,
                        caller,
                        request_id,
                    };
                    Box::pin(call.answer(planned, take_head(head), body, recorder)).await
                }
                Objects::External(external) => {
                    recorder.discard();
                    Box::pin(unknown_path(app, external, head, body, request_id)).await
                }
            };
            named(app, response, request_id)
        }
        Destination::Traffic(traffic, client, route) => {
            let mut recorder = RequestRecorder::new(app, &client, &request_headers, meta);
            let who = (&*head, &client.caller);
            let answered = traffic::answer(app, traffic, who, (route, body), &mut recorder);
            let mut response = Box::pin(answered).await;
            if !traffic::has_id(&response) {
                response = named(app, response, request_id);
            }
            if request_headers.origin.is_some() {
                cors::allow(response.headers_mut());
            }
            recorded(response, recorder)
        }
        Destination::Service(client, route) => {
            let mut recorder = RequestRecorder::new(app, &client, &request_headers, meta);
            let call = Call {
                app,
                head,
                request_headers: &request_headers,
                caller: client.caller,
                request_id,
            };
            let response = call.answer(route, body, &mut recorder).await;
            let mut response = named(app, response, request_id);
            if request_headers.origin.is_some() {
                cors::allow(response.headers_mut());
            }
            recorded(response, recorder)
        }
    }
}

/// Who answers a request.
enum Destination<'a> {
    /// The server's own routes.
    Admin,
    /// Nobody: a person opens the server's address.
    Console,
    /// Nobody: a browser asks whether it may send a request.
    Preflight,
    /// Nobody: the request is refused.
    Refused(ServiceError),
    /// Another server.
    Upstream(&'a Upstream, Client),
    /// Object storage.
    Objects(Client),
    /// Another endpoint or a recording, for calls of the B2BI API.
    Traffic(&'a Traffic, Client, Result<Route<'a>, ServiceError>),
    /// A service, or nobody where none was found.
    Service(Client, Result<Route<'a>, ServiceError>),
}

impl<'a> Destination<'a> {
    fn of(
        app: &'a App,
        connection_state: &ConnectionState,
        head: &Parts,
        request_headers: &RequestHeaders<'_>,
        request_id: Uuid,
    ) -> Self {
        if request_headers.has_hosts {
            return Self::Refused(two_hosts());
        }
        if admin::is_admin(app, head.uri.path()) {
            return Self::Admin;
        }
        if request_headers.is_browsers {
            if let Err(error) = app.config.access.browser(head) {
                return Self::Refused(refused(error));
            }
            if admin::opens_console(app, head) && !is_for_a_bucket(app, head) {
                return Self::Console;
            }
        }
        if cors::is_preflight(head) && !is_for_a_bucket(app, head) {
            return Self::Preflight;
        }
        let client =
            connection_state.client(&app.config.accounts, head, request_headers, request_id);
        let route = route(head, &app.endpoints);
        if let Some(traffic) = app.traffic.as_ref().filter(|_| Traffic::takes(head)) {
            return Self::Traffic(traffic, client, route);
        }
        match (app.passes_to(head, &route), route) {
            (Some(upstream), _) => Self::Upstream(upstream, client),
            (None, Ok(Route::Objects)) => Self::Objects(client),
            (None, route) => Self::Service(client, route),
        }
    }
}

/// Whether the host of a request names a bucket, whose rules count for pages.
fn is_for_a_bucket(app: &App, head: &Parts) -> bool {
    match &app.objects {
        Objects::Embedded(s3) => !s3.target("/", header(head, HOST)).bucket.is_empty(),
        Objects::External(_) => false,
    }
}

/// Records the reply, and hands a fault below HTTP to the connection.
fn recorded(mut response: Response<Bytes>, recorder: RequestRecorder<'_>) -> Response<Body> {
    match response.extensions_mut().remove::<WireFault>() {
        None => recorder.set_reply(&response),
        Some(wire_fault) => {
            if wire_fault.sends_reply() {
                recorder.set_reply(&response);
            }
            let script = wire_fault.script(&response);
            response.extensions_mut().insert(script);
        }
    }
    reply::whole(response)
}

/// The head of a request that goes elsewhere.
fn take_head(head: &mut Parts) -> Parts {
    let (none, ()) = Request::new(()).into_parts();
    mem::replace(head, none)
}

/// Answers on the server's own routes.
async fn administer(app: &Arc<App>, head: &Parts, body: TimeoutBody) -> Response<Body> {
    let body = body::read(body, admin::body_limit(app, head)).await;
    if let Some(events) = admin::follow(app, head).await {
        return reply::events(events);
    }
    let mut response = admin::answer(app, head, body).await;
    app.keep_past();
    if !matches!(head.method, Method::GET | Method::HEAD) && app.renew_connections() {
        // This connection is among those that end, and its client should not use it again.
        response
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
    }
    whole(response)
}

/// The reply with its id and, where HTTP would add a wrong one, its date.
fn named<B>(app: &App, mut response: Response<B>, request_id: &str) -> Response<B> {
    if let Some(date) = app.date() {
        response.headers_mut().insert(DATE, date);
    }
    if let Ok(id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert(json::REQUEST_ID, id);
    }
    response
}

/// Answers where the objects are in another S3 and requests cannot be passed on: their signatures
/// are for the name of this server.
async fn unknown_path(
    app: &App,
    external: &External,
    head: &Parts,
    body: TimeoutBody,
    request_id: &str,
) -> Response<Body> {
    let _ = body::read(body, app.config.max_body_bytes).await;
    let endpoint = &external.config.endpoint;
    let failure = ServiceError::front(
        StatusCode::NOT_IMPLEMENTED,
        "NotImplemented",
        format!("The objects are in the S3 at {endpoint}: send requests for S3 there"),
    );
    let response = failed(app, head, failure, request_id);
    app.metrics.objects.count(Some(response.status().as_u16()));
    whole(response)
}

/// Lets the upstream answer; what it says is left as it is.
async fn pass_upstream(
    app: &App,
    (upstream, account): (&Upstream, &str),
    head: Parts,
    body: TimeoutBody,
    request_id: &str,
) -> Response<Body> {
    if upstream::is_of_an_emulator(head.uri.path())
        && let Err(refusal) = app.config.access.admin(&head, app.config.listen)
    {
        let refused = failed(app, &head, refused(refusal), request_id);
        return named(app, whole(refused), request_id);
    }
    let form = ErrorForm::of(app, &head);
    let response = match upstream.pass(account, head, Either::Left(body)).await {
        Ok(response) => response.map(|body| Either::Right(Either::Right(Either::Left(body)))),
        Err(failure) => {
            let failed = form.render(failure, request_id);
            named(app, whole(failed), request_id)
        }
    };
    app.metrics.passed.count(Some(response.status().as_u16()));
    response
}
