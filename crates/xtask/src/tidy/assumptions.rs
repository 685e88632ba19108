//! Checks that every assumption that the code names is in the list.

use std::collections::BTreeSet;

use super::File;

const LIST: &str = "fixtures/ASSUMPTIONS.md";

pub(super) fn check(files: &[File]) -> Vec<String> {
    let Some(list) = files.iter().find(|file| file.path == LIST) else {
        return vec![format!("{LIST}: missing")];
    };
    let mut listed = BTreeSet::new();
    let mut problems = Vec::new();
    for number in list
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("| A-")?.split(' ').next())
    {
        if !listed.insert(number) {
            problems.push(format!("{LIST}: A-{number} stands there twice"));
        }
    }
    for file in files.iter().filter(|file| file.path != LIST) {
        for number in named(&file.text) {
            if !listed.contains(number) {
                problems.push(format!(
                    "{}: names A-{number}, which is not in {LIST}",
                    file.path
                ));
            }
        }
    }
    problems
}

fn named(text: &str) -> impl Iterator<Item = &str> {
    text.split(concat!("Assumption ", "A-"))
        .skip(1)
        .map(|rest| {
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            &rest[..end]
        })
}
