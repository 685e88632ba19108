//! Connections: halves of them, many of them, and several requests on one.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::{Reply, Running};

/// How many refused connections get a reply at a time.
const TOLD: usize = 64;

#[tokio::test]
async fn a_client_that_has_said_all_gets_its_reply() {
    let server = Running::start(|_| ()).await;
    for request in [
        "GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /_b2bi/health HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "PUT /bucket HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
        "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}",
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let reply = Reply::read(&mut stream).await;
        assert_ne!(reply.status, 0, "{request}");
    }
}

/// The statuses in the journal once there is an entry for each request.
async fn statuses(server: &Running, requests: usize) -> Vec<String> {
    loop {
        let request = "GET /_b2bi/journal HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        let journal = server.raw(request).await.body;
        let journal: serde_json::Value = serde_json::from_str(&journal).unwrap();
        let entries = journal
            .get("entries")
            .and_then(|entries| entries.as_array())
            .unwrap();
        if entries.len() == requests {
            let status = |entry: &serde_json::Value| {
                entry
                    .get("status")
                    .map_or("null".into(), ToString::to_string)
            };
            return entries.iter().map(status).collect();
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_journal_knows_who_did_not_get_a_reply() {
    let slow = "X-Mock-Fault: delay(100ms)\r\n";
    let get = format!("GET /none HTTP/1.1\r\nHost: localhost\r\n{slow}\r\n");
    let list = format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: B2BI.ListProfiles\r\n\
         Content-Type: application/x-amz-json-1.0\r\nContent-Length: 2\r\n{slow}\
         Authorization: AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/b2bi/aws4_request, \
         SignedHeaders=host, Signature=0\r\n\r\n{{}}"
    );
    for (request, delivered) in [(get, "404"), (list, "200")] {
        let server = Running::start(|_| ()).await;
        // A client that reads, with both halves open and with one.
        for is_half_closed in [false, true] {
            let mut stream = TcpStream::connect(server.address).await.unwrap();
            stream.write_all(request.as_bytes()).await.unwrap();
            if is_half_closed {
                stream.shutdown().await.unwrap();
            }
            let mut first = [0; 9];
            stream.read_exact(&mut first).await.unwrap();
            let mut rest = vec![0; 1 << 16];
            let _ = stream.read(&mut rest).await.unwrap();
        }
        assert_eq!(statuses(&server, 2).await, [delivered; 2], "{request}");
        // A client that disconnects, and one that disconnects with a reset.
        for resets in [false, true] {
            let mut stream = TcpStream::connect(server.address).await.unwrap();
            stream.write_all(request.as_bytes()).await.unwrap();
            if resets {
                stream.set_zero_linger().unwrap();
            }
        }
        loop {
            let now = statuses(&server, 4).await;
            if now == [delivered, delivered, "null", "null"] {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn requests_on_one_connection_are_answered_in_their_order() {
    let server = Running::start(|_| ()).await;
    let one = "GET /_b2bi/health HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let two = "GET /none HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let reply = server.raw([one, two].concat()).await;
    assert_eq!(reply.status, 200);
    assert!(reply.body.contains("HTTP/1.1 404"), "{reply:?}");
}

#[tokio::test]
async fn a_connection_stays_usable_after_a_body_that_is_too_large() {
    let server = Running::start(|config| config.max_body_bytes = 100_000).await;
    for size in [100_001, 700_000] {
        let large = format!(
            "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: B2BI.ListProfiles\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/b2bi/aws4_request, \
             SignedHeaders=host, Signature=0\r\nContent-Length: {size}\r\n\r\n{}",
            " ".repeat(size)
        );
        let next = "GET /none HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        let reply = server.raw([&large, next].concat()).await;
        assert_eq!(reply.status, 413, "{reply:?}");
        assert!(reply.body.contains("HTTP/1.1 404"), "{reply:?}");
    }
}

#[tokio::test]
async fn surplus_connections_get_an_error_or_are_closed() {
    let server = Running::start(|config| config.limits.connections = 1).await;
    let mut seated = TcpStream::connect(server.address).await.unwrap();
    let request = "GET /_b2bi/health HTTP/1.1\r\nHost: localhost\r\n\r\n";
    seated.write_all(request.as_bytes()).await.unwrap();
    let mut byte = [0];
    seated.read_exact(&mut byte).await.unwrap();
    let mut others = Vec::new();
    for _ in 0..3 * TOLD {
        others.push(TcpStream::connect(server.address).await.unwrap());
    }
    let mut event_log = 0;
    for other in &mut others {
        let reply = Reply::read(other).await;
        assert!([0, 503].contains(&reply.status), "{reply:?}");
        event_log += usize::from(reply.status == 503);
    }
    assert!((TOLD..3 * TOLD).contains(&event_log), "{event_log}");
}

/// Each connection answers one request after the other while all of them are open.
#[tokio::test]
async fn two_thousand_connections_stay_open() {
    // The clients are in this process too.
    let server = Running::start(|config| config.limits.connections = 5_000).await;
    let mut streams = Vec::new();
    for _ in 0..2_000 {
        streams.push(TcpStream::connect(server.address).await.unwrap());
    }
    for _ in 0..2 {
        let request = b"GET /_b2bi/health HTTP/1.1\r\nHost: localhost\r\n\r\n";
        for stream in &mut streams {
            stream.write_all(request).await.unwrap();
        }
        for stream in &mut streams {
            let mut reply = [0; 12];
            stream.read_exact(&mut reply).await.unwrap();
            assert_eq!(&reply, b"HTTP/1.1 200");
            // Short replies arrive in one piece.
            stream
                .read_buf(&mut Vec::with_capacity(16 << 10))
                .await
                .unwrap();
        }
    }
}
