//! `b2bi-local record` as a process: interrupted, killed and refused, it leaves nothing, or `--clean` does.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};

/// The prefix of the names of everything that a run creates.
const PREFIX: &str = "b2bi-local-calibration-";

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_b2bi-local"));
    command
        .args(arguments)
        .env("AWS_ACCESS_KEY_ID", "111122223333")
        .env("AWS_SECRET_ACCESS_KEY", "any")
        .env("AWS_REGION", "us-east-1");
    command
}

/// A server that plays the part of AWS; it ends when the value is dropped.
struct Aws {
    child: Child,
    url: String,
}

impl Aws {
    fn start(faults: &str) -> Self {
        Self::with(&["--faults", faults])
    }

    fn with(settings: &[&str]) -> Self {
        let mut child = command(&["--listen", "127.0.0.1:0"])
            .args(settings)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = child.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        let url = line.strip_prefix("ready ").unwrap().trim().to_owned();
        Self { child, url }
    }

    fn admin(&self, method: &str, path: &str) -> String {
        let address = self.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        assert!(text.starts_with("HTTP/1.1 2"), "{text}");
        text
    }

    /// How often something of a run is named in the state, objects included.
    fn left(&self) -> usize {
        let state = self.admin("GET", "/_b2bi/state?objects=true");
        state.matches(PREFIX).count()
    }

    fn record(&self, more: &[&str]) -> Command {
        let mut command = command(&["record", "--endpoint", &self.url]);
        command.args(more).stderr(Stdio::piped());
        command
    }

    /// Asks until a question of this number is begun.
    fn begun(&self, number: &str, out: &str) -> (Child, BufReader<std::process::ChildStderr>) {
        let mut child = self
            .record(&["--only", QUESTIONS, "--out", out])
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.starts_with(number) {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0, "the run has ended");
        }
        (child, log)
    }
}

