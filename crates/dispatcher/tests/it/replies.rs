use b2bi_local_dispatcher::json::{ERROR_TYPE, content_type, failure, success};
use b2bi_local_dispatcher::{Protocol, ServiceError, refused};
use b2bi_local_sigv4::SignatureError;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

#[test]
fn a_reply_has_its_body_and_the_content_type_of_the_request() {
    for (asked, expected) in [
        (None, "application/x-amz-json-1.0"),
        (Some("text/plain"), "application/x-amz-json-1.0"),
        (
            Some("application/x-amz-json-1.0"),
            "application/x-amz-json-1.0",
        ),
        (
            Some("application/x-amz-json-1.1; charset=utf-8"),
            "application/x-amz-json-1.1",
        ),
    ] {
        let asked = asked.map(HeaderValue::from_static);
        let reply = success(Bytes::from_static(b"{}"), content_type(asked.as_ref()));
        assert_eq!(reply.status(), StatusCode::OK);
        assert_eq!(reply.headers()[CONTENT_TYPE], expected, "{asked:?}");
        assert_eq!(reply.body(), "{}");
    }
}

#[test]
fn an_error_names_its_type_in_the_body_and_in_a_header() {
    let mut error = ServiceError::front(StatusCode::CONFLICT, "ConflictException", "taken");
    error.namespace = Some("com.example");
    error
        .headers
        .push((http::header::RETRY_AFTER, HeaderValue::from_static("7")));
    let reply = failure(error, content_type(None));
    assert_eq!(reply.status(), StatusCode::CONFLICT);
    assert_eq!(reply.headers()[&ERROR_TYPE], "ConflictException");
    assert_eq!(reply.headers()["retry-after"], "7");
    assert_eq!(reply.headers()[CONTENT_TYPE], "application/x-amz-json-1.0");
    let body: Value = serde_json::from_slice(reply.body()).unwrap();
    let expected = json!({"__type": "com.example#ConflictException", "message": "taken"});
    assert_eq!(body, expected);
}

#[test]
fn a_refused_signature_is_the_error_of_its_protocol() {
    const JSON: Protocol = Protocol::Json {
        target_prefix: "B2BI",
    };
    const QUERY: Protocol = Protocol::Query { namespace: "urn:x" };
    let unsigned = |name: &str| SignatureError::UnsignedHeaders(vec![name.to_owned()]);
    for (error, protocol, status, code, part) in [
        (
            SignatureError::Mismatch,
            JSON,
            403,
            "InvalidSignatureException",
            "",
        ),
        (
            SignatureError::Mismatch,
            QUERY,
            403,
            "SignatureDoesNotMatch",
            "",
        ),
        (
            SignatureError::NoDate,
            JSON,
            403,
            "IncompleteSignatureException",
            "",
        ),
        (
            SignatureError::NoDate,
            QUERY,
            400,
            "IncompleteSignature",
            "",
        ),
        (
            SignatureError::SessionToken,
            JSON,
            403,
            "UnrecognizedClientException",
            "",
        ),
        (
            SignatureError::SessionToken,
            QUERY,
            403,
            "InvalidClientTokenId",
            "",
        ),
        (
            unsigned("host"),
            JSON,
            403,
            "InvalidSignatureException",
            "'Host' or ':authority'",
        ),
        (
            unsigned("x-amz-date"),
            JSON,
            403,
            "InvalidSignatureException",
            "x-amz-date",
        ),
    ] {
        let answer = refused(&error, protocol);
        assert_eq!(
            (answer.status.as_u16(), &*answer.code),
            (status, code),
            "{error:?}"
        );
        let message = answer.message();
        assert!(
            message.contains(part) && message.len() > 5,
            "{error:?}: {message}"
        );
        assert_eq!(
            message.contains("'Host'"),
            part.contains("'Host'"),
            "{message}"
        );
    }
}
