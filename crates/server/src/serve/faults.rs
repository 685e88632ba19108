//! Applies the fault engine's decisions before and after a call.
//!
//! Before the request is decoded: delays, and outcomes that do not change the state. After the handler:
//! outcomes that replace its reply.

use std::time::Duration;

use b2bi_local_b2bi::Clock as _;
use b2bi_local_dispatcher::{Caller, DecodedRequest, Reply, ServiceError};
use b2bi_local_faults::{Answered, Chain, Facts, Outcome, Plan, When};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::Value;

use super::facts::{self, RequestHeaders};
use super::recorder::RequestRecorder;
use super::script::WireFault;
use super::{handler, injected};
use crate::app::App;
use crate::clock::ServerClock;

/// The header that names the rule behind an injected reply.
pub(super) const FAULT_ID: HeaderName = HeaderName::from_static("x-b2bi-fault-id");
/// The header with which a request defines its own fault, in the mini-language.
const REQUEST_FAULT: HeaderName = HeaderName::from_static("x-mock-fault");

/// The facts about a request after routing.
pub(super) struct FaultRequest<'a> {
    pub(super) head: &'a Parts,
    pub(super) request_headers: &'a RequestHeaders<'a>,
    pub(super) caller: &'a Caller,
    pub(super) service: &'a str,
    pub(super) operation: &'a str,
    pub(super) body: &'a Bytes,
    /// The target of the request, if it is not in the body.
    pub(super) resources: &'a [&'a str],
}

/// The faults planned for a call.
pub(super) struct FaultPlan {
    pub(super) plan: Plan,
    /// Whether rules can act after the handler has answered.
    pub(super) awaits_result: bool,
}

/// The plan for the request; none, for the cost of one load, if no rule is armed and requests
/// cannot bring their own faults.
///
/// # Errors
///
/// The request's own fault cannot be read.
pub(super) fn plan(
    app: &App,
    request: &FaultRequest<'_>,
) -> Result<Option<Box<FaultPlan>>, ServiceError> {
    if app.faults.is_idle() {
        return Ok(None);
    }
    let own = if app.faults.accepts_request_faults() {
        let own = |value| own(app, value, request.service);
        request.request_headers.request_fault.map(own).transpose()?
    } else {
        None
    };
    if own.is_none() && !app.faults.may_act_on(&of_the_call(request)) {
        return Ok(None);
    }
    let now = app.now_millis();
    let plan = with_facts(request, None, |facts| match &own {
        Some(chain) => app
            .faults
            .decide_by(REQUEST_FAULT.as_str(), chain, facts, now),
        None => app.faults.decide(facts, now),
    });
    let awaits_result = own.is_none() && app.faults.is_armed_for_results();
    let fault_plan = Box::new(FaultPlan {
        plan,
        awaits_result,
    });
    Ok((awaits_result || !fault_plan.plan.is_empty()).then_some(fault_plan))
}

/// The facts about a request before its body is read.
fn of_the_call<'a>(request: &FaultRequest<'a>) -> Facts<'a> {
    Facts {
        service: request.service,
        region: &request.caller.region,
        operation: request.operation,
        account: &request.caller.account,
        ..Facts::default()
    }
}

/// Describes the request to the engine.
fn with_facts<T>(
    request: &FaultRequest<'_>,
    result: Option<Answered<'_>>,
    decide: impl FnOnce(&Facts<'_>) -> T,
) -> T {
    let header = |name: &str| facts::header(request.head, name);
    let user_agent = facts::text(request.request_headers.user_agent());
    let body: Option<Value> = serde_json::from_slice(request.body).ok();
    let mut resources = body.as_ref().map(facts::resources).unwrap_or_default();
    resources.extend(request.resources);
    decide(&Facts {
        service: request.service,
        region: &request.caller.region,
        operation: request.operation,
        account: &request.caller.account,
        access_key: request.caller.access_key.as_deref(),
        app_id: user_agent.and_then(facts::app_id),
        user_agent,
        resources: &resources,
        body: body.as_ref(),
        attempt: request.request_headers.attempt(),
        invocation: request.request_headers.invocation(),
        result,
        header: &header,
    })
}

/// The request's own fault.
fn own(app: &App, value: &HeaderValue, service: &str) -> Result<Chain, ServiceError> {
    let refused = |error: &dyn std::error::Error| {
        let message = format!("The header {REQUEST_FAULT} cannot be read: {error}");
        ServiceError::front(
            StatusCode::BAD_REQUEST,
            "InvalidMockFaultException",
            message,
        )
    };
    let text = value.to_str().map_err(|error| refused(&error))?;
    let chain: Chain = text.parse().map_err(|error| refused(&error))?;
    let checked = app.vocabulary.check_chain(&chain, service);
    checked.map_err(|error| refused(&error))?;
    Ok(chain)
}

/// Runs a call as planned.
pub(super) async fn run_with_faults<'a>(
    app: &App,
    request: &FaultRequest<'_>,
    fault_plan: Option<Box<FaultPlan>>,
    decode: impl Fn() -> Result<Box<dyn DecodedRequest<'a> + 'a>, ServiceError>,
    recorder: &mut RequestRecorder<'_>,
    render: impl FnOnce(Result<Reply, ServiceError>) -> Response<Bytes>,
) -> Response<Bytes> {
    match fault_plan {
        None => {
            render(handler::run(decode(), request.caller.clone(), When::Before, recorder).await)
        }
        Some(fault_plan) => {
            Box::pin(apply_plan(
                app,
                request,
                *fault_plan,
                decode,
                recorder,
                render,
            ))
            .await
        }
    }
}

