//! Mapping by example: pairs of each kind of mapping, scored on an input that the search did not
//! get.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::tasks::{README, Score, folders, score};

/// The folder with the pairs, in one folder for each kind.
const KINDS: &str = "../../fixtures/mapping/kinds";
/// The minimum number of right results on the unseen input.
const RIGHT: usize = 275;

fn kinds() -> BTreeMap<String, Vec<Score>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(KINDS);
    let of_kind = |kind: &Path| folders(kind).iter().map(|task| score(task)).collect();
    folders(&folder)
        .iter()
        .map(|kind| {
            let name = kind.file_name().unwrap().to_string_lossy().into_owned();
            (name, of_kind(kind))
        })
        .collect()
}

fn table(kinds: &BTreeMap<String, Vec<Score>>) -> String {
    let mut table = "| kind | pairs | right | wrong |\n| --- | --- | --- | --- |\n".to_owned();
    for (kind, scores) in kinds {
        let right = scores.iter().filter(|score| score.unseen).count();
        let wrong = scores.iter().filter(|score| !score.unseen);
        let wrong: Vec<&str> = wrong.map(|score| score.name.as_str()).collect();
        let (pairs, wrong) = (scores.len(), wrong.join(", "));
        writeln!(table, "| {kind} | {pairs} | {right} | {wrong} |").unwrap();
    }
    table
}

#[test]
fn the_kinds_score_as_the_readme_says() {
    let kinds = kinds();
    let right = kinds
        .values()
        .flatten()
        .filter(|score| score.unseen)
        .count();
    let table = table(&kinds);
    for score in kinds.values().flatten() {
        let (name, unmarked) = (&score.name, &score.unmarked);
        assert!(
            unmarked.is_empty(),
            "{name} is wrong without a comment: {unmarked:?}"
        );
    }
    assert!(right >= RIGHT, "{right} are right\n{table}");
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(README)).unwrap();
    assert!(
        readme.contains(&table),
        "the table in {README} must be\n\n{table}"
    );
}
