//! A typical file for each guide of version 5010, which validates without a message.

use std::collections::BTreeSet;
use std::fs;

use b2bi_local_x12::{Problem, Strictness, Validation, Validator, read};

fn validation(input: &str) -> Validation {
    let validator = Validator::new(Strictness::Inferred, None).guided();
    let (validator, reading) = read(input.as_bytes(), validator);
    assert!(reading.fatal().is_none(), "{:?}", reading.fatal());
    validator.finish()
}

/// The examples by name, with the set and the guide that each names.
fn examples() -> Vec<(String, String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/x12/guides");
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let read = |path: std::path::PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let element = |id: &str, position: usize| {
            let line = text.lines().find(|line| line.starts_with(id)).unwrap();
            let line = line.trim_end_matches('~');
            line.split('*').nth(position).unwrap().to_owned()
        };
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let guide = format!("{} {}", element("ST*", 1), element("GS*", 8));
        (name, guide, text)
    };
    paths.map(read).collect()
}

#[test]
fn every_guide_has_an_example_without_a_message() {
    let examples = examples();
    let guides: BTreeSet<&str> = examples.iter().map(|(_, guide, _)| &**guide).collect();
    assert_eq!(guides.len(), 23, "{guides:?}");
    for (name, guide, text) in &examples {
        let found = validation(text);
        assert_eq!(found.report(), "", "{name} ({guide})");
        assert!(found.notes.is_empty(), "{name}: {:?}", found.notes);
    }
}

#[test]
fn no_example_is_another_under_a_second_guide() {
    let examples = examples();
    let bodies: BTreeSet<Vec<&str>> = examples
        .iter()
        .map(|(_, _, text)| text.lines().skip(3).collect())
        .collect();
    assert_eq!(bodies.len(), examples.len());
}

/// Whether the guide reports a segment that is left out.
fn demands(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    (3..lines.len() - 3).any(|left_out| {
        let mut rest = lines.clone();
        rest.remove(left_out);
        let found = validation(&rest.join("\n"));
        found.problems.iter().any(Problem::is_of_guide)
    })
}

#[test]
fn the_guide_of_every_example_is_in_force() {
    let lenient: BTreeSet<String> = examples()
        .into_iter()
        .filter(|(_, _, text)| !demands(text))
        .map(|(_, guide, _)| guide)
        .collect();
    // These have only the standard's facts.
    let known = ["275 005010X210", "275 005010X211"].map(str::to_owned);
    assert_eq!(lenient, BTreeSet::from(known));
}
