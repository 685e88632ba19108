//! Times and counts at the ends of their ranges: no reply reports a defect.

use std::error::Error;

use b2bi_local_testkit::B2biLocal;

mod raw;

use raw::{Connection, authorization};

type Outcome = Result<(), Box<dyn Error>>;

const CLOCKS: [&str; 12] = [
    r#"{"mode": "manual", "setTo": "9999-12-31T23:59:59.999Z"}"#,
    r#"{"mode": "manual", "setTo": "0001-01-01T00:00:00Z"}"#,
    r#"{"mode": "manual", "setTo": "1969-12-31T23:59:59.999Z"}"#,
    r#"{"mode": "real", "setTo": "9999-12-31T23:59:59.999Z"}"#,
    r#"{"mode": "real", "setTo": "0001-01-01T00:00:00Z"}"#,
    r#"{"mode": "manual", "advanceMs": 18446744073709551615}"#,
    r#"{"mode": "real", "advanceMs": 9223372036854775807}"#,
    r#"{"mode": "real", "advanceMs": 253402300799999}"#,
    r#"{"mode": "manual", "skewMs": 9223372036854775807}"#,
    r#"{"mode": "manual", "skewMs": -9223372036854775808}"#,
    r#"{"mode": "real", "skewMs": 9223372036854775807, "advanceMs": 9223372036854775807}"#,
    r#"{"mode": "real", "skewMs": -9223372036854775808}"#,
];

