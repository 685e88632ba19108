//! The admin routes, one row for each: what they answer, and what they refuse.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod replies;

use b2bi_local_server::{Config, Control, Server};
use bytes::Bytes;
use http::{HeaderMap, Request};
use serde_json::{Value, json};

async fn server(config: Config) -> Control {
    let listen = "127.0.0.1:0".parse().unwrap();
    let server = Server::bind(Config { listen, ..config }).await.unwrap();
    server.control()
}

async fn fresh() -> Control {
    server(Config::defaults().unwrap()).await
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

/// Sends `METHOD TARGET`, with a body or without one.
async fn send(control: &Control, request: &str, body: impl Into<Bytes>) -> Answer {
    let (method, target) = request.split_once(' ').unwrap();
    let request = Request::builder()
        .method(method)
        .uri(target)
        .header("host", "localhost")
        .body(body.into())
        .unwrap();
    let (head, body) = control.admin(request).await.into_parts();
    Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        text: String::from_utf8(body.to_vec()).unwrap(),
    }
}

/// Sends a request and checks a part of the reply.
async fn check(control: &Control, request: &str, body: &str, status: u16, part: &str) {
    let answer = send(control, request, body.to_owned()).await;
    assert_eq!(answer.status, status, "{request} {body}: {}", answer.text);
    assert!(
        answer.text.contains(part),
        "{request} {body}: {} has no {part}",
        answer.text
    );
}

/// `METHOD TARGET | body | status | part of the answer`, a line each.
fn rows(table: &str) -> impl Iterator<Item = (&str, &str, u16, &str)> {
    table.trim().lines().map(|line| {
        let [request, body, status, part] = line
            .split('|')
            .map(str::trim)
            .collect::<Vec<_>>()
            .try_into()
            .unwrap_or_else(|_| panic!("{line}"));
        (request, body, status.parse().unwrap(), part)
    })
}

