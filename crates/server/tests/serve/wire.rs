//! Routing, protocols, errors, limits and bodies, as they are on the wire.

use crate::harness::{ACCOUNT, Running};

const JSON: &str = "Host: localhost|Content-Type: application/x-amz-json-1.0|";
const SIGNED: &str = "Authorization: AWS4-HMAC-SHA256 \
    Credential=111122223333/20260101/us-east-1/b2bi/aws4_request, SignedHeaders=host, Signature=0|";
const LAST: &str = "Connection: close|";

/// A call of B2BI with this body.
fn call(operation: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST / HTTP/1.1|{JSON}{SIGNED}X-Amz-Target: B2BI.{operation}|{LAST}Content-Length: {length}||{body}"
    )
}

async fn check(server: &Running, request: &str, expected: &str) {
    let reply = server.raw(request.replace('|', "\r\n")).await;
    assert_eq!(reply.outcome(), expected, "{request}: {reply:?}");
}

#[tokio::test]
async fn requests_find_their_way() {
    let server = Running::start(|_| ()).await;
    server
        .control
        .put_object(ACCOUNT, "orders", "k", "x".into())
        .await
        .unwrap();
    let s3 = SIGNED.replace("/b2bi/", "/s3/");
    let sts = SIGNED.replace("/b2bi/", "/sts/");
    let sqs = SIGNED.replace("/b2bi/", "/sqs/");
    for (request, expected) in [
        (call("ListProfiles", "{}"), "200"),
        (call("ListProfiles", ""), "200"),
        (call("ListProfiles", "{"), "400 SerializationException"),
        (call("GetProfile", "{}"), "400 ValidationException"),
        (
            call("GetProfile", r#"{"profileId": "p-01234567890123456"}"#),
            "404 ResourceNotFoundException",
        ),
        (call("GetProfil", "{}"), "404 UnknownOperationException"),
        (
            format!("GET / HTTP/1.1|{JSON}{SIGNED}X-Amz-Target: B2BI.ListProfiles|{LAST}|"),
            "405 MethodNotAllowedException",
        ),
        (
            format!(
                "POST / HTTP/1.1|{JSON}X-Amz-Target: B2BI.ListProfiles|{LAST}Content-Length: 2||{{}}"
            ),
            "403 MissingAuthenticationTokenException",
        ),
        (
            format!("POST / HTTP/1.1|{JSON}{SIGNED}X-Amz-Target: Other.Thing|{LAST}|"),
            "404 UnknownServiceException",
        ),
        (
            format!("POST / HTTP/1.1|{JSON}{SIGNED}{LAST}|"),
            "404 UnknownOperationException",
        ),
        (
            format!("GET /?Action=GetCallerIdentity HTTP/1.1|Host: localhost|{sts}{LAST}|"),
            "200",
        ),
        (
            format!("GET /?Action=Nothing HTTP/1.1|Host: localhost|{sts}{LAST}|"),
            "400 InvalidAction",
        ),
        (
            format!("GET / HTTP/1.1|Host: localhost|{sts}{LAST}|"),
            "400 MissingAction",
        ),
        (
            format!("GET / HTTP/1.1|Host: localhost|{sqs}{LAST}|"),
            "404 UnknownServiceException",
        ),
        (
            format!("GET /orders/k HTTP/1.1|Host: localhost|{s3}{LAST}|"),
            "200",
        ),
        (
            format!("GET /k HTTP/1.1|Host: orders.localhost|{s3}{LAST}|"),
            "200",
        ),
        (
            format!("GET /orders/none HTTP/1.1|Host: localhost|{s3}{LAST}|"),
            "404 NoSuchKey",
        ),
        (
            format!("GET /none/k HTTP/1.1|Host: localhost|{s3}{LAST}|"),
            "404 NoSuchBucket",
        ),
        (
            format!("GET /_b2bi/health HTTP/1.1|Host: localhost|{LAST}|"),
            "200",
        ),
    ] {
        check(&server, &request, expected).await;
    }
}

#[tokio::test]
async fn bodies_come_whole_or_in_chunks_up_to_the_limit() {
    let server = Running::start(|config| config.max_body_bytes = 100).await;
    let chunked = |body: &str| {
        format!(
            "POST / HTTP/1.1|{JSON}{SIGNED}X-Amz-Target: B2BI.ListProfiles|{LAST}Transfer-Encoding: chunked||{body}"
        )
    };
    let long = format!("{{\"text\": \"{}\"}}", " ".repeat(99));
    let own = |path: &str| {
        let length = long.len();
        format!("POST {path} HTTP/1.1|Host: localhost|{LAST}Content-Length: {length}||{long}")
    };
    for (request, expected) in [
        // The bench of the console takes larger files than the API.
        (own("/_b2bi/console/inspect"), "200"),
        (own("/_b2bi/faults"), "413"),
        (chunked("2|{}|0||"), "200"),
        (chunked("1|{|1|}|0||"), "200"),
        (chunked("1;x=y|{|1|}|0|X-Trailer: 1||"), "200"),
        (chunked("2|{}|zz|"), "400 MalformedHttpRequestException"),
        (
            call("ListProfiles", &format!("{{}}{}", " ".repeat(98))),
            "200",
        ),
        (
            call("ListProfiles", &format!("{{}}{}", " ".repeat(99))),
            "413 RequestEntityTooLargeException",
        ),
        (
            chunked(&format!("65|{{}}{}|0||", " ".repeat(99))),
            "413 RequestEntityTooLargeException",
        ),
    ] {
        check(&server, &request, expected).await;
    }
}

#[tokio::test]
async fn heads_have_limits_and_a_form() {
    let server = Running::start(|config| {
        config.limits.header_bytes = 8192;
        config.limits.headers = 20;
    })
    .await;
    for (request, expected) in [
        ("nonsense||".to_owned(), "400"),
        ("GET / HTTP/3.0||".to_owned(), "400"),
        ("GET / HTTP/1.1|no colon||".to_owned(), "400"),
        (
            format!("GET /{} HTTP/1.1|Host: localhost|{LAST}|", "a".repeat(9000)),
            "431",
        ),
        (
            format!(
                "GET / HTTP/1.1|Host: localhost|X: {}|{LAST}|",
                "a".repeat(9000)
            ),
            "431",
        ),
        (
            format!(
                "GET / HTTP/1.1|Host: localhost|{}{LAST}|",
                "X: y|".repeat(25)
            ),
            "431",
        ),
        (
            "POST / HTTP/1.1|Host: localhost|Content-Length: 1|Content-Length: 2||ab".to_owned(),
            "400",
        ),
        (
            "POST / HTTP/1.1|Host: localhost|Content-Length: x||".to_owned(),
            "400",
        ),
    ] {
        check(&server, &request, expected).await;
    }
    check(&server, &call("ListProfiles", "{}"), "200").await;
}

#[tokio::test]
async fn replies_are_named_and_dated() {
    let server = Running::start(|_| ()).await;
    for request in [
        call("ListProfiles", "{}"),
        call("Nothing", "{}"),
        format!("GET /none HTTP/1.1|Host: localhost|{LAST}|"),
        format!("GET /_b2bi/health HTTP/1.1|Host: localhost|{LAST}|"),
    ] {
        let reply = server.raw(request.replace('|', "\r\n")).await;
        for header in [
            "\r\nx-amzn-requestid: ",
            "\r\ndate: ",
            "\r\ncontent-length: ",
        ] {
            assert!(reply.head.contains(header), "{request} {header}: {reply:?}");
        }
    }
}

#[tokio::test]
async fn a_body_that_comes_in_pieces_is_read_whole() {
    let server = Running::start(|_| ()).await;
    let letters = "x".repeat(400_000);
    let template = "{ \"length\": $length(text) }";
    let body = serde_json::json!({
        "fileFormat": "JSON",
        "inputFileContent": format!("{{\"text\": \"{letters}\"}}"),
        "mappingTemplate": template,
    });
    let request = call("TestMapping", &body.to_string());
    let reply = server.raw(request.replace('|', "\r\n")).await;
    assert!(reply.body.contains("400000"), "{}", reply.body);
}
