//! Secrets that are given in every place that takes one are nowhere to be seen afterwards.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use b2bi_local_server::Config;
use b2bi_local_sigv4::{Credential, Secret};

/// The text in every secret of this test.
const MARK: &str = "m4rk3d";

struct Spawned {
    child: Child,
    address: String,
}

impl Spawned {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_b2bi-local"))
            .args([
                "--listen",
                "127.0.0.1:0",
                "--log",
                "trace",
                "--log-requests",
            ])
            .args([
                "--verify-signatures",
                "--credentials",
                "111122223333:m4rk3d-a:m4rk3d-b",
            ])
            .args([
                "--admin-token",
                "m4rk3d-c",
                "--sink-credentials",
                "key:m4rk3d-d:m4rk3d-e",
            ])
            .args([
                "--events-webhook",
                "http://127.0.0.1:9/hook/m4rk3d-f-0123456789-0123456789?token=m4rk3d-g",
            ])
            .args([
                "--events-eventbridge",
                "http://127.0.0.1:9/",
                "--sink-attempts",
                "1",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line
            .trim()
            .strip_prefix("ready http://")
            .unwrap()
            .to_owned();
        Self { child, address }
    }

    fn send(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream
            .write_all(request.replace('|', "\r\n").as_bytes())
            .unwrap();
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).unwrap();
        String::from_utf8_lossy(&reply).into_owned()
    }

    /// Stops the server; returns its log.
    fn log(mut self) -> String {
        Command::new("kill")
            .arg(self.child.id().to_string())
            .status()
            .unwrap();
        let mut log = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut log)
            .unwrap();
        self.child.wait().unwrap();
        log
    }
}

#[test]
fn no_output_has_a_secret() {
    let server = Spawned::start();
    let last = "Host: localhost|Connection: close|";
    let scope =
        |service| format!("Credential=111122223333/20260101/us-east-1/{service}/aws4_request");
    let target = "X-Amz-Target: B2BI.ListProfiles|Content-Type: application/x-amz-json-1.0|";
    let date = "X-Amz-Date: 20260101T000000Z|X-Amz-Security-Token: m4rk3d-h|";
    let headers = "host;x-amz-date;x-amz-security-token";
    let query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20260101T000000Z&X-Amz-Expires=60\
                 &X-Amz-SignedHeaders=host&X-Amz-Signature=m4rk3d-i&X-Amz-Security-Token=m4rk3d-j";
    let credential = scope("s3").replace('/', "%2F");
    for request in [
        format!(
            "POST / HTTP/1.1|{last}{target}{date}Authorization: AWS4-HMAC-SHA256 {}, SignedHeaders={headers}, Signature=m4rk3d-k|Content-Length: 2||{{}}",
            scope("b2bi")
        ),
        format!(
            "GET /b/k HTTP/1.1|{last}{date}x-amz-content-sha256: UNSIGNED-PAYLOAD|Authorization: AWS4-HMAC-SHA256 {}, SignedHeaders={headers}, Signature=m4rk3d-l|||",
            scope("s3")
        ),
        format!("GET /b/k?{query}&X-Amz-{credential} HTTP/1.1|{last}|"),
        format!(
            "GET /?Action=GetCallerIdentity&{query}&X-Amz-{} HTTP/1.1|{last}|",
            scope("sts").replace('/', "%2F")
        ),
        format!(
            "GET /b/k?AWSAccessKeyId=111122223333&Expires=1&Signature=m4rk3d-m HTTP/1.1|{last}|"
        ),
        format!("GET /b/k HTTP/1.1|{last}Authorization: AWS 111122223333:m4rk3d-n||"),
        format!("GET /b/k HTTP/1.1|{last}Authorization: Bearer m4rk3d-o||"),
        format!("GET /_b2bi/state HTTP/1.1|{last}Authorization: Bearer m4rk3d-p||"),
        format!(
            "GET /_b2bi/state?token=m4rk3d-q HTTP/1.1|{last}Authorization: Basic bTRyazNkLXI6bTRyazNkLXI=||"
        ),
        format!("GET http://user:m4rk3d-s@localhost/b/k HTTP/1.1|{last}|"),
    ] {
        let reply = server.send(&request);
        assert!(!reply.contains(MARK), "{request}\n{reply}");
    }
    for route in [
        "config",
        "state",
        "journal",
        "events",
        "log-records",
        "metrics",
        "health",
        "faults",
        "dead-letters",
    ] {
        let request = format!("GET /_b2bi/{route} HTTP/1.1|{last}Authorization: Bearer m4rk3d-c||");
        let reply = server.send(&request);
        assert!(!reply.contains(MARK), "{route}\n{reply}");
    }
    let log = server.log();
    assert!(log.contains("X-Amz-Signature=***"), "{log}");
    let shown: Vec<&str> = log.lines().filter(|line| line.contains(MARK)).collect();
    assert!(shown.is_empty(), "{shown:#?}");
}

#[test]
fn no_debug_form_has_a_secret() {
    let mut config = Config::defaults().unwrap();
    let mut credential = Credential::new("key", MARK);
    credential.session_token = Some(MARK.into());
    config.credentials = Some(vec![credential.clone()]);
    config.access.token = Some(Secret::from(MARK));
    config.sinks.credentials = Some(credential);
    let hook = format!("http://127.0.0.1/{MARK}-0123456789-0123456789?token={MARK}");
    config.sinks.webhooks = vec![hook.parse().unwrap()];
    let shown = format!("{config:?}");
    assert!(
        shown.contains("[redacted]") && !shown.contains(MARK),
        "{shown}"
    );
}