/// Runs a call with the faults of rules, or the request's own.
async fn apply_plan<'a>(
    app: &App,
    request: &FaultRequest<'_>,
    fault_plan: FaultPlan,
    decode: impl Fn() -> Result<Box<dyn DecodedRequest<'a> + 'a>, ServiceError>,
    recorder: &mut RequestRecorder<'_>,
    render: impl FnOnce(Result<Reply, ServiceError>) -> Response<Bytes>,
) -> Response<Bytes> {
    let caller = request.caller.clone();
    let mut plan = fault_plan.plan;
    recorder.set_faults(&plan);
    pause(&app.clock, plan.delay.before_ms).await;
    let reply = match (&plan.outcome, plan.when) {
        (Some(Outcome::Stale(stale)), _) => {
            recorder.set_executed();
            let lag = Duration::from_millis(stale.for_ms);
            match decode() {
                Ok(decoded) => decoded.call_lagging(caller, lag).await,
                Err(failure) => Err(failure),
            }
        }
        (Some(_), When::Before) => Ok(Reply::Json(Bytes::new())),
        (_, when) => handler::run(decode(), caller, when, recorder).await,
    };
    if fault_plan.awaits_result && !plan.is_settled() {
        decide_answered(app, request, answered(&reply), &mut plan);
        recorder.set_faults(&plan);
    }
    let rules: Vec<&str> = plan.rule_ids().collect();
    let rules = rules.join(",");
    if !rules.is_empty() {
        tracing::info!(
            operation = request.operation,
            account = &*request.caller.account,
            rules,
            "fault injected"
        );
    }
    pause(&app.clock, plan.delay.after_ms).await;
    let mut response = with_outcome(plan.outcome, reply, &rules, render);
    if app.config.fault_ids
        && !rules.is_empty()
        && let Ok(id) = HeaderValue::from_str(&rules)
    {
        response.headers_mut().insert(FAULT_ID, id);
    }
    response
}

/// The reply after a fault has changed or replaced the handler's.
fn with_outcome(
    outcome: Option<Outcome>,
    reply: Result<Reply, ServiceError>,
    rules: &str,
    render: impl FnOnce(Result<Reply, ServiceError>) -> Response<Bytes>,
) -> Response<Bytes> {
    match outcome {
        Some(Outcome::Error(error) | Outcome::Throttle { error, .. }) => {
            render(Err(injected::failure(error, rules)))
        }
        Some(Outcome::Http(reply)) => injected::raw(reply),
        Some(Outcome::Connection(connection)) => {
            injected::with_wire_fault(render(reply), WireFault::Connection(connection))
        }
        Some(Outcome::Response(damage)) => injected::damaged(render(reply), damage),
        Some(Outcome::Panic) => injected::panic(rules),
        Some(Outcome::Stale(_) | Outcome::Job(_)) | None => render(reply),
    }
}

/// Adds the decisions of rules that depend on the handler's answer to the plan.
pub(super) fn decide_answered(
    app: &App,
    request: &FaultRequest<'_>,
    result: Answered<'_>,
    plan: &mut Plan,
) {
    let now = app.now_millis();
    with_facts(request, Some(result), |facts| {
        app.faults.decide_answered(facts, now, plan);
    });
}

fn answered(reply: &Result<Reply, ServiceError>) -> Answered<'_> {
    match reply {
        Ok(_) => Answered {
            status: StatusCode::OK.as_u16(),
            code: None,
        },
        Err(failure) => Answered {
            status: failure.status.as_u16(),
            code: Some(&failure.code),
        },
    }
}

pub(super) async fn pause(clock: &ServerClock, millis: u64) {
    if millis > 0 {
        clock.sleep(Duration::from_millis(millis)).await;
    }
}