/// Every route with a request that it takes, in an order in which each of them works.
const ACCEPTED: &str = r#"
GET /_b2bi |  | 200 | "routes"
GET /_b2bi/ |  | 200 | "routes"
GET /_b2bi/health |  | 200 | "ready"
GET /_b2bi/health/ |  | 200 | "ready"
HEAD /_b2bi/health |  | 200 | 
GET /_b2bi/config |  | 200 | "settings"
GET /_b2bi/metrics |  | 200 | b2bi_local_info
GET /_b2bi/clock |  | 200 | "mode"
PUT /_b2bi/clock | {"mode": "manual", "setTo": "2026-01-31T09:30:00Z", "advanceMs": 5} | 200 | 09:30:00.005Z
PUT /_b2bi/clock | {"skewMs": null} | 200 | "skewMs":0
POST /_b2bi/faults | {"id": "one", "operation": "GetProfile"} | 200 | "one"
PATCH /_b2bi/faults | [{"id": "two"}] | 200 | "two"
GET /_b2bi/faults |  | 200 | "two"
GET /_b2bi/faults/explain?operation=GetProfile&header%3AX-A=1 |  | 200 | "matches":true
POST /_b2bi/faults/explain | {"header": {"x-a": "1"}, "body": {}} | 200 | "failed":"operation"
GET /_b2bi/faults/presets |  | 200 | flaky
POST /_b2bi/faults/presets/flaky |  | 200 | flaky
GET /_b2bi/faults/one |  | 200 | "matched":0
PUT /_b2bi/faults/three | {"scenario": {"name": "s", "then": "x"}} | 200 | "three"
DELETE /_b2bi/faults/two |  | 200 | "one"
DELETE /_b2bi/faults?id=%6Fne |  | 200 | "three"
GET /_b2bi/effects |  | 200 | "latency":0
POST /_b2bi/effects | {"latency": 0} | 200 | "latency":0
GET /_b2bi/scenarios |  | 200 | "s":"start"
PUT /_b2bi/scenarios/s | {"state": "down"} | 200 | "down"
GET /_b2bi/scenarios/s |  | 200 | "down"
GET /_b2bi/recording |  | 200 | "three"
POST /_b2bi/replay | {"seed": 5, "rules": []} | 200 | "seed":5
PUT /_b2bi/faults | {"seed": 42, "rules": [{"id": "four"}]} | 200 | "seed":42
POST /_b2bi/faults | {"seed": 43, "rules": [{"id": "five"}]} | 200 | "seed":43
PUT /_b2bi/faults | "CreateProfile=error(ThrottlingException)" | 200 | rule-1
GET /_b2bi/seed |  | 200 | 43
PUT /_b2bi/seed | {"seed": 18446744073709551615} | 200 | 18446744073709551615
DELETE /_b2bi/faults |  | 200 | "rules":[]
POST /_b2bi/s3-events | {"Service": "Amazon S3", "Event": "s3:TestEvent"} | 200 | "passedOver":1
GET /_b2bi/journal?operation=List*&limit=1&group=invocation |  | 200 | "calls":[]
DELETE /_b2bi/journal |  | 200 | "cleared":0
GET /_b2bi/journal/1 |  | 404 | no entry 1
GET /_b2bi/requests |  | 200 | "entries":[]
DELETE /_b2bi/requests |  | 200 | "cleared":0
GET /_b2bi/requests/1 |  | 404 | no entry 1
POST /_b2bi/verify | [{"where": {"operation": "*"}, "exactly": 0}, {"rules": "all-completed"}] | 200 | "verified":2
GET /_b2bi/events?account=1*&wait=0 |  | 200 | "events":[]
DELETE /_b2bi/events |  | 200 | "cleared":0
GET /_b2bi/events/dead?sink=* |  | 200 | "dead":[]
POST /_b2bi/events/dead |  | 200 | "retried":0
DELETE /_b2bi/events/dead |  | 200 | "cleared":0
GET /_b2bi/jobs?state=running&since=0 |  | 200 | "jobs":[]
GET /_b2bi/logs?group=* |  | 200 | "records":[]
DELETE /_b2bi/logs |  | 200 | "cleared":0
GET /_b2bi/logs/dead |  | 200 | "dead":[]
POST /_b2bi/logs/dead?sink=x |  | 200 | "retried":0
DELETE /_b2bi/logs/dead |  | 200 | "cleared":0
GET /_b2bi/s3-notifications/dead |  | 200 | "dead":[]
POST /_b2bi/s3-notifications/dead?sink=x |  | 200 | "retried":0
DELETE /_b2bi/s3-notifications/dead |  | 200 | "cleared":0
POST /_b2bi/snapshots/a.b?objects=true |  | 201 | "a.b"
GET /_b2bi/snapshots |  | 200 | "a.b"
GET /_b2bi/snapshots/a.b |  | 200 | b2bi-local state
POST /_b2bi/snapshots/a.b/restore |  | 200 | "buckets":0
DELETE /_b2bi/snapshots/a.b |  | 200 | "deleted"
GET /_b2bi/stacks |  | 200 | "stacks"
POST /_b2bi/console/inspect | x | 200 | not-an-interchange
GET /_b2bi/console/sets |  | 200 | X12_850
GET /_b2bi/console/outline?transactionSet=X12_850&version=VERSION_4010 |  | 200 | BEG
GET /_b2bi/console/sample?transactionSet=X12_850&version=VERSION_4010 |  | 200 | ISA
GET /_b2bi/console/access?account=111122223333&bucket=b&key=in/a&side=input&capabilityArn=a |  | 200 | s3:GetObjectAttributes
GET /_b2bi/state?account=111122223333&objects=false |  | 200 | "scopes": []
PUT /_b2bi/state | {"format": "b2bi-local state", "version": 1, "scopes": []} | 200 | "scopes":0
POST /_b2bi/reset |  | 200 | "metrics"
POST /_b2bi/reset?what=clock,requests |  | 200 | {"reset":["clock","requests"]}
POST /_b2bi/reset?account=111122223333 |  | 200 | {"reset":["state"]}
POST /moto-api/reset |  | 200 | {"status":"ok"}
GET /_localstack/health |  | 200 | "b2bi":"running"
HEAD /_localstack/health |  | 200 | 
GET /_localstack/init |  | 200 | "READY":true
GET /_localstack/init/ready |  | 200 | "completed":true
GET /_localstack/chaos/faults |  | 200 | []
POST /_localstack/chaos/faults | [{"service": "s3"}] | 200 | "s3"
PATCH /_localstack/chaos/faults | [{"service": "sts"}] | 200 | "sts"
DELETE /_localstack/chaos/faults | [{"service": "s3"}] | 200 | "sts"
GET /_localstack/chaos/effects |  | 200 | "latency":0
POST /_localstack/chaos/effects | {"latency": 1} | 200 | "latency":1
"#;