const OPERATIONS: [(&str, &str); 6] = [
    (
        "CreateProfile",
        r#"{"name": "n", "businessName": "b", "phone": "5555555", "logging": "ENABLED", "clientToken": "t"}"#,
    ),
    ("ListProfiles", r#"{"maxResults": 100}"#),
    ("CreateTransformer", r#"{"name": "t"}"#),
    ("ListTransformers", "{}"),
    (
        "TestMapping",
        r#"{"inputFileContent": "{}", "mappingTemplate": "$now()", "fileFormat": "JSON"}"#,
    ),
    (
        "GetTransformerJob",
        r#"{"transformerJobId": "tj-1", "transformerId": "tr-1"}"#,
    ),
];

/// Requests to the embedded S3: the text before the headers, and a header.
const OBJECTS: [(&str, &str); 27] = [
    ("PUT /files", ""),
    ("PUT /files/key", ""),
    ("GET /files/key", ""),
    ("HEAD /files/key", ""),
    ("GET /files?list-type=2&max-keys=2147483647", ""),
    ("GET /files?list-type=2&max-keys=-2147483648", ""),
    ("GET /files?list-type=2&max-keys=99999999999999999999", ""),
    ("GET /files?uploads&max-uploads=2147483647", ""),
    (
        "GET /files/key?uploadId=u&max-parts=-1&part-number-marker=-2147483648",
        "",
    ),
    ("PUT /files/key?uploadId=u&partNumber=-2147483648", ""),
    (
        "PUT /files/key?uploadId=u&partNumber=99999999999999999999",
        "",
    ),
    ("GET /files/key?partNumber=2147483647", ""),
    ("GET /?max-buckets=-2147483648", ""),
    ("GET /?max-buckets=2147483647", ""),
    ("GET /files/key?Expires=9223372036854775807&Signature=1", ""),
    ("GET /files/key?Expires=253402300800&Signature=1", ""),
    (
        "GET /files/key?Expires=99999999999999999999999&Signature=1",
        "",
    ),
    (
        "GET /files/key?X-Amz-Date=20260101T000000Z&X-Amz-Expires=9000000000000000&X-Amz-Signature=1",
        "",
    ),
    (
        "GET /files/key?X-Amz-Date=99991231T235959Z&X-Amz-Expires=18446744073709551615&X-Amz-Signature=1",
        "",
    ),
    ("GET /files/key", "Range: bytes=0-18446744073709551615\r\n"),
    ("GET /files/key", "Range: bytes=18446744073709551615-\r\n"),
    ("GET /files/key", "Range: bytes=-18446744073709551615\r\n"),
    (
        "GET /files/key",
        "If-Modified-Since: Fri, 31 Dec 9999 23:59:59 GMT\r\n",
    ),
    (
        "GET /files/key",
        "If-Unmodified-Since: Thu, 01 Jan 0000 00:00:00 GMT\r\n",
    ),
    (
        "GET /files/key",
        "If-Modified-Since: Fri, 31 Dec 99999 23:59:59 GMT\r\n",
    ),
    (
        "PUT /files/other",
        "x-amz-copy-source: /files/key\r\nx-amz-copy-source-if-modified-since: Fri, 31 Dec 9999 23:59:59 GMT\r\n",
    ),
    ("DELETE /files/key", ""),
];

const ADMIN: [&str; 9] = [
    "clock", "metrics", "journal", "events", "logs", "jobs", "state", "health", "faults",
];

const RULES: [&str; 4] = [
    r#"{"window": {"startMs": 9007199254740991, "endMs": 18446744073709551615}, "http": {"statusCode": 418}}"#,
    r#"{"window": {"cycleMs": 18446744073709551615, "onMs": 1, "offsetMs": 18446744073709551614}, "operation": "Nothing*", "times": 1}"#,
    r#"{"operation": "GetProfile", "times": 18446744073709551615, "nth": "18446744073709551615..", "http": {"statusCode": 418}}"#,
    r#"{"operation": "GetProfile", "stale": {"forMs": 18446744073709551615}}"#,
];

/// Sends one of everything, and counts the panics.
async fn check(connection: &mut Connection, at: &str) -> Outcome {
    for rule in RULES {
        let (head, body) = connection.send("POST /_b2bi/faults HTTP/1.1", rule).await?;
        assert!(
            !head.starts_with("HTTP/1.1 5"),
            "{at}: {rule}: {head} {body}"
        );
    }
    for (operation, body) in OPERATIONS {
        let (head, body) = connection.call(operation, body).await?;
        assert!(
            !head.starts_with("HTTP/1.1 5"),
            "{at}: {operation}: {head} {body}"
        );
    }
    for (line, header) in OBJECTS {
        let head = format!("{line} HTTP/1.1\r\n{header}X-Test: 1");
        let (head, body) = connection.send(&head, "").await?;
        assert!(
            !head.starts_with("HTTP/1.1 5"),
            "{at}: {line} {header}: {head} {body}"
        );
    }
    let head = format!(
        "POST / HTTP/1.1\r\nX-Amz-Target: Logs_20140328.DescribeLogGroups\r\n{}",
        authorization("logs")
    );
    let (head, body) = connection.send(&head, r#"{"limit": 50}"#).await?;
    assert!(!head.starts_with("HTTP/1.1 5"), "{at}: {head} {body}");
    for route in ADMIN {
        let head = format!("GET /_b2bi/{route} HTTP/1.1\r\nX-Test: 1");
        let (head, body) = connection.send(&head, "").await?;
        assert!(
            head.starts_with("HTTP/1.1 200 "),
            "{at}: {route}: {head} {body}"
        );
    }
    for kind in ["request", "job", "sink", "watcher", "task"] {
        let name = format!("b2bi_local_panics_total{{kind=\"{kind}\"}}");
        assert_eq!(connection.metric(&name).await?, "0", "{at}: {kind}");
    }
    Ok(())
}

#[tokio::test]
async fn every_clock_can_be_shown() -> Outcome {
    for clock in CLOCKS {
        let server = B2biLocal::start().await?;
        let mut connection = Connection::to(&server).await?;
        for _ in 0..2 {
            let (head, body) = connection.send("PUT /_b2bi/clock HTTP/1.1", clock).await?;
            assert!(head.starts_with("HTTP/1.1 200 "), "{clock}: {head} {body}");
            check(&mut connection, clock).await?;
        }
    }
    Ok(())
}
