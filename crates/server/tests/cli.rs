//! The command line: settings and their sources, readiness, health, and how it stops.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_b2bi-local"));
    command.args(arguments);
    command
}

fn text(output: &Output) -> String {
    let both = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&both).into_owned()
}

/// A settings file of this test's own.
fn file(name: &str, content: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).unwrap_or_default();
    path
}

/// A server on a free port; it ends when the value is dropped.
struct Running {
    child: Child,
    url: String,
}

impl Running {
    fn start(arguments: &[&str]) -> Option<Self> {
        let mut child = command(&["--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .ok()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take()?)
            .read_line(&mut line)
            .ok()?;
        let url = line.strip_prefix("ready ")?.trim().to_owned();
        Some(Self { child, url })
    }

    fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Sends SIGTERM; returns the exit status, how long it took, and the log.
    fn terminate(mut self) -> Option<(Option<i32>, Duration, String)> {
        let asked = Instant::now();
        let id = self.child.id().to_string();
        Command::new("kill").arg(id).status().ok()?;
        let status = self.child.wait().ok()?;
        let elapsed = asked.elapsed();
        let mut log = String::new();
        self.child.stderr.take()?.read_to_string(&mut log).ok()?;
        Some((status.code(), elapsed, log))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_flag_goes_before_the_environment_before_the_file_before_the_default() {
    let config = file(
        "order.toml",
        "region = \"eu-west-1\"\naccount = \"111122223333\"\nquota-profiles = 7\nstrict = true\n",
    );
    let config = config.to_string_lossy();
    let output = command(&[
        "--print-config",
        "--config",
        &config,
        "--region",
        "eu-west-3",
    ])
    .env("B2BI_LOCAL_REGION", "eu-west-2")
    .env("B2BI_LOCAL_ACCOUNT", "444455556666")
    .output()
    .unwrap();
    let text = text(&output);
    for line in [
        "region = \"eu-west-3\"  # flag".to_owned(),
        "account = \"444455556666\"  # environment".to_owned(),
        format!("quota-profiles = 7  # {config}"),
        format!("strict = true  # {config}"),
        "listen = \"127.0.0.1:4577\"  # default".to_owned(),
    ] {
        assert!(
            text.lines().any(|item| item == line),
            "no `{line}` in:\n{text}"
        );
    }
}

#[test]
fn a_template_maps_a_file() {
    let template = file("map.jsonata", "{ 'name': customer }");
    let wrong = file("wrong.jsonata", "{ 'name' customer }");
    let document = file("map.json", "{\"customer\": \"acme\"}");
    let map = |template: &PathBuf| {
        let mut command = command(&["map", "--template"]);
        command.arg(template).arg(&document).output().unwrap()
    };
    assert_eq!(text(&map(&template)), "{\n  \"name\": \"acme\"\n}\n");
    let output = map(&wrong);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output).contains("wrong.jsonata: S0202"),
        "{}",
        text(&output)
    );
    assert!(
        text(&output).contains("line 1, column 10"),
        "{}",
        text(&output)
    );
}

#[test]
fn what_print_config_prints_is_a_config() {
    let first = command(&["--print-config", "--listen", "127.0.0.1:1"])
        .output()
        .unwrap();
    let path = file("printed.toml", &text(&first));
    let path = path.to_string_lossy();
    let second = command(&["--print-config", "--config", &path])
        .output()
        .unwrap();
    let values = |output: &Output| -> Vec<String> {
        let text = text(output);
        let lines = text
            .lines()
            .map(|line| line.split("  #").next().unwrap_or_default().to_owned());
        lines.collect()
    };
    assert_eq!(values(&first), values(&second));
}

#[test]
fn a_setting_is_known_by_its_former_name() {
    let in_file = file("former.toml", "silence-seconds = 7\n");
    let print = |arguments: &[&str], variable: &str| {
        let mut command = command(&["--print-config"]);
        text(&command.args(arguments).env(variable, "8").output().unwrap())
    };
    let path = in_file.to_string_lossy();
    for (arguments, variable, expected) in [
        (vec!["--silence-seconds", "7"], "UNUSED", "7  # flag"),
        (vec![], "B2BI_LOCAL_SILENCE_SECONDS", "8  # environment"),
        (vec!["--config", &path], "UNUSED", &format!("7  # {path}")),
        (
            vec!["--idle-timeout-seconds", "9", "--config", &path],
            "B2BI_LOCAL_SILENCE_SECONDS",
            "9  # flag",
        ),
    ] {
        let found = print(&arguments, variable);
        let expected = format!("idle-timeout-seconds = {expected}\n");
        assert!(found.contains(&expected), "{arguments:?}: {found}");
        assert!(!found.contains("silence"), "{arguments:?}: {found}");
    }
}

#[test]
fn secrets_are_masked() {
    let output = command(&["--print-config", "--credentials", "A:one,B:two"])
        .output()
        .unwrap();
    assert!(text(&output).contains("credentials = \"A:***,B:***\"  # flag"));
}

#[test]
fn an_error_shows_no_secret() {
    for (arguments, expected) in [
        (
            ["--credentials", "A:hush,hush"],
            "--credentials A:***,***: must be KEY:SECRET",
        ),
        (
            ["--sink-credentials", "hush"],
            "--sink-credentials ***: must be KEY:SECRET",
        ),
        (
            ["--s3-secret-access-key", "hush"],
            "--s3-secret-access-key ***: needs --s3-access-key-id",
        ),
        (
            ["--events-webhook", "ftp://hush@host/?token=hush"],
            "--events-webhook ftp://***@host/?***: must be",
        ),
        (
            ["--events-webhook", "http://me:hush@host/"],
            "which http://***@host/ is not",
        ),
        (
            ["--logs-endpoint", "https://me:hush@host/a@b"],
            "--logs-endpoint https://***@host/a@b: must be",
        ),
        (
            ["--events-eventbridge", "https://me:hush@host/?hush"],
            "--events-eventbridge https://***@host/?***: must be",
        ),
        (
            ["--events-webhook", "host/a@b?hush"],
            "--events-webhook host/a@b?***: must be",
        ),
    ] {
        let mut command = command(&arguments);
        let output = command.args(["--s3-endpoint", "http://127.0.0.1:1"]);
        let text = text(&output.output().unwrap());
        assert!(text.contains(expected), "{arguments:?}: {text}");
        assert!(!text.contains("hush"), "{arguments:?}: {text}");
    }
}

#[test]
fn a_value_that_cannot_be_used_is_named_with_its_place() {
    let unknown = file("unknown.toml", "lisden = \"127.0.0.1:1\"\n");
    let rules = file(
        "rules.toml",
        "[[rules]]\noperation = \"Get*\"\nprobabilty = 0.5\n",
    );
    let (unknown, rules) = (unknown.to_string_lossy(), rules.to_string_lossy());
    for (arguments, expected) in [
        (
            vec!["--account", "12"],
            "--account 12: must be twelve digits",
        ),
        (
            vec!["--listen", "nowhere"],
            "--listen nowhere: must be HOST:PORT",
        ),
        (
            vec!["--strict=maybe"],
            "--strict maybe: must be true or false",
        ),
        (
            vec!["--quota-profiles", "-"],
            "--quota-profiles -: must be a whole number",
        ),
        (
            vec!["--idempotency", "x"],
            "--idempotency x: must be client-token or none",
        ),
        (
            vec!["--verify-signatures"],
            "--verify-signatures true: needs --credentials",
        ),
        (vec!["--faults", "Get*=explode"], "--faults Get*=explode: "),
        (
            vec!["--config", "/nowhere.toml"],
            "/nowhere.toml: cannot be read",
        ),
        (
            vec!["--config", &unknown],
            "is not a setting; the nearest is `",
        ),
        (vec!["--config", &rules], "probability"),
    ] {
        let output = command(&arguments).output().unwrap();
        let text = text(&output);
        assert!(text.contains(expected), "{arguments:?}: {text}");
        assert!(text.starts_with("b2bi-local: "), "{arguments:?}: {text}");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    }
}

#[test]
fn a_ready_server_is_healthy_and_stops_at_once() {
    let server = Running::start(&["--drain-seconds", "3600"]).unwrap();
    let health = command(&["health", "--listen", server.address()])
        .output()
        .unwrap();
    assert_eq!(health.status.code(), Some(0), "{}", text(&health));
    let address = server.address().to_owned();
    let (status, elapsed, log) = server.terminate().unwrap();
    assert_eq!(status, Some(0), "{log}");
    // It does not wait for the hour that requests in flight would get.
    assert!(elapsed < Duration::from_mins(1), "took {elapsed:?}");
    let health = command(&["health", "--listen", &address]).output().unwrap();
    assert_eq!(health.status.code(), Some(1));
    assert!(
        text(&health).contains("no answer from"),
        "{}",
        text(&health)
    );
}

#[test]
fn a_request_in_flight_is_answered_before_the_server_stops() {
    let mut server = Running::start(&["--faults", "ListProfiles=delay(300ms)"]).unwrap();
    let mut client = TcpStream::connect(server.address()).unwrap();
    let request = "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: B2BI.ListProfiles\r\n\
        Authorization: AWS4-HMAC-SHA256 Credential=a/20261123/us-east-1/b2bi/aws4_request, \
        SignedHeaders=host, Signature=b\r\nContent-Length: 2\r\n\r\n{}";
    client.write_all(request.as_bytes()).unwrap();
    let mut log = BufReader::new(server.child.stderr.take().unwrap()).lines();
    assert!(log.any(|line| line.unwrap().contains("fault injected")));
    Command::new("kill")
        .arg(server.child.id().to_string())
        .status()
        .unwrap();
    let mut reply = String::new();
    client.read_to_string(&mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 200 OK"), "{reply}");
    assert!(reply.ends_with("{\"profiles\":[]}"), "{reply}");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}

#[test]
fn an_address_in_use_is_said_so() {
    let server = Running::start(&[]).unwrap();
    let output = command(&["--listen", server.address()]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output).contains("cannot listen on"),
        "{}",
        text(&output)
    );
}

#[test]
fn json_lines_are_json() {
    let server = Running::start(&["--log-format", "json", "--log-requests"]).unwrap();
    let health = command(&["health", "--listen", server.address()])
        .output()
        .unwrap();
    assert_eq!(health.status.code(), Some(0));
    let (_, _, log) = server.terminate().unwrap();
    let lines: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let request = lines
        .iter()
        .find(|line| line["message"] == "request")
        .unwrap();
    assert_eq!(
        (&request["method"], &request["status"]),
        (&"GET".into(), &200.into())
    );
}
