//! Applies the fault engine's decisions at the seams round a call.
//!
//! Before the request is decoded: delays, and outcomes that leave the state untouched. Round the
//! handler: outcomes that replace the reply of work that is done.

use std::borrow::Cow;
use std::time::Duration;

use b2bi_local_b2bi::Clock as _;
use b2bi_local_dispatcher::{Caller, Failure, Pending, Reply};
use b2bi_local_faults::{Chain, Damage, ErrorReply, Facts, HttpReply, Outcome, Plan, When};
use b2bi_local_model::{ErrorShape, NAMESPACE};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::{Map, Value};

use super::facts;
use super::note::Note;
use super::script::Wreck;
use crate::app::App;
use crate::clock::ServerClock;

/// The header that names the rule behind an injected reply.
const FAULT_ID: HeaderName = HeaderName::from_static("x-b2bi-fault-id");
/// The header in which a request brings a fault of its own, in the mini-language.
const OWN_FAULT: HeaderName = HeaderName::from_static("x-mock-fault");

/// What is known of a request after routing.
pub(super) struct Asked<'a> {
    pub(super) head: &'a Parts,
    pub(super) caller: &'a Caller,
    pub(super) service: &'a str,
    pub(super) operation: &'a str,
    pub(super) body: &'a Bytes,
}

/// What is to happen to the request; nothing, at the price of one load, when no rule is armed.
///
/// # Errors
///
/// The request brings a fault of its own that cannot be read.
pub(super) fn plan(app: &App, asked: &Asked<'_>) -> Result<Option<Plan>, Failure> {
    let own = own(asked.head)?;
    if own.is_none() && !app.faults.is_armed() {
        return Ok(None);
    }
    let header = |name: &str| facts::header(asked.head, name);
    let user_agent = facts::user_agent(asked.head);
    let body: Option<Value> = serde_json::from_slice(asked.body).ok();
    let facts = Facts {
        service: asked.service,
        region: &asked.caller.region,
        operation: asked.operation,
        account: &asked.caller.account,
        access_key: asked.caller.access_key.as_deref(),
        app_id: user_agent.and_then(facts::app_id),
        user_agent,
        resource: body.as_ref().and_then(facts::resource),
        body: body.as_ref(),
        attempt: facts::header(asked.head, &facts::ATTEMPT).and_then(facts::attempt),
        invocation: facts::header(asked.head, &facts::INVOCATION),
        header: &header,
    };
    let plan = match own {
        Some(chain) => app
            .faults
            .decide_by(OWN_FAULT.as_str(), &chain, &facts, app.now_millis()),
        None => app.faults.decide(&facts, app.now_millis()),
    };
    Ok((!plan.is_empty()).then_some(plan))
}

/// The fault that a request brings with itself.
fn own(head: &Parts) -> Result<Option<Chain>, Failure> {
    let Some(value) = head.headers.get(&OWN_FAULT) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default();
    let chain = text.parse().map_err(|error| {
        let message = format!("The header {OWN_FAULT} cannot be read: {error}");
        Failure::front(
            StatusCode::BAD_REQUEST,
            "InvalidMockFaultException",
            message,
        )
    });
    chain.map(Some)
}

/// Carries a call out as planned.
pub(super) async fn carry_out<'a>(
    app: &App,
    plan: Option<Plan>,
    decode: impl Fn() -> Result<Box<dyn Pending<'a> + 'a>, Failure>,
    caller: Caller,
    note: &mut Note<'_>,
    render: impl FnOnce(Result<Reply, Failure>) -> Response<Bytes>,
) -> Response<Bytes> {
    let Some(plan) = plan else {
        return render(run(decode(), caller, When::Before, note).await);
    };
    note.faulted(&plan);
    let rules: Vec<&str> = plan.rule_ids().collect();
    let rules = rules.join(",");
    tracing::info!(rules, "fault injected");
    pause(&app.clock, plan.delay.before_ms).await;
    let reply = if plan.outcome.is_some() && plan.when == When::Before {
        Ok(Reply::Json(Bytes::new()))
    } else {
        run(decode(), caller, plan.when, note).await
    };
    pause(&app.clock, plan.delay.after_ms).await;
    let mut response = match plan.outcome {
        Some(Outcome::Error(error) | Outcome::Throttle { error, .. }) => {
            render(Err(failure(error, &rules)))
        }
        Some(Outcome::Http(reply)) => raw(reply),
        Some(Outcome::Connection(connection)) => {
            wrecked(render(reply), Wreck::Connection(connection))
        }
        Some(Outcome::Response(damage)) => damaged(render(reply), damage),
        None => render(reply),
    };
    if app.config.fault_ids
        && !rules.is_empty()
        && let Ok(id) = HeaderValue::from_str(&rules)
    {
        response.headers_mut().insert(FAULT_ID, id);
    }
    response
}

