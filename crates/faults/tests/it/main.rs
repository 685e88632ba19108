//! The engine as its users see it: rules and requests in, decisions out.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod connections;
mod decisions;
mod determinism;
mod effects;
mod grammar;
mod lifecycle;
mod limits;
mod moments;
mod recordings;
mod refusals;
mod replay;
mod schema;
mod vocabulary;

use b2bi_local_faults::{Engine, Facts, Outcome, Plan, RuleSet, When};
use serde_json::Value;

/// The request of most tables: the first attempt at `CreateProfile`.
const REQUEST: Facts<'static> = Facts {
    service: "b2bi",
    region: "eu-west-1",
    operation: "CreateProfile",
    account: "123456789012",
    access_key: Some("AKIAEXAMPLE"),
    app_id: Some("orders-test-1"),
    user_agent: Some("Boto3/1.44.5 cfg/retry-mode#standard app/orders-test-1"),
    resources: &["p-0123456789", "tr-9"],
    attempt: Some(1),
    invocation: Some("call-1"),
    body: None,
    result: None,
    header: &|name| name.eq_ignore_ascii_case("x-tenant").then_some("blue"),
};

/// An engine with the rules, armed at time 1000.
fn engine(rules: &Value) -> Engine {
    let engine = Engine::new(42);
    engine
        .replace(RuleSet::from_value(rules).unwrap().rules, 1_000)
        .unwrap();
    engine
}

/// A plan in one word or two: `Code`, `http 503`, `-`; with `after `, `twice ` and delays.
fn show(plan: &Plan) -> String {
    let prefix = match plan.when {
        When::Before => "",
        When::After => "after ",
        When::Twice => "twice ",
    };
    let outcome = match &plan.outcome {
        None => "-".to_owned(),
        Some(Outcome::Error(error)) => error.code.clone(),
        Some(Outcome::Http(reply)) => format!("http {}", reply.status_code),
        Some(Outcome::Throttle { wait_ms, .. }) => format!("wait {wait_ms}"),
        Some(Outcome::Connection(connection)) => connection.kind.name().to_owned(),
        Some(Outcome::Response(_)) => "damage".to_owned(),
        Some(Outcome::Stale(stale)) => format!("stale {}", stale.for_ms),
        Some(Outcome::Job(fault)) => format!("job {}", fault.stage),
        Some(Outcome::Panic) => "panic".to_owned(),
    };
    let delay = match (plan.delay.before_ms, plan.delay.after_ms) {
        (0, 0) => String::new(),
        (before, 0) => format!(" +{before}"),
        (before, after) => format!(" +{before}+{after}"),
    };
    format!("{prefix}{outcome}{delay}")
}
