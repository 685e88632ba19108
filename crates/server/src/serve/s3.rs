//! Requests for the embedded S3, with journal, metrics and faults.
//!
//! Bodies stream both ways. They are held in memory only if an active fault needs them: the
//! request's to execute it twice, the reply's to damage it or to cut the connection in it.

use b2bi_local_dispatcher::ServiceError;
use std::pin::pin;

use b2bi_local_dispatcher::Caller;
use b2bi_local_faults::{Answered, Damage, ErrorReply, Outcome, When};
use b2bi_local_objects::{
    Body as S3Body, ERROR_CODES, EmbeddedS3, ErrorAnswer, S3Target, error_answer,
};
use b2bi_local_panics::{Panic, caught};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Either, Full, Limited};

use super::facts::{RequestHeaders, header};
use super::faults::{self, FaultPlan, FaultRequest, pause};
use super::injected;
use super::recorder::RequestRecorder;
use super::reply::{Body, ErrorCode};
use super::script::WireFault;
use super::timeout::TimeoutBody;
use super::{body, crash};
use crate::app::App;
use crate::calibration::replaced_in_s3;
use crate::vocabulary::{S3, common_status};

/// The facts about a request after its head is read.
pub(super) struct Planned {
    target: S3Target,
    operation: &'static str,
    fault_plan: Result<Option<Box<FaultPlan>>, ServiceError>,
}

/// Finds the operation of a request, and decides about faults.
///
/// Source: this comes before the check of its signature: Assumption A-195.
pub(super) fn plan(
    app: &App,
    s3: &EmbeddedS3,
    head: &Parts,
    headers: &RequestHeaders<'_>,
    caller: &Caller,
    recorder: &mut RequestRecorder<'_>,
) -> Planned {
    let target = s3.target(head.uri.path(), header(head, HOST));
    let operation = target.operation(&head.method, head.uri.query(), &head.headers);
    recorder.asked_of_s3(app, operation, length(&head.headers));
    let operation = operation.unwrap_or_default();
    let fault_plan = with_fault_request(head, headers, caller, &target, operation, |asked| {
        faults::plan(app, asked)
    });
    Planned {
        target,
        operation,
        fault_plan,
    }
}

fn with_fault_request<T>(
    head: &Parts,
    headers: &RequestHeaders<'_>,
    caller: &Caller,
    target: &S3Target,
    operation: &str,
    decide: impl FnOnce(&FaultRequest<'_>) -> T,
) -> T {
    let object = [target.bucket.as_str(), "/", &target.key].concat();
    let arn = ["arn:aws:s3:::", &object].concat();
    let resources = match (target.bucket.is_empty(), target.key.is_empty()) {
        (true, _) => &[][..],
        (false, true) => &[&target.bucket, arn.trim_end_matches('/')][..],
        (false, false) => &[&object, &target.bucket, arn.as_str()][..],
    };
    decide(&FaultRequest {
        head,
        request_headers: headers,
        caller,
        service: S3,
        operation,
        body: &Bytes::new(),
        resources,
    })
}

/// A request for the embedded S3.
pub(super) struct Call<'a> {
    pub(super) app: &'a App,
    pub(super) s3: &'a EmbeddedS3,
    pub(super) caller: &'a Caller,
    pub(super) request_id: &'a str,
}

