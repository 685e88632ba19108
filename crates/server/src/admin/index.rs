//! `/_b2bi`: the list of routes.

use http::StatusCode;
use serde_json::{Value, json};

use super::call::{Call, HandlerResult};
use super::reply;
use super::routes::paths;
use crate::app::App;

/// What each path is for, in a line.
const SUMMARIES: &[(&str, &str)] = &[
    ("/_b2bi", "This list"),
    ("/_b2bi/health", "Whether the server is ready"),
    (
        "/_b2bi/config",
        "Every setting with its value and where it comes from",
    ),
    ("/_b2bi/metrics", "Counts in Prometheus's text format"),
    (
        "/_b2bi/clock",
        "The server's clock: show, stop, advance or skew it",
    ),
    (
        "/_b2bi/faults",
        "The fault rules with their counters: list, add, replace or remove them",
    ),
    (
        "/_b2bi/faults/explain",
        "What the rules would do to a request",
    ),
    ("/_b2bi/faults/presets", "Ready-made sets of rules"),
    (
        "/_b2bi/faults/presets/NAME",
        "Add a ready-made set of rules",
    ),
    ("/_b2bi/faults/ID", "One rule: show, replace or remove it"),
    ("/_b2bi/effects", "Latency of all requests"),
    ("/_b2bi/scenarios", "The state of every scenario"),
    (
        "/_b2bi/scenarios/NAME",
        "The state of one scenario: show or set it",
    ),
    (
        "/_b2bi/seed",
        "The seed of the rules' draws: show or set it",
    ),
    ("/_b2bi/recording", "The rules and all that they decided"),
    (
        "/_b2bi/replay",
        "Let the rules of a recording decide again as they did",
    ),
    (
        "/_b2bi/reset",
        "Return the server, or parts of it, to the state after its start",
    ),
    ("/moto-api/reset", "The same for clients of moto"),
    ("/_b2bi/s3-events", "Take notifications of another S3"),
    (
        "/_b2bi/journal",
        "The requests and faulted jobs so far: search or forget them",
    ),
    ("/_b2bi/journal/ID", "One entry of the journal"),
    ("/_b2bi/requests", "Another name of /_b2bi/journal"),
    ("/_b2bi/requests/ID", "Another name of /_b2bi/journal/ID"),
    (
        "/_b2bi/verify",
        "Check how many requests of a kind there were",
    ),
    (
        "/_b2bi/events",
        "The events for EventBridge: search, follow or forget them",
    ),
    (
        "/_b2bi/events/dead",
        "Events that a sink did not take: show, send again or drop them",
    ),
    ("/_b2bi/jobs", "The jobs and their states"),
    (
        "/_b2bi/logs",
        "The log records for CloudWatch: search or forget them",
    ),
    (
        "/_b2bi/logs/dead",
        "Log records that a sink did not take: show, send again or drop them",
    ),
    (
        "/_b2bi/s3-notifications/dead",
        "Notifications of buckets that were not delivered: show, send again or drop them",
    ),
    (
        "/_b2bi/stacks",
        "The stacks of CloudFormation, and where each resource is",
    ),
    (
        "/_b2bi/state",
        "The resources of all accounts: export or import them",
    ),
    (
        "/_b2bi/snapshots",
        "The snapshots: when each was taken, its size and what it holds",
    ),
    (
        "/_b2bi/snapshots/NAME",
        "One snapshot: show, take or delete it",
    ),
    (
        "/_b2bi/snapshots/NAME/restore",
        "Replace the present state with a snapshot",
    ),
    (
        "/_b2bi/console/inspect",
        "The segments, document, problems and acknowledgement of a text",
    ),
    (
        "/_b2bi/console/sets",
        "The transaction sets of each version",
    ),
    (
        "/_b2bi/console/outline",
        "The segments and elements of a transaction set",
    ),
    (
        "/_b2bi/console/sample",
        "An interchange with one transaction of a set",
    ),
    (
        "/_b2bi/console/access",
        "Which actions of the service the policy of a bucket refuses",
    ),
    ("/_localstack/health", "Health in LocalStack's form"),
    (
        "/_localstack/init",
        "The stages of the start in LocalStack's form",
    ),
    ("/_localstack/init/NAME", "One stage of the start"),
    (
        "/_localstack/chaos/faults",
        "Fault rules in LocalStack's form",
    ),
    ("/_localstack/chaos/effects", "Latency in LocalStack's form"),
];

/// Lists the routes: path, methods, query keys and a line on what each is for.
pub(super) fn show(_: &App, _: &Call) -> HandlerResult {
    let routes: Vec<Value> = paths()
        .into_iter()
        .map(|(path, methods, query)| {
            json!({"path": path, "methods": methods, "query": query, "summary": summary(path)})
        })
        .collect();
    let body = json!({"version": env!("CARGO_PKG_VERSION"), "routes": routes});
    Ok(reply(StatusCode::OK, &body))
}

fn summary(path: &str) -> Option<&'static str> {
    let found = SUMMARIES.iter().find(|(of, _)| *of == path);
    found.map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::{SUMMARIES, paths};

    #[test]
    fn every_path_has_a_summary_and_no_other() {
        let routed: Vec<&str> = paths().into_iter().map(|(path, ..)| path).collect();
        let described: Vec<&str> = SUMMARIES.iter().map(|(path, _)| *path).collect();
        assert_eq!(routed, described);
    }
}
