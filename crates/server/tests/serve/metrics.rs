//! The metrics of requests on which rules acted.

use b2bi_local_faults::RuleSet;
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use crate::harness::Running;

const CALL: &str = "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                    X-Amz-Target: B2BI.ListProfiles\r\n\
                    Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/b2bi/aws4_request, \
                    SignedHeaders=host, Signature=0\r\n\
                    Content-Type: application/x-amz-json-1.0\r\nContent-Length: 2\r\n\r\n{}";

/// Makes one call under some rules, and checks its line.
async fn check(rules: Value, faulted: bool, status: u16) {
    let server = Running::start(|_| ()).await;
    let set: RuleSet = serde_json::from_value(rules.clone()).unwrap();
    server.control.add_faults(set.rules).unwrap();
    assert_eq!(server.raw(CALL).await.status, status, "{rules}");
    let request = Request::get("/_b2bi/metrics").header("host", "localhost");
    let metrics = server.control.admin(request.body(Bytes::new()).unwrap());
    let metrics = metrics.await.into_body();
    let metrics = String::from_utf8(metrics.to_vec()).unwrap();
    let lines = metrics.lines().filter(|line| {
        line.contains("requests_total{")
            && line.contains("\"ListProfiles\"")
            && line.ends_with(" 1")
    });
    let lines: Vec<&str> = lines.collect();
    let labels = format!("faulted=\"{faulted}\",status=\"{status}\"");
    assert!(
        matches!(lines[..], [line] if line.contains(&labels)),
        "{rules}: {lines:?}"
    );
}

#[tokio::test]
async fn a_request_is_faulted_where_a_rule_acted_and_not_where_one_was_asked() {
    for (rules, faulted, status) in [
        (json!([]), false, 200),
        (
            json!([{"error": {"code": "InternalServerException"}}]),
            true,
            500,
        ),
        (json!([{"latency": {"fixedMs": 1}}]), true, 200),
        (json!([{"operation": "GetProfile"}]), false, 200),
        (json!([{"probability": 0.0}]), false, 200),
        (json!([{"nth": 2}]), false, 200),
        (json!([{"result": "error", "when": "after"}]), false, 200),
        (json!([{"result": "success", "when": "after"}]), true, 503),
    ] {
        check(rules, faulted, status).await;
    }
}
