//! The journal as a stream, and explanations of its entries.

use std::time::Duration;

use b2bi_local_faults::RuleSet;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::harness::{Message, Running};

const CALL: &str = "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: B2BI.ListProfiles\r\n\
    Content-Type: application/x-amz-json-1.0\r\nContent-Length: 2\r\nConnection: close\r\n\
    Authorization: AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/b2bi/aws4_request, \
    SignedHeaders=host, Signature=0\r\n\r\n{}";

async fn with_entries(count: usize) -> Running {
    let server = Running::start(|_| ()).await;
    for _ in 0..count {
        assert_eq!(server.raw(CALL).await.status, 200);
    }
    server
}

/// The numbers of the first entries that a client gets which has seen all up to `seen`.
async fn followed(server: &Running, seen: u64, count: usize) -> Vec<u64> {
    let request = format!(
        "GET /_b2bi/journal HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\
         Last-Event-ID: {seen}\r\n\r\n"
    );
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    loop {
        let ids = text.lines().filter_map(|line| line.strip_prefix("id: "));
        let ids: Vec<u64> = ids.map(|id| id.trim().parse().unwrap()).collect();
        if ids.len() >= count {
            return ids;
        }
        let mut bytes = vec![0; 1 << 16];
        let read = tokio::time::timeout(Duration::from_secs(20), stream.read(&mut bytes));
        let read = read.await.unwrap().unwrap();
        assert!(read > 0, "the stream ended: {text}");
        text.push_str(&String::from_utf8_lossy(bytes.get(..read).unwrap()));
    }
}

#[tokio::test]
async fn a_stream_goes_on_after_the_last_entry_that_was_seen() {
    let server = with_entries(3).await;
    assert_eq!(followed(&server, 1, 2).await, [2, 3]);
    assert_eq!(followed(&server, 0, 3).await, [1, 2, 3]);
    // A number of an earlier process says nothing.
    assert_eq!(followed(&server, 99, 3).await, [1, 2, 3]);
    let follow = followed(&server, 3, 1);
    let (ids, _) = tokio::join!(follow, server.raw(CALL));
    assert_eq!(ids, [4]);
}

fn get(target: &str) -> Message {
    Message::new(
        "GET",
        target,
        &[("host", "localhost"), ("connection", "close")],
        "",
    )
}

/// The facts of the only entry that are missing in an explanation.
async fn not_kept(server: &Running, query: &str) -> Value {
    let reply = server
        .send(&get(&format!("/_b2bi/faults/explain?entry=1{query}")))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let explained: Value = serde_json::from_str(&reply.body).unwrap();
    explained.get("notKept").unwrap().clone()
}

#[tokio::test]
async fn an_explanation_of_an_entry_names_what_the_journal_does_not_keep() {
    let server = with_entries(1).await;
    let all = json!(["userAgent", "resource", "header", "body", "result"]);
    assert_eq!(not_kept(&server, "").await, all);
    let less = json!(["resource", "header", "body", "result"]);
    assert_eq!(not_kept(&server, "&userAgent=me").await, less);
    let less = json!(["userAgent", "resource", "body", "result"]);
    assert_eq!(not_kept(&server, "&header:X-A=b").await, less);
}

#[tokio::test]
async fn an_explanation_of_an_entry_uses_what_the_journal_kept() {
    let server = with_entries(1).await;
    let rules = json!([
        {"id": "list", "operation": "ListProfiles", "region": "us-east-1"},
        {"id": "get", "operation": "GetProfile"},
        {"id": "logs", "service": "logs"},
    ]);
    let set: RuleSet = serde_json::from_value(rules).unwrap();
    server.control.add_faults(set.rules).unwrap();
    let reply = server.send(&get("/_b2bi/faults/explain?entry=1")).await;
    let explained: Value = serde_json::from_str(&reply.body).unwrap();
    let rules = explained["rules"].as_array().unwrap().iter();
    let matches = rules.map(|rule| format!("{} {}", rule["id"], rule["matches"]));
    let matches: Vec<_> = matches.collect();
    assert_eq!(
        matches,
        [r#""list" true"#, r#""get" false"#, r#""logs" false"#],
        "{explained}"
    );
}
