//! Only what is used outside of a crate is public in it.

use std::collections::{BTreeMap, BTreeSet};

use super::File;

/// Crates whose public items are for users, or for nobody.
const EXEMPT: &[&str] = &["testkit", "xtask", "fuzz"];

pub(super) fn check(files: &[File]) -> Vec<String> {
    let is_text = |file: &&File| file.path.ends_with(".rs") || file.path.ends_with(".md");
    let words: BTreeMap<&str, BTreeSet<&str>> = files
        .iter()
        .filter(is_text)
        .map(|file| (file.path.as_str(), words(&file.text).collect()))
        .collect();
    let mut problems = Vec::new();
    for file in files.iter().filter(|file| !file.is_generated()) {
        let Some(krate) = file.source_of().filter(|krate| !EXEMPT.contains(krate)) else {
            continue;
        };
        let sources = format!("crates/{krate}/src/");
        let outside = || words.iter().filter(|(path, _)| !path.starts_with(&sources));
        for name in public(&file.text) {
            let exported = alias(files, krate, name).unwrap_or(name);
            if !outside().any(|(_, words)| words.contains(exported)) {
                let path = &file.path;
                problems.push(format!("{path}: {name} is public and used only in {krate}"));
            }
        }
    }
    problems
}

/// The names of public functions and constants.
fn public(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let mut rest = line.trim_start().strip_prefix("pub ")?;
        let is_constant = ["const ", "static "]
            .iter()
            .any(|kind| rest.starts_with(kind));
        for word in ["const ", "static ", "async ", "unsafe "] {
            rest = rest.strip_prefix(word).unwrap_or(rest);
        }
        match rest.strip_prefix("fn ") {
            Some(function) => words(function).next(),
            None => is_constant.then(|| words(rest).next()).flatten(),
        }
    })
}

/// The name under which the root of a crate exports an item, if it is another one.
fn alias<'a>(files: &'a [File], krate: &str, name: &str) -> Option<&'a str> {
    let root = format!("crates/{krate}/src/lib.rs");
    let root = files.iter().find(|file| file.path == root)?;
    let (_, after) = root.text.split_once(&format!(" {name} as "))?;
    words(after).next()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.split(move |c| !is_part(c))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::File;

    #[test]
    fn items_that_nothing_outside_uses_are_found() {
        let check = |source: &str, root: &str, other: &str, expected: &[&str]| {
            let file = |path: &str, text: &str| File {
                path: path.to_owned(),
                text: text.to_owned(),
            };
            let files = [
                file("crates/a/src/b.rs", source),
                file("crates/a/src/lib.rs", root),
                file("crates/c/src/lib.rs", other),
            ];
            assert_eq!(check(&files), expected, "{source}");
        };
        let lost = "crates/a/src/b.rs: f is public and used only in a";
        check("pub fn f() {}", "pub use b::f;", "a::f()", &[]);
        check("pub fn f() {}", "pub use b::f;", "a::ff()", &[lost]);
        check("    pub async fn f(&self) {}", "", "", &[lost]);
        check("pub const f: u8 = 1;", "", "", &[lost]);
        check("pub const fn f() {}", "", "f", &[]);
        check("pub fn f() {}", "pub use b::{e, f as g};", "g", &[]);
        check("pub(crate) fn f() {}\npub struct S;", "", "", &[]);
    }
}
