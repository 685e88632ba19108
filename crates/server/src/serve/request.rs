//! One request, from its head to its reply.

use std::mem;
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use b2bi_local_dispatcher::{Route, ServiceError, cors, json};
use b2bi_local_panics::caught;
use bytes::Bytes;
use http::header::{CONNECTION, DATE};
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Either;
use hyper::body::Incoming;

use super::call::Call;
use super::connection_state::ConnectionState;
use super::destination::Destination;
use super::early_errors::{ErrorForm, failed, refused};
use super::facts::RequestHeaders;
use super::recorder::RequestRecorder;
use super::redact::redacted;
use super::reply::{Body, whole};
use super::script::WireFault;
use super::timeout::TimeoutBody;
use super::upstream::{self, Upstream};
use super::{body, crash, reply, s3, traffic};
use crate::admin;
use crate::app::App;
use crate::objects::External;
use crate::system::Uuid;
use crate::traffic::Traffic;

const MILLIS_PER_SECOND: f64 = 1000.0;

/// A request that arrived.
pub(super) struct RequestMeta {
    pub(super) started: Instant,
    pub(super) request_id: Uuid,
}

/// Answers a request; every request gets a reply. A callee that needs to own the head takes it.
///
/// A connection writes the whole of this future for each request, so large values are borrowed and
/// rare branches are boxed.
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
    let headers = RequestHeaders::of(&head.headers);
    let destination = Destination::of(app, connection_state, head, &headers, meta.request_id);
    let request_id = meta.request_id.as_str();
    let body = received(app, &destination, head, body).await;
    match destination {
        Destination::Admin => named(app, Box::pin(administer(app, head, body)).await, request_id),
        Destination::Console => named(app, whole(admin::to_console()), request_id),
        Destination::Preflight => named(app, whole(cors::preflight()), request_id),
        Destination::Refused(error) => refuse(app, head, error, body, request_id).await,
        Destination::Upstream(upstream, client) => {
            let target = (upstream, &*client.caller.account);
            let head = take_head(head);
            Box::pin(pass_upstream(app, target, head, body, request_id)).await
        }
        Destination::Objects(s3, client) => {
            let mut recorder = RequestRecorder::new(app, &client, &headers, meta);
            let caller = &client.caller;
            let planned = s3::plan(app, s3, head, &headers, caller, &mut recorder);
            let call = s3::Call {
                app,
                s3,
                caller,
                request_id,
            };
            let answered = call.answer(planned, take_head(head), body, recorder);
            named(app, Box::pin(answered).await, request_id)
        }
        Destination::ObjectsElsewhere(external) => {
            Box::pin(unknown_path(app, external, head, body, request_id)).await
        }
        Destination::Traffic(traffic, client, route) => {
            let recorder = RequestRecorder::new(app, &client, &headers, meta);
            let call = Call::new(app, head, &headers, client.caller, request_id);
            Box::pin(answer_traffic(traffic, call, (route, body), recorder)).await
        }
        Destination::Service(client, route) => {
            let mut recorder = RequestRecorder::new(app, &client, &headers, meta);
            let call = Call::new(app, head, &headers, client.caller, request_id);
            let response = call.answer(route, body, &mut recorder).await;
            finished(app, &headers, response, Some(request_id), recorder)
        }
    }
}

/// The body of a request, already at its end if nobody reads it.
async fn received(
    app: &App,
    destination: &Destination<'_>,
    head: &Parts,
    body: Incoming,
) -> TimeoutBody {
    let mut body = TimeoutBody::new(body, app.config.limits.idle_timeout);
    if destination.ignores_body(&head.method) {
        body::discard(&mut body, app.config.max_body_bytes).await;
    }
    body
}

/// Has another endpoint or a recording answer.
async fn answer_traffic(
    traffic: &Traffic,
    call: Call<'_>,
    called: (Result<Route<'_>, ServiceError>, TimeoutBody),
    mut recorder: RequestRecorder<'_>,
) -> Response<Body> {
    let who = (call.head, &call.caller);
    let response = traffic::answer(call.app, traffic, who, called, &mut recorder).await;
    let id = (!traffic::has_id(&response)).then_some(call.request_id);
    finished(call.app, call.request_headers, response, id, recorder)
}

/// Completes a reply's headers, and records it.
fn finished(
    app: &App,
    request_headers: &RequestHeaders<'_>,
    mut response: Response<Bytes>,
    request_id: Option<&str>,
    recorder: RequestRecorder<'_>,
) -> Response<Body> {
    if let Some(request_id) = request_id {
        response = named(app, response, request_id);
    }
    if request_headers.origin.is_some() {
        cors::allow(response.headers_mut());
    }
    recorded(response, recorder)
}

/// Records the reply, and passes a fault below HTTP to the connection.
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

/// The head of a request with another destination.
fn take_head(head: &mut Parts) -> Parts {
    let (none, ()) = Request::new(()).into_parts();
    mem::replace(head, none)
}

/// Answers on the admin routes.
async fn administer(app: &Arc<App>, head: &Parts, body: TimeoutBody) -> Response<Body> {
    let body = body::read(body, admin::body_limit(app, head)).await;
    if let Some(events) = admin::follow(app, head).await {
        return reply::events(events);
    }
    let mut response = admin::answer(app, head, body).await;
    app.keep_past();
    if !matches!(head.method, Method::GET | Method::HEAD) && app.renew_connections() {
        // This connection is ending, and its client should not use it again.
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

/// Answers with an error, once the body is read: its sender reads no answer before.
async fn refuse(
    app: &App,
    head: &Parts,
    error: ServiceError,
    body: TimeoutBody,
    request_id: &str,
) -> Response<Body> {
    let _ = body::read(body, app.config.max_body_bytes).await;
    named(app, whole(failed(app, head, error, request_id)), request_id)
}

/// The reply if the objects are in another S3 and requests cannot be passed on: their signatures
/// are for the name of this server.
async fn unknown_path(
    app: &App,
    external: &External,
    head: &Parts,
    body: TimeoutBody,
    request_id: &str,
) -> Response<Body> {
    let endpoint = &external.config.endpoint;
    let failure = ServiceError::front(
        StatusCode::NOT_IMPLEMENTED,
        "NotImplemented",
        format!("The objects are in the S3 at {endpoint}: send requests for S3 there"),
    );
    let response = refuse(app, head, failure, body, request_id).await;
    app.metrics.objects.count(Some(response.status().as_u16()));
    response
}

/// Has the upstream answer; its reply is not changed.
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
