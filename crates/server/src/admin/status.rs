//! Routes for monitoring: health, settings and metrics.

use std::fmt::Write as _;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Map, Value, json};

use super::call::{AdminError, Call, HandlerResult};
use super::reply;
use crate::app::App;
use crate::metrics::family;
use crate::query::unknown;
use crate::sinks::SinkCounts;

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The media type of Prometheus's text format.
const PROMETHEUS: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4");
/// The stages of `LocalStack`'s start, and whether they are behind us.
const STAGES: [(&str, bool); 4] = [
    ("BOOT", true),
    ("START", true),
    ("READY", true),
    ("SHUTDOWN", false),
];

/// Whether the server is well: 503 and the reason while its data directory cannot be written.
pub(super) fn health(app: &App, _: &Call) -> HandlerResult {
    if let Some(error) = app.disk_failure() {
        let body = json!({"status": "degraded", "reason": error.to_string(), "version": VERSION});
        return Ok(reply(StatusCode::SERVICE_UNAVAILABLE, &body));
    }
    let body = json!({"status": "ready", "version": VERSION});
    Ok(reply(StatusCode::OK, &body))
}

/// The same in `LocalStack`'s form: each service here is running, or in error.
pub(super) fn localstack_health(app: &App, _: &Call) -> HandlerResult {
    let state = app.disk_failure().map_or("running", |_| "error");
    let names = app
        .endpoints
        .iter()
        .map(|endpoint| endpoint.descriptor().signing_name);
    let running = |name: &str| (name.to_owned(), Value::from(state));
    let services: Map<String, Value> = names.chain(["s3"]).map(running).collect();
    let body = json!({"services": services, "edition": "b2bi-local", "version": VERSION});
    Ok(reply(StatusCode::OK, &body))
}

/// Which stages of the start are behind us, in `LocalStack`'s form.
pub(super) fn localstack_init(app: &App, _: &Call) -> HandlerResult {
    let completed: Map<String, Value> = STAGES
        .iter()
        .map(|(name, done)| ((*name).to_owned(), Value::from(*done)))
        .collect();
    let body = json!({"completed": completed, "scripts": scripts(app)});
    Ok(reply(StatusCode::OK, &body))
}

/// Whether one stage of the start is behind us.
pub(super) fn localstack_stage(app: &App, call: &Call) -> HandlerResult {
    let stage = &call.name;
    let found = STAGES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(stage));
    let Some((name, completed)) = found else {
        let known = STAGES.map(|(name, _)| name);
        return Err(AdminError::not_found(unknown("stage", stage, &known)));
    };
    let scripts = if *name == "READY" {
        scripts(app)
    } else {
        Vec::new()
    };
    let body = json!({"completed": completed, "scripts": scripts});
    Ok(reply(StatusCode::OK, &body))
}

fn scripts(app: &App) -> Vec<Value> {
    let folder = app.config.init.iter();
    let scripts =
        folder.map(|folder| json!({"stage": "READY", "name": folder, "state": "SUCCESSFUL"}));
    scripts.collect()
}

/// The effective settings and their sources; secrets are masked.
pub(super) fn config(app: &App, _: &Call) -> HandlerResult {
    let settings = app.config.effective.iter().map(|effective| {
        let event_log = json!({"value": effective.value, "source": effective.source});
        (effective.key.to_owned(), event_log)
    });
    let settings: Map<String, Value> = settings.collect();
    let body = json!({"version": VERSION, "settings": settings});
    Ok(reply(StatusCode::OK, &body))
}

/// Counts in Prometheus's text format.
pub(super) fn metrics(app: &App, _: &Call) -> HandlerResult {
    let mut text = app.metrics.text();
    rules(app, &mut text);
    jobs(app, &mut text);
    sinks(app, &mut text);
    panics(app, &mut text);
    let help = "Requests and streams that wait for events.";
    family(&mut text, "event_followers", "gauge", help);
    let followers = app.event_log.followers();
    let _ = writeln!(text, "b2bi_local_event_followers {followers}");
    family(&mut text, "info", "gauge", "The version.");
    let _ = writeln!(text, "b2bi_local_info{{version=\"{VERSION}\"}} 1");
    let mut response = Response::new(Bytes::from(text));
    response.headers_mut().insert(CONTENT_TYPE, PROMETHEUS);
    Ok(response)
}

fn jobs(app: &App, text: &mut String) {
    let counts = app.service.job_counts();
    let help = "Jobs that have not ended, by state.";
    family(text, "jobs", "gauge", help);
    for (state, count) in counts.open {
        let _ = writeln!(text, "b2bi_local_jobs{{state=\"{state}\"}} {count}");
    }
    let help = "Jobs that have ended since the server started, by state.";
    family(text, "jobs_ended_total", "counter", help);
    for (state, count) in counts.ended {
        let _ = writeln!(
            text,
            "b2bi_local_jobs_ended_total{{state=\"{state}\"}} {count}"
        );
    }
}

/// The counter in a family of metrics about sinks.
type SinkMetric = (
    &'static str,
    &'static str,
    &'static str,
    fn(&SinkCounts) -> u64,
);

const SINKS: [SinkMetric; 4] = [
    (
        "sink_waiting",
        "gauge",
        "Events and log records that are yet to be sent.",
        |item| item.waiting,
    ),
    (
        "sink_sent_total",
        "counter",
        "Events and log records that have arrived.",
        |item| item.sent,
    ),
    (
        "sink_failed_total",
        "counter",
        "Attempts that went wrong.",
        |item| item.failed_attempts,
    ),
    (
        "sink_dead_total",
        "counter",
        "Events and log records that could not be delivered.",
        |item| item.given_up,
    ),
];

fn sinks(app: &App, text: &mut String) {
    let sink_counts = app.event_log.sinks.sink_counts();
    for (name, kind, help, count) in SINKS {
        family(text, name, kind, help);
        for sink_counts in &sink_counts {
            let (sink, count) = (escaped(&sink_counts.sink), count(sink_counts));
            let _ = writeln!(text, "b2bi_local_{name}{{sink=\"{sink}\"}} {count}");
        }
    }
}

fn panics(app: &App, text: &mut String) {
    let help = "Panics that were caught, each a defect, by what panicked.";
    family(text, "panics_total", "counter", help);
    for (kind, count) in app.panics.counts() {
        let _ = writeln!(text, "b2bi_local_panics_total{{kind=\"{kind}\"}} {count}");
    }
}

fn rules(app: &App, text: &mut String) {
    family(
        text,
        "fault_rule_fired_total",
        "counter",
        "How often a fault rule acted.",
    );
    for status in app.faults.list() {
        let (id, fired) = (escaped(status.rule.id().unwrap_or_default()), status.fired);
        let _ = writeln!(
            text,
            "b2bi_local_fault_rule_fired_total{{rule=\"{id}\"}} {fired}"
        );
    }
}

/// A label's value, escaped for the format.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    text.replace('\n', "\\n")
}