/// Refused requests: method and target, body, status, and a part of the message.
const REFUSED: &str = r#"
DELETE /_b2bi/faults?rule=r2 |  | 400 | unknown query key `rule`; the nearest is `id` (known: id)
DELETE /_b2bi/faults?x=1&id=keep |  | 400 | unknown query key `x`
DELETE /_b2bi/faults?id= |  | 400 | `id` has no value
DELETE /_b2bi/faults?id |  | 400 | `id` has no value
DELETE /_b2bi/faults?id=keep&id=keep |  | 400 | `id` is there twice
DELETE /_b2bi/faults?%69d=keep&id=keep |  | 400 | `id` is there twice
DELETE /_b2bi/faults?id=%FF |  | 400 | not UTF-8
DELETE /_b2bi/faults?id=keep | [{}] | 400 | not by both
DELETE /_b2bi/faults?id=other |  | 404 | no rule other
DELETE /_b2bi/faults/ |  | 404 | unknown path
DELETE /_b2bi/faults/other |  | 404 | no rule other
DELETE /_b2bi/faults/keep?id=keep |  | 400 | there are none here
DELETE /_b2bi/faults | {"seed": 1} | 400 | `seed`
GET /_b2bi/faults?foo=1 |  | 400 | unknown query key `foo`
GET /_b2bi/faults | {} | 400 | takes no body
POST /_b2bi/faults |  | 400 | not JSON
POST /_b2bi/faults | 7 | 400 | expected a table
POST /_b2bi/faults | {"operatoin": "x"} | 400 | nearest valid one is `operation`
POST /_b2bi/faults | {"rules": [], "sede": 1} | 400 | nearest valid one is `seed`
POST /_b2bi/faults | {"id": "keep"} | 409 | two rules with the id `keep`
POST /_b2bi/faults | {"operation": "CreateProfil"} | 400 | `CreateProfile`
POST /_b2bi/faults | {"service": "b2b"} | 400 | `b2bi`
POST /_b2bi/faults | {"error": {"code": "Throttlingexception"}} | 400 | `ThrottlingException`
POST /_b2bi/faults | "CreateProfil=error(ThrottlingException)" | 400 | `CreateProfile`
PUT /_b2bi/faults | [{"operation": "GetObjekt"}] | 400 | `GetObject`
PUT /_b2bi/faults/a,b%20c | {} | 400 | an id is of 1 to 128
PUT /_b2bi/faults/%FF | {} | 400 | not UTF-8
PUT /_b2bi/faults/keep | {"id": "other"} | 400 | the rule's own id is `other`
PUT /_b2bi/faults/keep | [] | 400 | Send one rule
PUT /_b2bi/faults/keep | {"seed": 1, "rules": [{}]} | 400 | Send one rule
PUT /_b2bi/faults/keep | {"region": "useast1"} | 400 | us-east-1
GET /_b2bi/faults/explain?operatoin=x |  | 400 | the nearest is `operation`
GET /_b2bi/faults/explain?entry=x |  | 404 | no entry x
GET /_b2bi/faults/explain?attempt=x |  | 400 | `attempt`
GET /_b2bi/faults/explain?operation=a&operation=b |  | 400 | twice
POST /_b2bi/faults/explain | {"operatoin": "x"} | 400 | the nearest is `operation`
POST /_b2bi/faults/explain | {"header": 1} | 400 | `header`
POST /_b2bi/faults/explain?a=b | {} | 400 | unknown query key `a`
POST /_b2bi/faults/presets/flakey |  | 404 | the nearest is `flaky`
POST /_b2bi/faults/presets/flaky | {} | 400 | takes no body
PUT /_b2bi/clock |  | 400 | not JSON
PUT /_b2bi/clock | {"advance": 1} | 400 | the nearest is `advanceMs`
PUT /_b2bi/clock | {"advanceMs": -1} | 400 | `advanceMs`
PUT /_b2bi/clock | {"mode": "slow"} | 400 | `mode`
PUT /_b2bi/clock | {"setTo": 5e300} | 400 | `setTo`
PUT /_b2bi/clock?a=b | {} | 400 | unknown query key `a`
PUT /_b2bi/seed | {"seed": 1, "sed": 2} | 400 | unknown key `sed`; the nearest is `seed`
PUT /_b2bi/seed | {"seed": -1} | 400 | `seed` must be a whole number
PUT /_b2bi/seed | [] | 400 | expected a JSON object
PUT /_b2bi/scenarios/s | {"sate": "x"} | 400 | the nearest is `state`
PUT /_b2bi/scenarios/s | {"state": ""} | 400 | `state`
GET /_b2bi/scenarios/none |  | 404 | none
POST /_b2bi/effects | {"latency": 1, "jitter": 1} | 400 | the nearest is `latency`
POST /_b2bi/effects | {"latency": 1e9} | 400 | milliseconds
POST /_b2bi/replay |  | 400 | the recording is empty
POST /_b2bi/replay | {"seed": 1, "rules": [], "rule": 1} | 400 | line 1: unknown key `rule`
POST /_b2bi/replay | {"seed": 1, "rules": [{"id": "a", "operation": "GetProfil"}]} | 400 | `GetProfile`
POST /_b2bi/reset?waht=state |  | 400 | the nearest is `what`
POST /_b2bi/reset?what= |  | 400 | no value
POST /_b2bi/reset?what=fault |  | 400 | unknown part `fault`; the nearest is `faults`
POST /_b2bi/reset?what=state,state |  | 400 | twice
POST /_b2bi/reset?what=state, |  | 400 | unknown part ``
POST /_b2bi/reset?what=faults&account=1 |  | 400 | what=state
POST /_b2bi/reset | {} | 400 | takes no body
POST /moto-api/reset?what=state |  | 400 | unknown query key `what`
POST /_b2bi/s3-events | {} | 400 | not a notification
GET /_b2bi/journal?operatoin=x |  | 400 | the nearest is `operation`
GET /_b2bi/journal?limit=-1 |  | 400 | `limit`
GET /_b2bi/journal?since=x |  | 400 | since
GET /_b2bi/journal?group=call |  | 400 | invocation
GET /_b2bi/journal?executed=perhaps |  | 400 | executed
DELETE /_b2bi/journal?operation=x |  | 400 | unknown query key
POST /_b2bi/verify | {"operatoin": "x"} | 400 | the nearest is `operation`
POST /_b2bi/verify | {"rules": "all-completed", "count": 1} | 400 | `rules` stands alone
POST /_b2bi/verify | {"count": -1} | 400 | count
GET /_b2bi/events?kind=x |  | 400 | unknown query key `kind`
GET /_b2bi/events?wait=61 |  | 400 | `wait`
DELETE /_b2bi/events?account=1 |  | 400 | unknown query key
DELETE /_b2bi/events/dead?snik=a |  | 400 | the nearest is `sink`
DELETE /_b2bi/logs/dead?sink= |  | 400 | no value
GET /_b2bi/jobs?job=x |  | 400 | the nearest is `jobId`
GET /_b2bi/logs?wait=1 |  | 400 | unknown query key `wait`
GET /_b2bi/state?objects=yes |  | 400 | true or false
GET /_b2bi/state?objects=true&region=us-east-1 |  | 400 | no region
PUT /_b2bi/state | {"format": "b2bi-local state", "version": 1, "scopes": [], "object": []} | 400 | the nearest is `objects`
PUT /_b2bi/state?objects=true | {} | 400 | unknown query key
POST /_b2bi/snapshots/a%20b |  | 400 | letters, digits
POST /_b2bi/snapshots/a?object=true |  | 400 | the nearest is `objects`
POST /_b2bi/snapshots/a | {} | 400 | takes no body
GET /_b2bi/snapshots/none |  | 404 | no snapshot none
POST /_b2bi/snapshots/none/restore |  | 404 | no snapshot none
GET /_localstack/init/redy |  | 404 | `READY`
GET /_localstack/nothing |  | 404 | unknown path
POST /_localstack/chaos/faults | [{"service": "s4"}] | 400 | `s3`
POST /_localstack/chaos/faults | [{"error": {"code": "Throttlingexception"}}] | 400 | `ThrottlingException`
PATCH /_localstack/chaos/faults | [{"operation": "GetProfil"}] | 400 | `GetProfile`
POST /_localstack/chaos/faults | [{}, {}] | 400 | twice
POST /_localstack/chaos/faults | [{"sevice": "s3"}] | 400 | the nearest is `service`
POST /_localstack/chaos/faults | [{"operation": "List_1"}] | 400 | `operation` cannot be
POST /_localstack/chaos/faults | [{"region": "us_east"}] | 400 | `region` cannot be
POST /_localstack/chaos/faults | [{"service": ""}] | 400 | `service` cannot be
POST /_localstack/chaos/faults | [{"service": "s:3"}] | 400 | `service` cannot be
POST /_localstack/chaos/faults | [{"error": {"code": "A-B"}}] | 400 | `code` cannot be
GET /_b2bi/fault |  | 404 | the nearest is `/_b2bi/faults`
"#;