/// The handler's own reply; run twice, that of the second time.
async fn run<'a>(
    decoded: Result<Box<dyn Pending<'a> + 'a>, Failure>,
    caller: Caller,
    when: When,
    note: &mut Note<'_>,
) -> Result<Reply, Failure> {
    let pending = decoded?;
    if when == When::Twice {
        note.executed();
        let first = pending.again().call(caller.clone()).await;
        tracing::info!(succeeded = first.is_ok(), "executed once, and now again");
    }
    note.executed();
    pending.call(caller).await
}

async fn pause(clock: &ServerClock, millis: u64) {
    if millis > 0 {
        clock.sleep(Duration::from_millis(millis)).await;
    }
}

/// An injected error as the service itself would send it, every member filled.
fn failure(error: ErrorReply, rules: &str) -> Failure {
    let shape = ErrorShape::named(&error.code);
    let status = error
        .status_code
        .or(shape.map(|it| it.status))
        .unwrap_or(503);
    let mut members = members(&error, shape, rules);
    if let Some(seconds) = error.retry_after_seconds {
        members.insert("retryAfterSeconds".to_owned(), seconds.into());
    }
    members.extend(error.fields);
    let mut headers: Vec<(HeaderName, HeaderValue)> = Vec::new();
    if let Some(millis) = error.retry_after_ms {
        let name = HeaderName::from_static("x-amz-retry-after");
        headers.push((name, HeaderValue::from(millis)));
    }
    headers.extend(
        error
            .headers
            .iter()
            .filter_map(|(name, value)| header(name, value)),
    );
    Failure {
        code: Cow::Owned(error.code),
        namespace: shape.map(|_| NAMESPACE),
        status: StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE),
        members,
        headers,
    }
}

fn members(error: &ErrorReply, shape: Option<&ErrorShape>, rules: &str) -> Map<String, Value> {
    let message = match (&error.message, error.code.as_str()) {
        (Some(message), _) => message.clone(),
        (None, "ThrottlingException") => "Rate exceeded".to_owned(),
        (None, code) => format!("{code} injected by the fault rule {rules}"),
    };
    let mut members = Map::new();
    let message_member = shape.map_or("message", ErrorShape::message_member);
    members.insert(message_member.to_owned(), Value::String(message));
    let required = shape.map_or(&[][..], |it| it.required);
    for name in required.iter().filter(|it| **it != message_member) {
        let value = if *name == "serviceCode" {
            "b2bi"
        } else {
            "injected"
        };
        members.insert((*name).to_owned(), value.into());
    }
    members
}

/// A reply with another body or other headers, or one that HTTP cannot send.
fn damaged(mut response: Response<Bytes>, damage: Damage) -> Response<Bytes> {
    if let Some(body) = damage.edited(response.body()) {
        *response.body_mut() = body.into();
    }
    for (name, value) in damage
        .headers
        .iter()
        .filter_map(|(name, value)| header(name, value))
    {
        response.headers_mut().insert(name, value);
    }
    if damage.is_on_the_wire() {
        wrecked(response, Wreck::Damage(damage))
    } else {
        response
    }
}

fn wrecked(mut response: Response<Bytes>, wreck: Wreck) -> Response<Bytes> {
    response.extensions_mut().insert(wreck);
    response
}

fn raw(reply: HttpReply) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(reply.body));
    if let Ok(status) = StatusCode::from_u16(reply.status_code) {
        *response.status_mut() = status;
    }
    let headers = reply
        .headers
        .iter()
        .filter_map(|(name, value)| header(name, value));
    response.headers_mut().extend(headers);
    response
}

fn header(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    Some((name.parse().ok()?, value.parse().ok()?))
}
