//! Real inputs with known documents, if they are available.
//!
//! `B2BI_LOCAL_SAMPLES` names the folder; without it there is nothing to check.

use std::fs;
use std::path::PathBuf;

use b2bi_local_x12::{Layout, to_json};
use serde_json::Value;

pub(crate) fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("B2BI_LOCAL_SAMPLES")?);
    Some(folder).filter(|folder| folder.is_dir())
}

/// The samples name the loops of a claim by the set, whatever its guide (assumption A-162).
fn of_any_guide(key: String) -> String {
    let loops = ["NM1-2310", "NM1-2330", "NM1-2420"];
    let named = loops.into_iter().find(|name| key.starts_with(name));
    named.map_or(key, |name| format!("{name}_loop"))
}

/// A composite with a single component may be a plain string in the samples.
fn normalised(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(normalised).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(key, value)| {
                let only = value.as_object().filter(|parts| parts.len() == 1);
                let first = only.and_then(|parts| parts.get(&format!("{key}_01")));
                let value = first.cloned().unwrap_or(value);
                (of_any_guide(key), normalised(value))
            })
            .collect(),
        other => other,
    }
}

fn check(edi: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
    let wanted = fs::read_to_string(edi.with_extension("json")).unwrap();
    let made = to_json(&fs::read(edi).unwrap(), Layout::Pretty);
    let value = |text: &str| serde_json::from_str(text).map(normalised);
    let (made, wanted) = (value(&made.text)?.to_string(), value(&wanted)?.to_string());
    if made == wanted {
        return Ok(());
    }
    let at = made
        .bytes()
        .zip(wanted.bytes())
        .position(|(a, b)| a != b)
        .unwrap_or(0);
    let from = at.saturating_sub(60);
    let near = |text: &str| text.chars().skip(from).take(160).collect::<String>();
    Err(format!(
        "{}:\n made   {}\n wanted {}",
        edi.display(),
        near(&made),
        near(&wanted)
    )
    .into())
}

/// The samples that have a document; empty if the folder is not available.
pub(crate) fn inputs() -> Vec<PathBuf> {
    let parts = folder()
        .into_iter()
        .flat_map(|folder| ["engine", "x12"].map(|part| folder.join(part)));
    let entries = parts.flat_map(|part| fs::read_dir(part).unwrap());
    let paths = entries.map(|entry| entry.unwrap().path());
    let is_input = |path: &PathBuf| {
        path.extension().is_some_and(|extension| extension == "edi")
            && path.with_extension("json").exists()
    };
    paths.filter(is_input).collect()
}

#[test]
fn every_sample_gives_its_document() {
    let inputs = inputs();
    let failures: Vec<String> = inputs
        .iter()
        .filter_map(|path| Some(check(path).err()?.to_string()))
        .collect();
    assert!(
        failures.is_empty(),
        "{} differ\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(inputs.is_empty() || inputs.len() == 40);
}

#[test]
fn the_layout_is_that_of_the_samples() {
    let Some(folder) = folder() else { return };
    let input = fs::read(folder.join("engine/850-4010.edi")).unwrap();
    let wanted = fs::read_to_string(folder.join("engine/850-4010.json")).unwrap();
    assert_eq!(to_json(&input, Layout::Pretty).text, wanted);
}