/// Wrong methods, and the allowed ones.
const METHODS: &[(&str, &str)] = &[
    ("POST /_b2bi/health", "GET, HEAD"),
    ("DELETE /_b2bi/clock", "GET, PUT"),
    ("GET /_b2bi/reset", "POST"),
    ("GET /moto-api/reset", "POST"),
    ("OPTIONS /_b2bi/faults", "GET, POST, PATCH, PUT, DELETE"),
    ("POST /_b2bi/faults/one", "GET, PUT, DELETE"),
    ("PATCH /_b2bi/snapshots/a", "GET, POST, DELETE"),
    ("GET /_b2bi/snapshots/a/restore", "POST"),
    ("PUT /_localstack/chaos/faults", "GET, POST, PATCH, DELETE"),
    ("GET /_b2bi/faults/presets/flaky", "POST"),
];

#[tokio::test]
async fn every_route_answers() {
    let control = fresh().await;
    for (request, body, status, part) in rows(ACCEPTED) {
        check(&control, request, body, status, part).await;
    }
}

#[tokio::test]
async fn what_is_refused_is_named_and_changes_nothing() {
    let control = fresh().await;
    send(
        &control,
        "POST /_b2bi/faults",
        r#"{"id": "keep", "scenario": {"name": "s", "then": "x"}}"#,
    )
    .await;
    let before = send(&control, "GET /_b2bi/faults", "").await.text;
    for (request, body, status, part) in rows(REFUSED) {
        check(&control, request, body, status, part).await;
        let after = send(&control, "GET /_b2bi/faults", "").await.text;
        assert_eq!(after, before, "{request} {body}");
    }
}

