//! The commands that work on files: what they print, and their exit status.
#![expect(clippy::unwrap_used, reason = "tests")]

mod agreement;
mod conversion;
mod inference;
mod inputs;
mod linting;
mod rows;
mod sets;
mod validation;

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const DOCUMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/x12/documents");

/// The exit status, standard output and standard error of a command that reads `input`.
pub(crate) fn run(arguments: &[&str], input: &str) -> (i32, String, String) {
    let child = Command::new(env!("CARGO_BIN_EXE_b2bi-local"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        return (-1, String::new(), "not started".to_owned());
    };
    // A command that does not read its input closes it early.
    if let Some(mut stdin) = child.stdin.take() {
        let _ = stdin.write_all(input.as_bytes());
    }
    let Ok(output) = child.wait_with_output() else {
        return (-1, String::new(), "not ended".to_owned());
    };
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let status = output.status.code().unwrap_or(-1);
    (status, text(output.stdout), text(output.stderr))
}

pub(crate) fn fixture(name: &str) -> String {
    fs::read_to_string(format!("{DOCUMENTS}/{name}")).unwrap_or_default()
}

pub(crate) fn path(name: &str) -> String {
    format!("{DOCUMENTS}/{name}")
}

/// A file or folder of this test, which does not exist yet.
pub(crate) fn place(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    let _ = fs::remove_file(&path);
    path.to_string_lossy().into_owned()
}

/// A file of this test's own.
pub(crate) fn file(name: &str, content: &str) -> String {
    let path = place(name);
    if let Some(folder) = std::path::Path::new(&path).parent() {
        fs::create_dir_all(folder).unwrap();
    }
    fs::write(&path, content).unwrap();
    path
}

/// The purchase order, with nothing wrong in it.
pub(crate) fn order() -> String {
    fixture("purchase-order.edi")
        .replace("MSG*After the item~\n", "")
        .replace("SE*13", "SE*12")
}

pub(crate) const SET: [&str; 4] = ["--transaction-set", "X12_850", "--version", "VERSION_4010"];

#[test]
fn parse_prints_the_document() {
    let expected = fixture("purchase-order.json");
    let file = path("purchase-order.edi");
    let from_file = run(&[&["parse", &file][..], &SET].concat(), "");
    assert_eq!(from_file.1.trim_end(), expected.trim_end());
    assert_eq!(from_file.0, 0);
    let from_input = run(&["parse"], &fixture("purchase-order.edi"));
    assert_eq!(from_input, from_file);
}

#[test]
fn ack_answers() {
    let file = path("purchase-order.edi");
    let at = ["--at", "20261123185500", "--control-number", "7"];
    let (_, answer, _) = run(&[&["ack", &file][..], &at].concat(), "");
    assert_eq!(
        answer,
        "ISA*00*          *00*          *ZZ*NORTHMILL      *ZZ*BLUEBIKES      *261123*1855*U*00401*000000007*0*T*>~\n\
         GS*FA*NORTHMILL*BLUEBIKES*20261123*185500*000000007*X*004010~\n\
         ST*997*0001~\nAK1*PO*1~\nAK2*850*0001~\nAK3*SAC*10**7~\nAK5*R*5~\nAK9*R*1*1*0~\nSE*7*0001~\n\
         GE*1*000000007~\nIEA*1*000000007~\n"
    );
    let (status, answer, _) = run(&[&["ack", "--form", "TA1", &file][..], &at].concat(), "");
    assert!(
        answer.contains("TA1*000000001*260301*0930*A*000~"),
        "{answer}"
    );
    assert_eq!(status, 1);
    let (status, _, problem) = run(&["ack"], &answer);
    assert_eq!(
        (status, problem.as_str()),
        (
            2,
            "b2bi-local: standard input: there is nothing to acknowledge in the file\n"
        )
    );
}

#[cfg(feature = "xslt")]
#[test]
fn map_carries_xslt_out() {
    let file = |name: &str, text: &str| {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    };
    let sheet = |version: &str, content: &str| {
        format!(
            "<xsl:stylesheet version=\"{version}\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\">\n\
             <xsl:output omit-xml-declaration=\"yes\"/>\n\
             <xsl:template match=\"/\">{content}</xsl:template></xsl:stylesheet>"
        )
    };
    let (_, document, _) = run(
        &["parse", "--format", "xml", &path("purchase-order.edi")],
        "",
    );
    let template = sheet(
        "1.0",
        "<n><xsl:value-of select=\"//element[@Id='BEG03']\"/></n>",
    );
    let template = file("number.xslt", &template);
    let mapped = run(&["map", "--template", &template], &document);
    assert_eq!(mapped, (0, "<n>PO-77</n>\n".to_owned(), String::new()));

    let wrong = file("wrong.xslt", &sheet("1.0", "<xsl:for-each/>"));
    let (status, _, problem) = run(&["map", "--template", &wrong], &document);
    assert_eq!(status, 2);
    assert!(
        problem.contains("wrong.xslt: xsl:for-each: select is missing (line 3)\n3 | <xsl:template"),
        "{problem}"
    );

    let newer = file("newer.xslt", &sheet("2.0", ""));
    let (status, _, problem) = run(&["map", "--template", &newer], &document);
    assert_eq!(status, 2);
    assert!(problem.contains("--xslt-command"), "{problem}");
    let hooked = ["map", "--template", &newer, "--xslt-command", "cat {input}"];
    assert_eq!(run(&hooked, &document).1.trim_end(), document.trim_end());
    let (_, _, problem) = run(
        &["map", "--template", &newer, "--xslt-command", "'"],
        "<a/>",
    );
    assert!(problem.contains("has a ' without a partner"), "{problem}");
}

/// A worker is for servers alone: called by hand it ends.
#[cfg(feature = "xslt")]
#[test]
fn a_worker_without_a_server_ends() {
    for language in ["jsonata", "xslt"] {
        assert_eq!(run(&["worker", language], "").0, 1);
    }
}

/// A task of mapping by example, and its file.
fn task(name: &str, file: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/mapping/infer");
    format!("{folder}/{name}/{file}")
}

/// Every value of the example is right, and there are no others.
fn check_score(event_log: &str) {
    let is_right = event_log.starts_with("accuracy 1.000, values ")
        && event_log.ends_with(" 0 wrong, 0 missing, 0 surplus\n");
    assert!(is_right, "{event_log}");
}

#[test]
fn generate_prints_a_template_that_map_carries_out() {
    let input = task("16-json-to-order", "input.json");
    let output = task("16-json-to-order", "output.edi");
    let (status, template, event_log) =
        run(&["generate", "--input", &input, "--output", &output], "");
    assert_eq!(status, 0, "{event_log}");
    check_score(&event_log);
    let folder = std::env::temp_dir().join(format!("b2bi-local-generate-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("order.jsonata");
    fs::write(&file, template).unwrap();
    let unseen = fs::read_to_string(task("16-json-to-order", "unseen-input.json")).unwrap();
    let mapped = run(&["map", "--template", file.to_str().unwrap()], &unseen).1;
    fs::remove_dir_all(&folder).unwrap();
    let wanted = run(
        &["parse", &task("16-json-to-order", "unseen-output.edi")],
        "",
    )
    .1;
    assert_eq!(run(&["convert"], &mapped).1, run(&["convert"], &wanted).1);
}

#[test]
fn generate_writes_xslt_for_xml() {
    let input = task("26-xslt-invoice", "input.edi");
    let output = task("26-xslt-invoice", "output.xml");
    let (status, template, event_log) =
        run(&["generate", "--input", &input, "--output", &output], "");
    assert_eq!(status, 0, "{event_log}");
    check_score(&event_log);
    assert!(template.contains("<xsl:stylesheet"), "{template}");
    let jsonata = [
        "generate", "--type", "jsonata", "--input", &input, "--output", &output,
    ];
    let (status, _, event_log) = run(&jsonata, "");
    assert_eq!(status, 2);
    assert!(event_log.contains("the output is not JSON"), "{event_log}");
}
