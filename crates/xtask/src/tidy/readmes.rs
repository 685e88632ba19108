//! Checks the READMEs: their length, their parts, and that the walks lead to existing files and items.

use super::File;

/// The lines of the README of a crate.
const CRATE_LINES: std::ops::RangeInclusive<usize> = 10..=40;
/// The maximum number of lines of the repository's README.
const MOST_LINES: usize = 150;
const ARCHITECTURE: &str = "crates/README.md";
const WALKS: &str = "## Four walks through the code";
/// The maximum number of stops of a walk.
const MOST_STOPS: usize = 15;

pub(super) fn check(files: &[File]) -> Vec<String> {
    let mut problems = Vec::new();
    for file in files {
        let readme = file.path.strip_suffix("/Cargo.toml").filter(is_crate);
        if let Some(folder) = readme {
            problems.extend(of_crate(files, folder));
        }
        let lines = file.text.lines().count();
        if file.path == "README.md" && lines > MOST_LINES {
            problems.push(format!(
                "README.md: has {lines} lines, {MOST_LINES} at most"
            ));
        }
        if file.path == ARCHITECTURE {
            problems.extend(of_walks(files, &file.text));
        }
    }
    problems
}

fn is_crate(folder: &&str) -> bool {
    let name = folder.strip_prefix("crates/");
    name.is_some_and(|name| !name.contains('/'))
}

fn of_crate(files: &[File], folder: &str) -> Vec<String> {
    let path = format!("{folder}/README.md");
    let Some(readme) = files.iter().find(|file| file.path == path) else {
        return vec![format!("{path}: missing; every crate has one")];
    };
    let mut problems = Vec::new();
    let lines = readme.text.lines().count();
    if !CRATE_LINES.contains(&lines) {
        let (least, most) = CRATE_LINES.into_inner();
        problems.push(format!("{path}: has {lines} lines, not {least} to {most}"));
    }
    for (part, sign) in [("example", "\n```"), ("section of invariants", "nvariants")] {
        if !readme.text.contains(sign) {
            problems.push(format!("{path}: has no {part}"));
        }
    }
    problems
}

fn of_walks(files: &[File], text: &str) -> Vec<String> {
    let walks = text.split(WALKS).nth(1).unwrap_or_default();
    let walks = walks.split("\n## ").next().unwrap_or_default();
    let mut problems = Vec::new();
    for walk in walks.split("\n### ").skip(1) {
        let name = walk.lines().next().unwrap_or_default();
        let is_stop = |line: &&str| line.split_once(". ").is_some_and(|(at, _)| is_number(at));
        let stops = walk.lines().filter(is_stop).count();
        if !(1..=MOST_STOPS).contains(&stops) {
            problems.push(format!(
                "{ARCHITECTURE}: the walk '{name}' has {stops} stops, {MOST_STOPS} at most"
            ));
        }
        let parts: Vec<&str> = walk.split('`').collect();
        let lost = (1..parts.len()).step_by(2).filter_map(|at| {
            let name = *parts.get(at)?;
            (!is_there(files, name, file_before(&parts, at))).then_some(name)
        });
        problems
            .extend(lost.map(|lost| format!("{ARCHITECTURE}: '{lost}' in '{name}' is not there")));
    }
    problems
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The file that is named right before a name: the item must be in it.
fn file_before<'a>(parts: &[&'a str], at: usize) -> Option<&'a str> {
    let between = parts.get(at.checked_sub(1)?)?;
    let before = parts.get(at.checked_sub(2)?)?;
    (between.trim().is_empty() && before.ends_with(".rs")).then_some(before)
}

/// Whether a path or the name of an item leads somewhere.
fn is_there(files: &[File], name: &str, file: Option<&str>) -> bool {
    let within =
        |source: &&File| file.is_none_or(|file| source.path.ends_with(&format!("/{file}")));
    let sources = files.iter().filter(|file| file.path.starts_with("crates/"));
    let mut sources = sources.filter(within);
    if name.contains('/') || name.ends_with(".rs") {
        let within = format!("/{name}");
        return sources.any(|file| {
            file.path.ends_with(&within) || name.ends_with('/') && file.path.contains(&within)
        });
    }
    let item = name.rsplit("::").next().unwrap_or(name);
    sources.any(|file| {
        file.path == format!("crates/{item}/Cargo.toml")
            || file.path.ends_with(".rs") && declares(&file.text, item)
    })
}

fn declares(text: &str, item: &str) -> bool {
    ["fn", "struct", "enum", "trait", "type", "static", "const"]
        .iter()
        .any(|kind| {
            let declaration = format!("{kind} {item}");
            text.match_indices(&declaration).any(|(at, _)| {
                let after = text.get(at + declaration.len()..).unwrap_or_default();
                !after.starts_with(|c: char| c.is_alphanumeric() || c == '_')
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn walks_lead_to_files_and_items() {
        let check = |stops: &str, expected: &[&str]| {
            let files = [
                file("crates/a/Cargo.toml", ""),
                file("crates/a/src/b/c.rs", "pub fn go(a: u8) {}\nstruct Place;"),
                file("crates/a/src/b/e.rs", "fn there() {}"),
            ];
            let walks = format!("{WALKS}\n\n### A walk\n\n{stops}\n\n## Words\n\n`lost`");
            assert_eq!(of_walks(&files, &walks), expected, "{stops}");
        };
        check(
            "1. `a/src/b/c.rs` `go`, `Place::go` of `a`.\n2. `b/` and `c.rs`.",
            &[],
        );
        check(
            "1. `b/d.rs`.",
            &["crates/README.md: 'b/d.rs' in 'A walk' is not there"],
        );
        check("1. `b/e.rs` calls `go`.", &[]);
        check(
            "1. `b/e.rs` `go`.",
            &["crates/README.md: 'go' in 'A walk' is not there"],
        );
        check(
            "1. `goes`.",
            &["crates/README.md: 'goes' in 'A walk' is not there"],
        );
        check(
            "",
            &["crates/README.md: the walk 'A walk' has 0 stops, 15 at most"],
        );
        let long = "1. on\n".repeat(16);
        check(
            &long,
            &["crates/README.md: the walk 'A walk' has 16 stops, 15 at most"],
        );
    }

    #[test]
    fn readmes_have_an_example_and_invariants() {
        let check = |text: &str, expected: usize| {
            let files = [
                file("crates/a/Cargo.toml", ""),
                file("crates/a/README.md", text),
            ];
            assert_eq!(super::check(&files).len(), expected, "{text}");
        };
        let lines = "\n".repeat(9);
        check(&format!("## Invariants\n```{lines}"), 0);
        check(&format!("## Invariants{lines}\n"), 1);
        check("# a", 3);
    }
}