/// Rules and the only warning of each; `-` for none.
const WARNINGS: &str = r#"
{"operation": "UntagResource", "error": {"code": "ThrottlingException"}} | ThrottlingException is not declared by UntagResource: SDKs raise it
{"error": {"code": "ThrottlingException"}} | is not declared by CreateStarterMappingTemplate, ListTagsForResource, UntagResource: SDKs
{"service": "sts", "error": {"code": "ConflictException"}} | -
{"operation": "CreateProfile", "error": {"code": "ConflictException"}} | -
{"operation": "CreateProfile", "error": {"code": "Oops", "statusCode": 400}} | Oops is not an error of the service model
{"operation": "CreateProfile", "error": {"code": "AccessDenied"}} | -
{"probability": 0, "error": {"code": "InternalServerException"}, "operation": "GetProfile"} | probability is 0, so the rule never acts
{"operation": "GetProfile", "body": {"/profileid": "p-*"}, "http": {"statusCode": 503}} | no request of GetProfile has a value at /profileid
{"operation": "GetProfile", "body": {"/profileId": "p-*"}, "http": {"statusCode": 503}} | -
{"operation": "GetProfile", "body": {"/profileId/x": "p-*"}, "http": {"statusCode": 503}} | has a value at /profileId/x
{"operation": "CreateProfile", "body": {"/tags": "*"}, "http": {"statusCode": 503}} | no request of CreateProfile has a value at /tags,
{"operation": "CreateProfile", "body": {"/tags/0/Key": "a"}, "http": {"statusCode": 503}} | -
{"operation": "CreateProfile", "body": {"/tags/x/Key": "a"}, "http": {"statusCode": 503}} | has a value at /tags/x/Key
{"operation": "CreateProfile", "body": {"/tags//Key": "a"}, "http": {"statusCode": 503}} | has a value at /tags//Key
{"service": "b2bi", "body": {"/none": "*"}, "http": {"statusCode": 503}} | no request of b2bi has a value at /none
{"operation": ["CreateProfile", "GetLogEvents"], "body": {"/logGroupName": "a"}, "http": {"statusCode": 503}} | -
{"operation": "ListProfiles", "resource": "p-*", "http": {"statusCode": 503}} | no request of ListProfiles names a resource
{"operation": ["ListProfiles", "GetProfile"], "resource": "p-*", "http": {"statusCode": 503}} | -
{"operation": "ListProfiles", "result": "ConflictException", "when": "after", "http": {"statusCode": 503}} | ListProfiles never answers ConflictException
{"operation": "ListProfiles", "result": ["ConflictException", "success"], "when": "after", "http": {"statusCode": 503}} | -
{"operation": "Start*", "resource": "tr-*", "job": {"stage": "parse", "outcome": "fail"}} | -
"#;