impl Drop for Aws {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Questions that make profiles, transformers, capabilities, partnerships, buckets and files.
const QUESTIONS: &str =
    "new-profile,delimiters,profile-in-use,list-order,parse-document,s3-mfa,s3-suspended";

fn out(name: &str) -> String {
    format!("{}/calibrate-{name}.json", env!("CARGO_TARGET_TMPDIR"))
}

fn log(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn an_interrupted_run_deletes_what_it_has_made() {
    let aws = Aws::start("*=1000*delay(60ms)");
    for signal in ["-INT", "-TERM"] {
        let (mut child, mut rest) = aws.begun("5/7", &out("interrupted"));
        assert!(aws.left() > 0);
        let id = child.id().to_string();
        Command::new("kill").args([signal, &id]).status().unwrap();
        let mut text = String::new();
        rest.read_to_string(&mut text).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(2), "{text}");
        assert!(text.contains("stopped; deleting what was made"), "{text}");
        assert_eq!(aws.left(), 0, "{signal}: {text}");
    }
}

#[test]
fn what_a_killed_run_has_left_is_found_and_deleted() {
    let aws = Aws::start("*=1000*delay(60ms)");
    let (mut child, _rest) = aws.begun("5/7", &out("killed"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(aws.left() > 0);
    let cleaned = aws.record(&["--clean"]).output().unwrap();
    assert_eq!(cleaned.status.code(), Some(0), "{}", log(&cleaned));
    assert!(
        !log(&cleaned).contains("cleaned up: 0 things"),
        "{}",
        log(&cleaned)
    );
    assert_eq!(aws.left(), 0, "{}", log(&cleaned));
    let again = aws.record(&["--clean"]).output().unwrap();
    assert_eq!(
        log(&again),
        "cleaned up: 0 things were left and are deleted\n"
    );
}

/// Requests that are refused in the middle end questions and not the run; resources that cannot be
/// deleted are reported.
#[test]
fn refused_requests_leave_nothing_that_clean_does_not_find() {
    let check = |name: &str, faults: &str, (status, is_left): (i32, bool), told: &str| {
        let aws = Aws::start(faults);
        let recorded = aws.record(&["--only", QUESTIONS, "--out", &out(name)]);
        let recorded = { recorded }.output().unwrap();
        let text = log(&recorded);
        assert_eq!(recorded.status.code(), Some(status), "{name}: {text}");
        assert!(text.contains(told), "{name}: {text}");
        assert_eq!(aws.left() > 0, is_left, "{name}: {text}");
        aws.admin("DELETE", "/_b2bi/faults");
        let cleaned = aws.record(&["--clean"]).output().unwrap();
        assert_eq!(cleaned.status.code(), Some(0), "{name}: {}", log(&cleaned));
        assert_eq!(aws.left(), 0, "{name}");
    };
    let denied = "1000*error(AccessDeniedException)";
    let denied = |operation: &str| format!("{operation}={denied}");
    let create = denied("CreateCapability");
    check("create", &create, (1, false), "setup");
    let bucket = "CreateBucket=1000*error(AccessDenied)";
    check("bucket", bucket, (1, false), "setup");
    let delete = denied("DeleteTransformer");
    check("delete", &delete, (2, true), "DeleteTransformer");
    // Resources that are not listed are deleted by id.
    let list = denied("ListProfiles");
    check("list", &list, (2, false), "ListProfiles");
    let objects = "DeleteObject=1000*error(AccessDenied)";
    check("objects", objects, (2, true), "DeleteObject");
    let throttled = "CreateTransformer=2*error(ThrottlingException)->off";
    check("throttled", throttled, (0, false), "0 questions skipped");
}

/// A run that cannot ask anything ends immediately, and says what to do.
#[test]
fn a_run_that_can_ask_nothing_says_why() {
    let check = |url: &str, told: &str| {
        let file = out("refused");
        let arguments = ["record", "--endpoint", url, "--out", &file];
        let recorded = command(&arguments).output().unwrap();
        let text = log(&recorded);
        assert_eq!(recorded.status.code(), Some(2), "{text}");
        assert!(text.contains(told), "{text}");
        assert!(!text.contains("1/"), "{text}");
        let unfinished = format!("{file}.unfinished");
        assert!(!std::path::Path::new(&unfinished).exists());
    };
    let denied = Aws::start("ListProfiles=1000*error(AccessDeniedException)");
    check(&denied.url, "record --policy` prints the permissions");
    let expired = Aws::start("ListProfiles=1000*error(ExpiredTokenException)");
    check(&expired.url, "log in again");
    check("http://127.0.0.1:9", "does not answer");
    let stranger = format!("{}/", denied.url.replace("127.0.0.1", "localhost"));
    check(&stranger, "record --policy` prints the permissions");
}

/// A request that the caller is not allowed to send gives no answer.
#[test]
fn refused_requests_are_no_answers() {
    let aws = Aws::start("GetProfile=1000*error(AccessDeniedException)");
    let file = out("denied");
    let mut command = aws.record(&["--only", "missing-profile,A-31", "--out", &file]);
    let recorded = command.output().unwrap();
    let text = log(&recorded);
    assert_eq!(recorded.status.code(), Some(1), "{text}");
    assert!(
        text.contains("skipped missing-profile: GetProfile: 403"),
        "{text}"
    );
    let recording = std::fs::read_to_string(&file).unwrap();
    assert!(recording.contains("mapping-nothing"), "{recording}");
    let answers = recording.split("\"skipped\"").next().unwrap();
    assert!(!answers.contains("AccessDenied"), "{recording}");
}

/// A server that takes any signature cannot answer questions about signatures.
#[test]
fn questions_about_signatures_need_a_server_that_checks_them() {
    let check = |settings: &[&str], status: i32, is_skipped: bool| {
        let aws = Aws::with(settings);
        let file = out("signatures");
        let mut command = aws.record(&["--only", "refused-signatures,A-31", "--out", &file]);
        let recorded = command.output().unwrap();
        let text = log(&recorded);
        assert_eq!(recorded.status.code(), Some(status), "{text}");
        let recording = std::fs::read_to_string(&file).unwrap();
        assert!(recording.contains("mapping-nothing"), "{recording}");
        let reason = "the server does not check signatures";
        for said in [&text, &recording] {
            assert_eq!(said.contains(reason), is_skipped, "{said}");
        }
        assert_eq!(
            recording.contains("unknown-key"),
            !is_skipped,
            "{recording}"
        );
    };
    check(&[], 1, true);
    let checking = ["--verify-signatures", "--credentials", "111122223333:any"];
    check(&checking, 0, false);
}

/// An existing recording is kept until the new one is complete, and answers are not lost.
#[test]
fn recordings_replace_others_when_they_are_complete() {
    let aws = Aws::start("*=1000*delay(60ms)");
    let file = out("existing");
    std::fs::write(&file, "an older one").unwrap();
    let (child, mut rest) = aws.begun("5/7", &file);
    let id = child.id().to_string();
    Command::new("kill").args(["-INT", &id]).status().unwrap();
    let mut text = String::new();
    rest.read_to_string(&mut text).unwrap();
    assert!(text.contains("answers were there already"), "{text}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "an older one");
    let unfinished = format!("{file}.unfinished");
    let answers = std::fs::read_to_string(&unfinished).unwrap();
    assert!(answers.contains("\"new-profile\""), "{answers}");
    aws.admin("DELETE", "/_b2bi/faults");

    let mut command = aws.record(&["--only", "A-31", "--out", &file]);
    assert_eq!(command.output().unwrap().status.code(), Some(0));
    let recording = std::fs::read_to_string(&file).unwrap();
    assert!(recording.contains("mapping-nothing"), "{recording}");
    assert!(!std::path::Path::new(&unfinished).exists());

    // If nothing can be stored, the answers are printed, and everything is deleted anyway.
    let mut command = aws.record(&["--only", "new-profile", "--out", "/dev/full"]);
    let recorded = command.output().unwrap();
    assert_eq!(recorded.status.code(), Some(2), "{}", log(&recorded));
    assert_eq!(aws.left(), 0);
}
