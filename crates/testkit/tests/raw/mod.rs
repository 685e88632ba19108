//! HTTP by hand, for what no client of the SDK would send.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses a part of it"
)]

use std::error::Error;

use b2bi_local_testkit::{ACCOUNT, B2biLocal, REGION};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A connection that is reused from one request to the next.
pub struct Connection(TcpStream);

impl Connection {
    pub async fn to(server: &B2biLocal) -> Result<Self, Box<dyn Error>> {
        let url = server.endpoint_url();
        let address = url.trim_start_matches("http://").to_owned();
        Ok(Self(TcpStream::connect(address).await?))
    }

    /// The head and the body of the reply.
    pub async fn send(
        &mut self,
        head: &str,
        body: &str,
    ) -> Result<(String, String), Box<dyn Error>> {
        let length = body.len();
        let request =
            format!("{head}\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{body}");
        let is_head = head.starts_with("HEAD ");
        self.0.write_all(request.as_bytes()).await?;
        let mut reply = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&reply).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n")
                && (is_head || body.len() >= content_length(head))
            {
                return Ok((head.to_owned(), body.to_owned()));
            }
            if self.0.read_buf(&mut reply).await? == 0 {
                return Err(format!("the connection ended after {text:?}").into());
            }
        }
    }

    pub async fn call(
        &mut self,
        operation: &str,
        body: &str,
    ) -> Result<(String, String), Box<dyn Error>> {
        let head = format!(
            "POST / HTTP/1.1\r\nX-Amz-Target: B2BI.{operation}\r\n\
             Content-Type: application/x-amz-json-1.0\r\n{}",
            authorization("b2bi")
        );
        self.send(&head, body).await
    }

    pub async fn metric(&mut self, name: &str) -> Result<String, Box<dyn Error>> {
        let (_, text) = self.send("GET /_b2bi/metrics HTTP/1.1", "").await?;
        let line = text.lines().find(|line| line.starts_with(name));
        Ok(line.unwrap_or_default().replace(name, "").trim().to_owned())
    }
}

fn content_length(head: &str) -> usize {
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    let mut lengths = lines.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = lengths.next().and_then(|(_, value)| value.parse().ok());
    length.unwrap_or_default()
}

pub fn authorization(service: &str) -> String {
    format!(
        "Authorization: AWS4-HMAC-SHA256 Credential={ACCOUNT}/20260101/{REGION}/{service}/aws4_request, \
         SignedHeaders=host, Signature=0"
    )
}
