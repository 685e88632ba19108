//! Connections: halves of them, many of them, and several requests on one.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::{Reply, Running};

/// How many are told that there are too many others, at a time.
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
async fn those_who_are_too_many_are_told_so_or_see_the_end() {
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
