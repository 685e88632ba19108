//! Starter templates on the command line, and their results on the complete way to X12.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

const DOCUMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/x12/documents");

/// Exit status, standard output and standard error.
fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_b2bi-local"))
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let status = output.status.code().unwrap_or(-1);
    (status, text(output.stdout), text(output.stderr))
}

fn file(name: &str, content: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).unwrap();
    path.to_string_lossy().into_owned()
}

/// Maps nothing with a template, and writes the result as X12.
fn written(name: &str, template: &str, input: &str) -> String {
    let input = file(&format!("{name}.input"), input);
    let template = file(&format!("{name}.template"), template);
    let (status, document, problem) = run(&["map", "--template", &template, &input]);
    assert_eq!((status, &*problem), (0, ""), "{name}");
    let document = file(&format!("{name}.document"), &document);
    let (status, x12, problem) = run(&["convert", &document]);
    // The sample has a problem, and so does a file written like it.
    assert!(status < 2, "{name}: {problem}");
    x12
}

#[test]
fn a_template_of_a_set_writes_what_is_valid() {
    let guided = ["X12_837_X222", "VERSION_5010_HIPAA"];
    for (language, input) in [("jsonata", "{}"), ("xslt", "<order/>")] {
        for [set, version] in [["X12_850", "VERSION_4010"], guided] {
            let arguments = [
                "--type",
                language,
                "--transaction-set",
                set,
                "--version",
                version,
            ];
            let (status, template, _) = run(&[&["template"][..], &arguments].concat());
            assert_eq!(status, 0);
            let name = format!("{set}-{language}");
            let x12 = file(&format!("{name}.edi"), &written(&name, &template, input));
            let (status, report, problem) = run(&[&["validate", &x12], &arguments[2..]].concat());
            let ok = format!("{x12}: ok\n");
            assert_eq!((status, &*report, &*problem), (0, &*ok, ""), "{name}");
        }
    }
}

#[test]
fn a_template_of_a_part_writes_what_is_valid() {
    let order = ["--transaction-set", "850", "--version", "4010"];
    let notice = ["--transaction-set", "856", "--version", "4010"];
    for (name, set, part, wanted) in [
        ("required", order, &["--required"][..], "PO1*"),
        ("segments", order, &["--segments", "REF,n3,PID"], "N3*"),
        ("usual", order, &["--required", "--usual"], "N1*BT*"),
        ("levels", notice, &["--required", "--usual"], "HL*4*3*I~"),
    ] {
        let (status, template, problem) = run(&[&["template"][..], &set, part].concat());
        assert_eq!((status, &*problem), (0, ""), "{name}");
        let x12 = written(name, &template, "{}");
        assert!(x12.contains(wanted), "{wanted} is not in {x12}");
        let x12 = file(&format!("{name}.edi"), &x12);
        let (status, report, _) = run(&[&["validate", &x12][..], &set].concat());
        assert_eq!((status, report), (0, format!("{x12}: ok\n")), "{name}");
    }
    let (status, _, problem) = run(&[&["template"][..], &order, &["--segments", "CLM"]].concat());
    assert_eq!(status, 2);
    assert!(problem.contains("CLM"), "{problem}");
}

#[test]
fn a_template_like_a_sample_writes_the_sample() {
    let sample = format!("{DOCUMENTS}/purchase-order.edi");
    let order = ["--transaction-set", "X12_850", "--version", "VERSION_4010"];
    for (language, input) in [("jsonata", "{}"), ("xslt", "<order/>")] {
        let (status, template, _) = run(&[
            &["template", "--type", language, "--sample", &sample],
            &order[..],
        ]
        .concat());
        assert_eq!(status, 0);
        let wanted = fs::read_to_string(&sample).unwrap().replace("*T*>", "*T*:");
        assert_eq!(
            written(&format!("sample-{language}"), &template, input),
            wanted
        );
    }
}

#[test]
fn what_cannot_be_a_template_says_so() {
    let sample = format!("{DOCUMENTS}/purchase-order.edi");
    let check = |arguments: &[&str], words: &str| {
        let (status, _, problem) = run(&[&["template"], arguments].concat());
        assert_eq!(status, 2, "{problem}");
        assert!(problem.contains(words), "{problem}");
    };
    let of = |set, version| ["--transaction-set", set, "--version", version];
    check(
        &of("X12_850", "VERSION_5010_HIPAA"),
        "has no transaction set",
    );
    check(&of("order", "VERSION_4010"), "`b2bi-local sets` lists them");
    check(&of("x12_837", "5010_HIPAA"), "X12_837_X222");
    check(&["--transaction-set", "X12_850"], "--version");
    let invoice = of("X12_810", "VERSION_4010");
    check(&[&["--sample", &sample], &invoice[..]].concat(), "850");
    check(
        &[&["--sample", "none.edi"], &invoice[..]].concat(),
        "cannot be read",
    );
}

#[test]
fn messages_of_a_stylesheet_go_to_standard_error() {
    let template = file(
        "message.xsl",
        "<xsl:stylesheet version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\">\
         <xsl:template match=\"/\"><xsl:message>no ship-to</xsl:message><b/></xsl:template>\
         </xsl:stylesheet>",
    );
    let input = file("message.xml", "<a/>");
    let (status, output, messages) = run(&["map", "--template", &template, &input]);
    assert_eq!((status, &*output), (0, "<?xml version=\"1.0\"?>\n<b/>\n"));
    assert_eq!(messages, format!("{template}: message: no ship-to\n"));
}