impl Call<'_> {
    /// Answers the request, as planned.
    pub(super) async fn answer(
        &self,
        planned: Planned,
        head: Parts,
        mut body: TimeoutBody,
        mut recorder: RequestRecorder<'_>,
    ) -> Response<Body> {
        let Planned {
            target,
            operation,
            fault_plan,
        } = planned;
        let response = match fault_plan {
            Ok(None) => {
                recorder.set_executed();
                streamed(self.run(Request::from_parts(head, body)).await)
            }
            Err(error) => {
                body::discard(&mut body, self.limit()).await;
                let error = ErrorReply {
                    message: Some(error.message().to_owned()),
                    status_code: Some(StatusCode::BAD_REQUEST.as_u16()),
                    ..ErrorReply::new("InvalidMockFaultException")
                };
                whole(self.error(error, "", &head))
            }
            Ok(Some(fault_plan)) => {
                let faulted = Faulted {
                    call: self,
                    target,
                    operation,
                    head,
                };
                let answered = caught(pin!(faulted.answer(*fault_plan, body, &mut recorder))).await;
                answered.unwrap_or_else(|panic| whole(self.crashed(&panic, &faulted.head)))
            }
        };
        self.app
            .metrics
            .objects
            .count(Some(response.status().as_u16()));
        if response.extensions().get::<NoReply>().is_none() {
            recorder.answered_by_s3(&response);
        }
        response
    }

    async fn run<B>(&self, request: Request<B>) -> Response<S3Body>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let response = self.s3.call(&self.caller.account, request).await;
        let facts = self.app.facts.as_ref();
        let response = replaced_in_s3(facts, &self.caller.account, response);
        let mut response = with_code(response);
        if let Some(panic) = response.extensions_mut().remove::<Panic>() {
            crash::report(self.app, self.request_id, &panic);
        }
        response
    }

    /// The reply when a fault or the server panics.
    fn crashed(&self, panic: &Panic, head: &Parts) -> Response<Bytes> {
        let error = ErrorReply {
            message: Some(crash::report(self.app, self.request_id, panic)),
            ..ErrorReply::new("InternalError")
        };
        self.error(error, "", head)
    }

    /// The largest object, which is also the largest body that is read in vain.
    fn limit(&self) -> usize {
        usize::try_from(self.app.config.s3.max_object_bytes).unwrap_or(usize::MAX)
    }

    /// An injected error as S3 itself would send it.
    fn error(&self, error: ErrorReply, rules: &str, head: &Parts) -> Response<Bytes> {
        let (code, usual) = s3_error(&error.code);
        let injected = (!rules.is_empty() && usual.is_none())
            .then(|| format!("{code} injected by the fault rule {rules}"));
        let status = error
            .status_code
            .or_else(|| common_status(code).filter(|_| !ERROR_CODES.contains(&code)))
            .and_then(|status_code| StatusCode::from_u16(status_code).ok());
        let mut response = error_answer(&ErrorAnswer {
            code,
            status,
            message: error.message.as_deref().or(usual).or(injected.as_deref()),
            resource: head.uri.path(),
            request_id: self.request_id,
        });
        if head.method == Method::HEAD {
            *response.body_mut() = Bytes::new();
        }
        if let Some(millis) = error.retry_after_ms {
            let name = HeaderName::from_static("x-amz-retry-after");
            response
                .headers_mut()
                .insert(name, HeaderValue::from(millis));
        }
        for (name, value) in injected::headers(&error.headers) {
            response.headers_mut().insert(name, value);
        }
        let code = ErrorCode(code.to_owned().into());
        response.extensions_mut().insert(code);
        response
    }
}

/// Marks a response of which the client gets nothing.
#[derive(Clone)]
struct NoReply;

/// A request under faults.
struct Faulted<'a> {
    call: &'a Call<'a>,
    target: S3Target,
    operation: &'static str,
    head: Parts,
}

