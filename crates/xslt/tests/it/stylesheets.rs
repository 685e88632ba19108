//! The project's own stylesheets over its own documents, compared with xsltproc if that is
//! available.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use b2bi_local_x12::{Strictness, WriteOptions, to_xml, validate, write_xml};
use b2bi_local_xslt::Xslt;

use super::{NOW, generous, map, run, settings};

/// A stylesheet, its expected output, and the document of the EDI file in its folder.
struct Case {
    stylesheet: PathBuf,
    output: String,
    document: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/mapping/xslt")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entries| entries.unwrap().path()).collect();
    paths.sort();
    paths
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for folder in entries(&folder()).iter().filter(|entry| entry.is_dir()) {
        let document = to_xml(&fs::read(folder.join("input.edi")).unwrap());
        assert_eq!(document.reading.problems, [], "{}", folder.display());
        for path in entries(folder) {
            if path.extension() == Some(OsStr::new("xslt")) {
                cases.push(Case {
                    output: fs::read_to_string(path.with_extension("out")).unwrap(),
                    document: document.text.clone(),
                    stylesheet: path,
                });
            }
        }
    }
    cases
}

#[test]
fn every_stylesheet_gives_the_output_beside_it() {
    let xslt = Xslt::new(settings());
    let cases = cases();
    for case in &cases {
        let template = fs::read_to_string(&case.stylesheet).unwrap();
        let output = map(&xslt, &template, &case.document, &run(generous()));
        assert_eq!(
            output.unwrap(),
            case.output,
            "{}",
            case.stylesheet.display()
        );
    }
    assert!(cases.len() >= 50, "only {} stylesheets", cases.len());
}

/// Skipped where xsltproc is not installed; `scripts/libxslt` installs it for the whole suite.
#[test]
fn xsltproc_gives_the_same_outputs() {
    if Command::new("xsltproc").arg("--version").output().is_err() {
        return;
    }
    let input = Path::new(env!("CARGO_TARGET_TMPDIR")).join("xsltproc-input.xml");
    for case in cases() {
        fs::write(&input, &case.document).unwrap();
        let made = Command::new("xsltproc")
            .env("SOURCE_DATE_EPOCH", (NOW / 1000).to_string())
            .arg("--nonet")
            .args([&case.stylesheet, &input])
            .output()
            .unwrap();
        let made = String::from_utf8(made.stdout).unwrap();
        assert_eq!(made, case.output, "{}", case.stylesheet.display());
    }
}

/// Outbound: the output of the stylesheet is a document that can be written, and is valid X12.
#[test]
fn a_document_made_by_a_stylesheet_is_written_as_x12() {
    let document = fs::read_to_string(folder().join("orders/outbound-invoice.out")).unwrap();
    let x12 = write_xml(&document, &WriteOptions::standard()).unwrap();
    let text = String::from_utf8(x12.clone()).unwrap();
    assert!(text.contains("BIG*20260305*INV-1001**PO-1001~"), "{text}");
    assert!(text.contains("TDS*23870~"), "{text}");
    let (validation, _) = validate(&x12, Strictness::Attested, None);
    assert_eq!(validation.problems, [], "{text}");
}

/// The crate mapping takes the same invoice in JSON the same way.
#[test]
fn an_invoice_becomes_the_x12_beside_it() {
    let folder = folder().join("../outbound");
    let text = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let xslt = Xslt::new(settings());
    let document = map(
        &xslt,
        &text("invoice.xslt"),
        &text("invoice.xml"),
        &run(generous()),
    );
    let x12 = write_xml(&document.unwrap(), &WriteOptions::standard()).unwrap();
    assert_eq!(String::from_utf8(x12).unwrap(), text("invoice.edi"));
}
