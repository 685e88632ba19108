//! The complete way from a customer's document to X12, and real mappings that ran on the service,
//! if they are available.

use std::fs;
use std::path::Path;

use b2bi_local_mapping::{Engine, Jsonata, Limits, Run};
use b2bi_local_x12::{Layout, Strictness, WriteOptions, to_json, validate, write_json};
use serde_json::Value;

use super::samples;

fn text(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

/// 2025-01-16, the day on which the service wrote the sample.
const SAMPLE_DAY: i64 = 1_737_000_000_000;
/// 2026-03-02 at 05:04:03, which is in the project's own fixtures.
const NOW: i64 = 1_772_427_843_000;

fn map(template: &str, input: &str, now: i64) -> String {
    let run = Run::new(now, 1, Limits::standard());
    let template = Jsonata.compile(template).unwrap();
    template.evaluate(input, &run).unwrap().unwrap()
}

/// The crate xslt tests the same way for the invoice in XML.
#[test]
fn an_invoice_becomes_the_x12_beside_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/mapping/outbound");
    let template = text(&folder, "invoice.jsonata");
    let document = map(&template, &text(&folder, "invoice.json"), NOW);
    let x12 = write_json(&document, &WriteOptions::standard()).unwrap();
    let made = String::from_utf8(x12.clone()).unwrap();
    assert_eq!(made, text(&folder, "invoice.edi"));
    let (validation, _) = validate(&x12, Strictness::Inferred, None);
    assert_eq!(validation.problems, []);
}

#[test]
fn a_payment_becomes_the_x12_that_the_service_wrote() {
    let Some(folder) = samples::folder("aws-835-outbound") else {
        return;
    };
    let template = text(&folder, "835-outbound-mapping.jsonata");
    let document = map(&template, &text(&folder, "835-input-data.json"), SAMPLE_DAY);
    let mut writing = WriteOptions::standard();
    writing.delimiters.component = b'|';
    let made = String::from_utf8(write_json(&document, &writing).unwrap()).unwrap();
    assert_eq!(
        made.trim_end(),
        text(&folder, "generated-835.x12").trim_end()
    );
}

/// The template was written for an older root, which is the first interchange.
#[test]
fn a_shipment_status_is_mapped() {
    let Some(folder) = samples::folder("aws-serverless-214") else {
        return;
    };
    let parsed = to_json(
        &fs::read(folder.join("sample-edi-214.edi")).unwrap(),
        Layout::Pretty,
    );
    let template = text(&folder, "mapping-template.jsonata");
    let mapped = map(&format!("interchanges.({template})"), &parsed.text, NOW);
    let mapped: Value = serde_json::from_str(&mapped).unwrap();
    let wanted: Value =
        serde_json::from_str(&text(&folder, "expected-output-from-readme.json")).unwrap();
    for (key, value) in wanted.as_object().unwrap() {
        assert_eq!(mapped.get(key), Some(value), "{key}");
    }
}