#[tokio::test]
async fn rules_that_are_probably_mistakes_are_warned_of() {
    for line in WARNINGS.trim().lines() {
        let (rule, expected) = line.split_once(" | ").unwrap();
        let control = fresh().await;
        let answer = send(&control, "POST /_b2bi/faults", rule.to_owned()).await;
        let warnings = answer.json().get("warnings").cloned().unwrap_or_default();
        let warnings: Vec<String> = serde_json::from_value(warnings).unwrap_or_default();
        let warning = warnings.first().map_or("-", |warning| warning.as_str());
        let is_expected = warnings.len() <= 1 && warning.contains(expected);
        assert!(
            is_expected,
            "{rule}: {warnings:?} has no {expected}: {}",
            answer.text
        );
    }
}

#[tokio::test]
async fn a_wrong_method_is_answered_with_the_right_ones() {
    let control = fresh().await;
    for (request, allowed) in METHODS {
        let answer = send(&control, request, "").await;
        assert_eq!(answer.status, 405, "{request}: {}", answer.text);
        assert_eq!(answer.headers["allow"], *allowed, "{request}");
    }
}

/// The paths in the index are those that the tables test.
#[tokio::test]
async fn every_route_is_in_the_tables() {
    let control = fresh().await;
    let index = send(&control, "GET /_b2bi", "").await.json();
    for route in index["routes"].as_array().unwrap() {
        let path = route["path"].as_str().unwrap();
        let tried = |(request, ..): (&str, &str, u16, &str)| {
            let (_, target) = request.split_once(' ').unwrap();
            let (target, _) = target.split_once('?').unwrap_or((target, ""));
            let parts: Vec<_> = target.split('/').collect();
            let wanted: Vec<_> = path.split('/').collect();
            parts.len() == wanted.len()
                && parts
                    .iter()
                    .zip(&wanted)
                    .all(|(part, wanted)| part == wanted || ["ID", "NAME"].contains(wanted))
        };
        assert!(rows(ACCEPTED).any(tried), "{path}");
    }
}

