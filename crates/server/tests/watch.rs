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

/// The exit status, standard output and standard error of one round.
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
    assert_eq!(
        same,
        (0, String::new(), "b2bi-local: as expected\n".to_owned())
    );
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
    let counted = "b2bi-local: 1 difference\n".to_owned();
    assert_eq!(different, (1, expected, counted));
}

#[test]
fn a_mapped_document_is_converted_with_the_delimiters_it_is_compared_with() {
    let document = fixture("x12/documents/purchase-order.json");
    let edi = fs::read_to_string(fixture("x12/documents/purchase-order.edi")).unwrap();
    let same = file("order.jsonata", "$");
    for wanted in [
        edi.clone(),
        edi.replace("*T*>", "*T*:"),
        edi.replace('~', "'").replace('*', "|"),
    ] {
        let wanted = file("order.edi", &wanted);
        let arguments = [
            "--template",
            &same,
            &document,
            "--convert",
            "--expect",
            &wanted,
        ];
        let (status, difference, problem) = once(&arguments);
        assert_eq!((status, &*difference), (1, ""));
        assert_eq!(
            problem,
            "the X12: SAC, line 12, segment 10 of transaction 1: Segment is out of sequence.\n\
             b2bi-local: problems in the X12\n"
        );
        let shown = once(&[
            "--template",
            &same,
            &document,
            "--convert",
            "--delimiters-of",
            &wanted,
        ]);
        assert_eq!(shown.1, fs::read_to_string(&wanted).unwrap());
    }
}

#[test]
fn problems_of_what_is_written_name_the_place_in_the_template() {
    let document = fixture("x12/documents/purchase-order.json");
    let text = fs::read_to_string(&document).unwrap();
    let line = text
        .lines()
        .position(|line| line.contains("\"SAC_"))
        .unwrap()
        + 1;
    // A document is a template that writes it.
    let template = file("written.jsonata", &text);
    let (status, _, problem) = once(&["--template", &template, &document, "--convert"]);
    assert_eq!(status, 1);
    let place = format!("{template}:{line}:");
    assert!(problem.contains(&place), "{place} is not in {problem}");
    assert!(problem.contains(": writes SAC\n"), "{problem}");
}

#[test]
fn x12_that_was_read_gives_its_delimiters_to_what_is_written() {
    let edi = fixture("x12/documents/purchase-order.edi");
    let same = file("again.jsonata", "$");
    let (_, written, _) = once(&["--template", &same, &edi, "--convert"]);
    assert_eq!(written, fs::read_to_string(&edi).unwrap());
}

#[test]
fn problems_of_the_input_are_shown_and_set_the_status() {
    let edi = fs::read_to_string(fixture("x12/documents/purchase-order.edi")).unwrap();
    let template = fixture("mapping/purchase-order.jsonata");
    let wanted = fixture("mapping/purchase-order.json");
    for (text, expected) in [
        (
            edi.replace("SE*13", "SE*14"),
            "Segment count error in SE segment",
        ),
        (
            edi.replace("IEA*1*000000001~", ""),
            "must be terminated with an IEA segment",
        ),
    ] {
        let input = file("faulty.edi", &text);
        let (status, _, problem) = once(&["--template", &template, &input, "--expect", &wanted]);
        assert_eq!(status, 1, "{problem}");
        assert!(
            problem.contains(expected) && problem.contains(&input),
            "{problem}"
        );
    }
}

#[test]
fn a_folder_of_cases_is_a_suite() {
    let template = file(
        "suite.jsonata",
        "{ 'number': number, 'made': $now(), 'lines': lines }",
    );
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("watch-suite");
    let folder = folder.to_string_lossy();
    let _ = fs::remove_dir_all(&*folder);
    fs::create_dir_all(&*folder).unwrap();
    let write = |name: &str, text: &str| fs::write(format!("{folder}/{name}"), text).unwrap();
    write("a.json", r#"{"number": 1, "lines": [1]}"#);
    write(
        "a.expected.json",
        r#"{"lines": [1.0], "number": 1, "made": "then"}"#,
    );
    write("b.json", r#"{"number": 2, "lines": [1, 3]}"#);
    write(
        "b.expected.json",
        r#"{"number": 2, "lines": [1, 2], "made": "then"}"#,
    );
    write("c.json", "{");
    write("c.expected.json", "{}");
    let report = format!("{folder}.xml");
    let arguments = [
        "--template",
        &template,
        "--expect",
        &folder,
        "--ignore",
        "made",
        "--junit",
        &report,
    ];
    let (status, output, _) = once(&arguments);
    assert_eq!(status, 2, "{output}");
    for line in [
        "a: ok",
        "b: 1 difference",
        "3 cases: 1 ok, 1 different, 1 not possible",
    ] {
        assert!(output.lines().any(|item| item == line), "{line}: {output}");
    }
    assert!(
        output.contains("c: ") && output.contains("c.json is not JSON"),
        "{output}"
    );
    let junit = fs::read_to_string(&report).unwrap();
    assert!(
        junit.contains("tests=\"3\" failures=\"1\" errors=\"1\""),
        "{junit}"
    );
    write("c.json", r#"{"number": 3}"#);
    write("c.expected.json", r#"{"number": 3, "made": ""}"#);
    assert_eq!(once(&arguments).0, 1);
    write("b.expected.json", r#"{"number": 2, "lines": [1, 3]}"#);
    let (status, output, _) = once(&arguments);
    assert_eq!(status, 0, "{output}");
    let unused = once(&[&arguments[..], &["--ignore", "nothing"]].concat());
    assert!(
        unused.2.contains("--ignore nothing meets nothing"),
        "{}",
        unused.2
    );
}

#[test]
fn what_cannot_be_done_is_reported() {
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

/// A running command, with the lines it writes to both streams; it ends with the test.
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

    /// Waits for a line that contains this.
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
