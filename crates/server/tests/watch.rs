//! `b2bi-local watch`: results, differences and exit statuses, and what a save does.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures");
/// How long a line may take on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(30);

fn fixture(name: &str) -> String {
    format!("{FIXTURES}/{name}")
}

fn file(name: &str, content: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("watch-{name}"));
    fs::write(&path, content).unwrap();
    path.to_string_lossy().into_owned()
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_b2bi-local"));
    command.arg("watch").args(arguments);
    command
}

/// Exit status, standard output and standard error of one round.
fn once(arguments: &[&str]) -> (i32, String, String) {
    let output = command(arguments).arg("--once").output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let status = output.status.code().unwrap_or(-1);
    (status, text(output.stdout), text(output.stderr))
}

#[test]
fn x12_is_parsed_and_mapped_and_compared() {
    let edi = fixture("x12/documents/purchase-order.edi");
    let template = fixture("mapping/purchase-order.jsonata");
    let wanted = fixture("mapping/purchase-order.json");
    let shown = once(&["--template", &template, &edi]);
    assert_eq!((shown.0, &*shown.2), (0, ""));
    let text = fs::read_to_string(&wanted).unwrap();
    assert_eq!(shown.1.trim_end(), text.trim_end());
    let same = once(&["--template", &template, &edi, "--expect", &wanted]);
    assert_eq!(same, (0, String::new(), String::new()));
}

#[test]
fn x12_is_read_as_the_options_want_it() {
    let edi = fixture("x12/documents/purchase-order.edi");
    let template = file("named.jsonata", "**.`PO1-LINE_loop`.PO1_07");
    let table = file("names.tsv", "850\t4010\tPO1\tPO1-LINE\n");
    let named = once(&["--template", &template, &edi, "--loop-names", &table]);
    let items = "[\n  \"CHAIN-9\",\n  \"BELL\"\n]\n".to_owned();
    assert_eq!(named, (0, items, String::new()));
    let of = |set| {
        let arguments = ["--template", &template, &edi, "--transaction-set", set];
        once(&[&arguments[..], &["--version", "VERSION_4010"]].concat())
    };
    assert_eq!(of("X12_850").0, 0);
    let (status, shown, problem) = of("X12_810");
    assert_eq!((status, &*shown), (2, ""));
    assert!(problem.contains("810"), "{problem}");
}

#[test]
fn a_difference_is_unified_and_plain_where_no_terminal_is() {
    let input = file("in.json", r#"{"a": 1}"#);
    let template = file("in.jsonata", r#"{"same": true, "a": a}"#);
    let wanted = file("in.wanted", r#"{"same":true,"a":2}"#);
    let expected = format!(
        "--- {wanted}\n+++ result\n@@ -1,4 +1,4 @@\n {{\n   \"same\": true,\n-  \"a\": 2\n+  \"a\": 1\n }}\n"
    );
    let different = once(&["--template", &template, &input, "--expect", &wanted]);
    assert_eq!(different, (1, expected, String::new()));
}

#[test]
fn a_mapped_document_is_converted() {
    let document = fixture("x12/documents/purchase-order.json");
    let edi = fixture("x12/documents/purchase-order.edi");
    let written = fs::read_to_string(edi).unwrap().replace("*T*>", "*T*:");
    let wanted = file("order.edi", &written);
    let same = file("order.jsonata", "$");
    let arguments = [
        "--template",
        &same,
        &document,
        "--convert",
        "--expect",
        &wanted,
    ];
    assert_eq!(once(&arguments), (0, String::new(), String::new()));
    let one_line = once(&[&arguments[..], &["--wrap", "ONE_LINE"]].concat());
    assert_eq!(one_line.0, 1);
}

#[test]
fn what_cannot_be_done_is_told() {
    let input = file("bad.json", r#"{"a": 1}"#);
    let missing = format!("{input}.missing");
    let broken = file("bad.jsonata", r#"{"a": "#);
    let fine = file("fine.jsonata", "$");
    for (arguments, reason) in [
        (vec!["--template", &broken, &input], "bad.jsonata: S0"),
        (vec!["--template", &fine, &missing], "cannot be read"),
        (
            vec!["--template", &fine, &input, "--expect", &missing],
            "cannot be read",
        ),
        (
            vec!["--template", &fine, &input, "--convert"],
            "the mapped document: ",
        ),
    ] {
        let (status, output, problem) = once(&arguments);
        assert_eq!((status, &*output), (2, ""), "{arguments:?}");
        assert!(problem.contains(reason), "{problem}");
    }
}

/// A command that goes on, with the lines it writes to both streams; it ends with the test.
struct Watch(Child, Receiver<String>);

impl Watch {
    fn start(arguments: &[&str]) -> Self {
        let mut child = command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let errors = sender.clone();
        let (output, problems) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        thread::spawn(move || {
            for line in BufReader::new(problems).lines().map_while(Result::ok) {
                let _ = errors.send(line);
            }
        });
        Self(child, lines)
    }

    /// Waits for a line that holds this.
    fn says(&self, wanted: &str) {
        while !self.1.recv_timeout(TIMEOUT).unwrap().contains(wanted) {}
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_save_shows_the_result_anew_and_an_error_does_not_end_it() {
    let input = file("live.json", r#"{"a": 1}"#);
    let template = file("live.jsonata", r#"{"first": a}"#);
    let wanted = file("live.wanted", r#"{"second": 1}"#);
    let watch = Watch::start(&["--template", &template, &input, "--expect", &wanted]);
    watch.says("+  \"first\": 1");
    file("live.jsonata", r#"{"first": "#);
    watch.says("live.jsonata: S0");
    file("live.jsonata", r#"{"second": a}"#);
    watch.says("as expected");
    file("live.json", r#"{"a": 1234}"#);
    watch.says("+  \"second\": 1234");
    file("live.wanted", r#"{"second": 1234}"#);
    watch.says("as expected");
}