#[tokio::test]
async fn a_host_that_is_none_of_ours_is_refused() {
    let control = fresh().await;
    let request = Request::builder()
        .uri("/_b2bi/faults")
        .header("host", "evil.example");
    let response = control.admin(request.body(Bytes::new()).unwrap()).await;
    assert_eq!(response.status().as_u16(), 403);
}

#[tokio::test]
async fn configured_rules_that_can_never_act_keep_the_server_from_starting() {
    let faults = b2bi_local_server::fault_rules("CreateProfil=error(ThrottlingException)").unwrap();
    let config = Config {
        faults,
        listen: "127.0.0.1:0".parse().unwrap(),
        ..Config::defaults().unwrap()
    };
    let error = Server::bind(config)
        .await
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(error.contains("`CreateProfile`"), "{error}");
}

#[tokio::test]
async fn rules_of_the_process_itself_are_checked_too() {
    let control = fresh().await;
    let rules = |written: Value| serde_json::from_value(written).unwrap();
    let wrong = control
        .add_faults(rules(json!([{"service": "b2b"}])))
        .unwrap_err();
    assert!(wrong.to_string().contains("`b2bi`"), "{wrong}");
    control.add_faults(rules(json!([{"id": "a"}]))).unwrap();
    let twice = control.add_faults(rules(json!([{"id": "a"}]))).unwrap_err();
    assert!(twice.to_string().contains("two rules"), "{twice}");
}

#[test]
fn a_file_sets_what_it_names_and_leaves_the_rest() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("from-file.toml");
    for (text, expected) in [
        ("journal-size = 3\n[[rules]]\nid = \"a\"\n", Ok((3, 1))),
        ("journal-sise = 3\n", Err("journal-sise")),
        ("[[rules]]\nnth = \"x\"\n", Err("rule 1, nth")),
    ] {
        std::fs::write(&file, text).unwrap();
        match (Config::from_file(&file), expected) {
            (Ok(config), Ok(expected)) => {
                assert_eq!((config.journal_size, config.faults.len()), expected);
                assert_eq!(config.drain, Config::defaults().unwrap().drain);
            }
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
            (found, _) => panic!("{text}: {:?}", found.map(|config| config.faults)),
        }
    }
}

#[test]
fn words_of_settings_may_be_in_any_case() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("any-case.toml");
    let text = [
        "log-format = \"JSON\"",
        "seed = \"Random\"",
        "clock = \"Manual\"",
        "idempotency = \"NONE\"",
        "document-layout = \"Compact\"",
        "test-mapping-reply = \"Plain\"",
        "job-duration = \"Polls(3)\"",
        "quotas = \"False\"",
    ];
    std::fs::write(&file, text.join("\n")).unwrap();
    let config = Config::from_file(&file).unwrap();
    assert_eq!(config.seed, None);
    assert_eq!(config.b2bi.quotas.profiles, None);
    assert!(!config.b2bi.replay_client_tokens);
}