impl Faulted<'_> {
    async fn answer(
        &self,
        fault_plan: FaultPlan,
        mut body: TimeoutBody,
        recorder: &mut RequestRecorder<'_>,
    ) -> Response<Body> {
        let app = self.call.app;
        let FaultPlan {
            mut plan,
            awaits_result,
        } = fault_plan;
        recorder.set_faults(&plan);
        pause(&app.clock, plan.delay.before_ms).await;
        let replaces = plan.outcome.as_ref().is_some_and(replaces_reply);
        let reply = if replaces && plan.when == When::Before {
            body::discard(&mut body, self.call.limit()).await;
            None
        } else {
            Some(self.run(body, plan.when, recorder).await)
        };
        if let Some(reply) = &reply
            && awaits_result
            && !plan.is_settled()
        {
            self.decide_answered(reply, &mut plan);
            recorder.set_faults(&plan);
        }
        let rules: Vec<&str> = plan.rule_ids().collect();
        let rules = rules.join(",");
        if !rules.is_empty() {
            tracing::info!(
                operation = self.operation,
                account = &*self.call.caller.account,
                rules,
                "fault injected"
            );
        }
        pause(&app.clock, plan.delay.after_ms).await;
        let mut response = self.apply(plan.outcome, reply, &rules).await;
        if app.config.fault_ids
            && !rules.is_empty()
            && let Ok(id) = HeaderValue::from_str(&rules)
        {
            response.headers_mut().insert(faults::FAULT_ID, id);
        }
        scripted(response)
    }

    /// Carries the request out, once or twice.
    async fn run(
        &self,
        body: TimeoutBody,
        when: When,
        recorder: &mut RequestRecorder<'_>,
    ) -> Response<S3Body> {
        let head = self.head.clone();
        recorder.set_executed();
        if when != When::Twice {
            return self.call.run(Request::from_parts(head, body)).await;
        }
        let body = match body::read(body, self.call.limit()).await {
            Ok(body) => body,
            Err(failure) => {
                let error = ErrorReply {
                    message: Some(failure.message().to_owned()),
                    status_code: Some(failure.status.as_u16()),
                    ..ErrorReply::new("RequestTimeout")
                };
                return self.call.error(error, "", &self.head).map(S3Body::from);
            }
        };
        let request = |head| Request::from_parts(head, Full::new(body.clone()));
        let first = self.call.run(request(head)).await;
        tracing::info!(
            status = first.status().as_u16(),
            "the operation is executed a second time"
        );
        recorder.set_executed();
        self.call.run(request(self.head.clone())).await
    }

    fn decide_answered(&self, reply: &Response<S3Body>, plan: &mut b2bi_local_faults::Plan) {
        let app = self.call.app;
        let code = reply.extensions().get::<ErrorCode>();
        let status = reply.status();
        let usual = status.canonical_reason().unwrap_or_default();
        let is_error = status.is_client_error() || status.is_server_error();
        let result = Answered {
            status: status.as_u16(),
            code: is_error.then(|| code.map_or(usual, |code| &code.0)),
        };
        let request_headers = RequestHeaders::of(&self.head.headers);
        let (target, caller) = (&self.target, self.call.caller);
        with_fault_request(
            &self.head,
            &request_headers,
            caller,
            target,
            self.operation,
            |asked| {
                faults::decide_answered(app, asked, result, plan);
            },
        );
    }

    /// Replaces or changes the reply according to the outcome.
    async fn apply(
        &self,
        outcome: Option<Outcome>,
        reply: Option<Response<S3Body>>,
        rules: &str,
    ) -> Response<Body> {
        match outcome {
            Some(Outcome::Error(error) | Outcome::Throttle { error, .. }) => {
                whole(self.call.error(error, rules, &self.head))
            }
            Some(Outcome::Http(reply)) => whole(injected::raw(reply)),
            Some(Outcome::Connection(connection)) => {
                let reply = match reply {
                    Some(reply) if connection.needs_reply() => self.collected(reply).await,
                    _ => Ok(Response::new(Bytes::new())),
                };
                let reply = match reply {
                    Ok(reply) => reply,
                    Err(error) => return whole(error),
                };
                whole(injected::with_wire_fault(
                    reply,
                    WireFault::Connection(connection),
                ))
            }
            Some(Outcome::Panic) => injected::panic(rules),
            Some(Outcome::Response(damage)) => self.damaged(damage, reply).await,
            Some(Outcome::Stale(_) | Outcome::Job(_)) | None => match reply {
                Some(reply) => streamed(reply),
                None => whole(Response::new(Bytes::new())),
            },
        }
    }

    async fn damaged(&self, damage: Damage, reply: Option<Response<S3Body>>) -> Response<Body> {
        let Some(mut reply) = reply else {
            return whole(Response::new(Bytes::new()));
        };
        if damage.is_about_headers_only() {
            for (name, value) in injected::headers(&damage.headers) {
                reply.headers_mut().insert(name, value);
            }
            return streamed(reply);
        }
        match self.collected(reply).await {
            Ok(reply) => whole(injected::damaged(reply, damage)),
            Err(error) => whole(error),
        }
    }

    /// The reply with all of its body; an error in its place where memory has no room for it.
    async fn collected(&self, reply: Response<S3Body>) -> Result<Response<Bytes>, Response<Bytes>> {
        let limit = self.call.app.config.max_body_bytes;
        let (head, body) = reply.into_parts();
        if let Ok(body) = Limited::new(body, limit).collect().await {
            return Ok(Response::from_parts(head, body.to_bytes()));
        }
        let message = format!(
            "The object cannot be held in memory for a fault: it is longer than \
             --max-body-bytes ({limit})"
        );
        let error = ErrorReply {
            message: Some(message),
            ..ErrorReply::new("InternalError")
        };
        Err(self.call.error(error, "", &self.head))
    }
}

