//! Real mappings that ran on the service, where they are at hand.

use std::fs;
use std::path::Path;

use b2bi_local_mapping::{Engine, Jsonata, Limits, Run};
use b2bi_local_x12::{Layout, Writing, to_json, write_json};
use serde_json::Value;

use super::samples;

fn text(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

fn map(template: &str, input: &str) -> String {
    // 2025-01-16, the day on which the service wrote the sample.
    let run = Run::new(1_737_000_000_000, 1, Limits::standard());
    let template = Jsonata.compile(template).unwrap();
    template.evaluate(input, &run).unwrap().unwrap()
}

#[test]
fn a_payment_becomes_the_x12_that_the_service_wrote() {
    let Some(folder) = samples::folder("aws-835-outbound") else {
        return;
    };
    let template = text(&folder, "835-outbound-mapping.jsonata");
    let document = map(&template, &text(&folder, "835-input-data.json"));
    let mut writing = Writing::standard();
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
    let mapped = map(&format!("interchanges.({template})"), &parsed.text);
    let mapped: Value = serde_json::from_str(&mapped).unwrap();
    let wanted: Value =
        serde_json::from_str(&text(&folder, "expected-output-from-readme.json")).unwrap();
    for (key, value) in wanted.as_object().unwrap() {
        assert_eq!(mapped.get(key), Some(value), "{key}");
    }
}
