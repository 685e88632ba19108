//! Faults of requests for the embedded S3.

use b2bi_local_faults::RuleSet;
use serde_json::{Value, json};

use crate::harness::{Message, Reply, Running};

async fn s3(server: &Running, request: &str, body: &str) -> Reply {
    let (method, target) = request.split_once(' ').unwrap();
    let signed = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, \
                  SignedHeaders=host, Signature=0";
    let headers = [("host", "localhost"), ("authorization", signed)];
    server
        .send(&Message::new(method, target, &headers, body))
        .await
}

/// A server with the object `box/k`, and rules.
async fn server(rules: Value) -> Running {
    let server = Running::start(|_| ()).await;
    assert_eq!(s3(&server, "PUT /box", "").await.status, 200);
    assert_eq!(s3(&server, "PUT /box/k", "first").await.status, 200);
    let set: RuleSet = serde_json::from_value(rules).unwrap();
    server.control.add_faults(set.rules).unwrap();
    server
}

#[tokio::test]
async fn injected_errors_have_the_form_of_s3() {
    let check = async |error: Value, request: &str, expected: &str, part: &str| {
        let rules = json!([{"id": "my-rule", "service": "s3", "error": error}]);
        let reply = s3(&server(rules).await, request, "").await;
        assert_eq!(reply.outcome(), expected, "{error} {reply:?}");
        assert!(reply.body.contains(part), "{error} {reply:?}");
    };
    let get = "GET /box/k";
    check(
        json!({"code": "NoSuchKey"}),
        get,
        "404 NoSuchKey",
        "<Key>k</Key>",
    )
    .await;
    check(
        json!({"code": "SlowDown"}),
        get,
        "503 SlowDown",
        "reduce your request rate",
    )
    .await;
    let throttled = json!({"code": "ThrottlingException"});
    check(throttled, get, "503 SlowDown", "reduce your request rate").await;
    let failed = json!({"code": "InternalServerException"});
    check(
        failed,
        get,
        "500 InternalError",
        "injected by the fault rule my-rule",
    )
    .await;
    let own = json!({"code": "NoSuchKey", "statusCode": 418, "message": "gone"});
    check(own, get, "418 NoSuchKey", "<Message>gone</Message>").await;
    // The reply to HEAD has no body, so it has no code either.
    check(json!({"code": "NoSuchKey"}), "HEAD /box/k", "404", "").await;
}

#[tokio::test]
async fn the_work_is_done_or_not_as_the_rule_says() {
    let check = async |rule: Value, status: u16, object: &str| {
        let rules = json!([rule]);
        let server = server(rules).await;
        assert_eq!(
            s3(&server, "PUT /box/k", "second").await.status,
            status,
            "{rule}"
        );
        let found = s3(&server, "GET /box/k", "").await;
        assert_eq!((found.status, found.body.as_str()), (200, object), "{rule}");
    };
    let error = json!({"code": "InternalError"});
    let put = |more: Value| {
        let mut rule = json!({"operation": "PutObject"});
        rule.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        rule
    };
    check(put(json!({"error": error})), 500, "first").await;
    check(put(json!({"error": error, "when": "after"})), 500, "second").await;
    check(
        put(json!({"error": error, "when": "after", "result": "error"})),
        200,
        "second",
    )
    .await;
    check(put(json!({"latency": {"fixedMs": 1}})), 200, "second").await;
    check(put(json!({"when": "twice"})), 200, "second").await;
}

#[tokio::test]
async fn the_journal_names_the_operations_of_s3() {
    let server = server(json!([])).await;
    s3(&server, "GET /box/k", "").await;
    s3(&server, "GET /box/none", "").await;
    let request = "GET /_b2bi/journal HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let journal: Value = serde_json::from_str(&server.raw(request).await.body).unwrap();
    let entries = journal["entries"].as_array().unwrap().iter();
    let told = entries.map(|entry| {
        format!(
            "{} {} {}",
            entry["service"], entry["operation"], entry["status"]
        )
        .replace('"', "")
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "s3 CreateBucket 200",
            "s3 PutObject 200",
            "s3 GetObject 200",
            "s3 GetObject 404"
        ]
    );
}