/// Whether the outcome leaves nothing of the reply; S3 has no stale reads and no jobs.
fn replaces_reply(outcome: &Outcome) -> bool {
    !matches!(outcome, Outcome::Stale(_) | Outcome::Job(_))
}

/// Turns a reply that HTTP cannot send into steps on the connection.
fn scripted(mut response: Response<Body>) -> Response<Body> {
    let Some(wire_fault) = response.extensions_mut().remove::<WireFault>() else {
        return response;
    };
    let (head, body) = response.into_parts();
    let bytes = match body {
        Either::Left(body) => body,
        Either::Right(_) => Full::default(),
    };
    // A complete body is ready immediately.
    let bytes = futures_util::FutureExt::now_or_never(bytes.collect());
    let bytes = bytes
        .and_then(Result::ok)
        .map(http_body_util::Collected::to_bytes);
    let whole_reply = Response::from_parts(head, bytes.unwrap_or_default());
    let script = wire_fault.script(&whole_reply);
    let mut response = whole(whole_reply);
    if !wire_fault.sends_reply() {
        response.extensions_mut().insert(NoReply);
    }
    response.extensions_mut().insert(script);
    response
}

/// S3's codes for the common errors, with their usual messages.
///
/// Source: docs `ErrorResponses`, 2026-11: `SlowDown` is S3's throttling; Assumption A-194.
pub(super) fn s3_error(code: &str) -> (&str, Option<&'static str>) {
    match code {
        "ThrottlingException" | "SlowDown" => {
            ("SlowDown", Some("Please reduce your request rate."))
        }
        "InternalServerException" | "InternalFailure" => ("InternalError", None),
        "AccessDeniedException" => ("AccessDenied", None),
        "ServiceUnavailableException" | "UpstreamUnavailableException" => {
            ("ServiceUnavailable", None)
        }
        "MalformedHttpRequestException" => ("InvalidRequest", None),
        other => (other, None),
    }
}

/// The reply, with its error code.
fn with_code(mut response: Response<S3Body>) -> Response<S3Body> {
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        let bytes = response.body().bytes().unwrap_or_default();
        let text = str::from_utf8(&bytes).unwrap_or_default();
        let code = text
            .split_once("<Code>")
            .and_then(|(_, rest)| rest.split_once("</Code>"));
        if let Some((code, _)) = code {
            let code = ErrorCode(code.to_owned().into());
            response.extensions_mut().insert(code);
        }
    }
    response
}

fn streamed(response: Response<S3Body>) -> Response<Body> {
    response.map(|body| Either::Right(Either::Left(body)))
}

fn whole(response: Response<Bytes>) -> Response<Body> {
    super::reply::whole(response)
}

/// The length of the body by a message's head; 0 if the head has none.
pub(super) fn length(headers: &http::HeaderMap) -> usize {
    let length = headers.get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
    length.unwrap_or_default()
}
