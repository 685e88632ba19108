//! Checks which crates a crate uses: only crates below it.

use super::File;

/// A crate, and those of this repository that its shipped code may use.
const ARROWS: &[(&str, &[&str])] = &[
    ("x12", &[]),
    ("x12-tables", &["x12"]),
    ("x12-arrow", &["x12-tables"]),
    ("faults", &[]),
    ("sigv4", &[]),
    ("dispatcher", &["sigv4"]),
    ("calibrate", &["x12"]),
    ("console", &[]),
    ("model", &[]),
    ("panics", &[]),
    ("persistence", &[]),
    ("template", &[]),
    ("objects", &["persistence", "panics", "sigv4"]),
    ("mapping", &["x12"]),
    ("infer", &["mapping", "x12"]),
    ("sandbox", &["mapping"]),
    ("xslt", &["mapping", "sandbox"]),
    (
        "b2bi",
        &[
            "model",
            "infer",
            "persistence",
            "mapping",
            "objects",
            "panics",
            "x12",
        ],
    ),
    ("registry", &["b2bi", "model", "objects", "persistence"]),
    ("stacks", &["b2bi", "persistence", "registry", "template"]),
    (
        "server",
        &[
            "b2bi",
            "calibrate",
            "console",
            "registry",
            "stacks",
            "template",
            "model",
            "dispatcher",
            "faults",
            "infer",
            "persistence",
            "mapping",
            "objects",
            "panics",
            "sandbox",
            "sigv4",
            "x12",
            "x12-tables",
            "xslt",
        ],
    ),
    ("testkit", &["server"]),
    (
        "fuzz",
        &[
            "b2bi",
            "model",
            "dispatcher",
            "faults",
            "persistence",
            "mapping",
            "objects",
            "sandbox",
            "server",
            "sigv4",
            "template",
            "x12",
            "xslt",
        ],
    ),
    ("xtask", &[]),
];

/// Crates that must not know HTTP, by the libraries that would teach it to them.
const WITHOUT_HTTP: &[&str] = &[
    "b2bi", "model", "faults", "infer", "mapping", "registry", "stacks", "template", "x12",
];
const HTTP: &[&str] = &["http", "http-body", "http-body-util", "hyper", "hyper-util"];

pub(super) fn check(files: &[File]) -> Vec<String> {
    files.iter().flat_map(manifest).collect()
}

fn manifest(file: &File) -> Vec<String> {
    let name = file
        .path
        .strip_prefix("crates/")
        .and_then(|rest| rest.strip_suffix("/Cargo.toml"));
    let Some(name) = name.filter(|name| !name.contains('/')) else {
        return Vec::new();
    };
    let Some((_, allowed)) = ARROWS.iter().find(|(item, _)| *item == name) else {
        return vec![format!(
            "{}: {name} is not in the table of arrows",
            file.path
        )];
    };
    dependencies(&file.text)
        .filter_map(|used| wrong(name, allowed, used))
        .map(|problem| format!("{}: {problem}", file.path))
        .collect()
}

fn dependencies(manifest: &str) -> impl Iterator<Item = &str> {
    manifest
        .lines()
        .skip_while(|line| *line != "[dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty())
}

fn wrong(name: &str, allowed: &[&str], used: &str) -> Option<String> {
    let ours = match used {
        "b2bi-local-model" => Some("model"),
        other => other.strip_prefix("b2bi-local-"),
    };
    if let Some(ours) = ours {
        return (!allowed.contains(&ours)).then(|| format!("{name} must not use {ours}"));
    }
    (WITHOUT_HTTP.contains(&name) && HTTP.contains(&used))
        .then(|| format!("{name} must not know HTTP, and {used} would teach it"))
}
