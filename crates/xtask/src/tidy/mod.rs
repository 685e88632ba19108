//! The house rules of `crates/README.md`, as a program.

mod arrows;
mod assumptions;
mod causes;
mod errors;
mod exports;
mod functions;
mod metaphors;
mod readmes;
mod rooms;
mod words;

use std::fs;

use anyhow::bail;

use crate::Outcome;
use crate::repository::{output_of, root};

/// The maximum number of lines of a file that people write.
const LINES: usize = 500;

/// A file of the repository.
struct File {
    path: String,
    text: String,
}

impl File {
    /// Whether a generator wrote it.
    fn is_generated(&self) -> bool {
        ["/generated/", "/console/dist/"]
            .iter()
            .any(|folder| self.path.contains(folder))
    }

    /// The crate whose shipped source it belongs to; `None` for tests, examples and other files.
    fn source_of(&self) -> Option<&str> {
        let (krate, rest) = self.path.strip_prefix("crates/")?.split_once('/')?;
        (rest.starts_with("src/") && rest.ends_with(".rs")).then_some(krate)
    }
}

/// A house rule: what in these files breaks it.
type Check = fn(&[File]) -> Vec<String>;

/// Checks every file that git tracks or would track.
pub fn run(_arguments: &[String]) -> Outcome {
    let files = files()?;
    let checks: &[Check] = &[
        lengths,
        marks,
        operations,
        crates_described,
        arrows::check,
        assumptions::check,
        causes::check,
        errors::check,
        exports::check,
        functions::check,
        metaphors::check,
        readmes::check,
        rooms::check,
        words::check,
    ];
    let problems: Vec<String> = checks.iter().flat_map(|check| check(&files)).collect();
    if problems.is_empty() {
        println!("{} files are tidy", files.len());
        return Ok(());
    }
    bail!("house rules are broken:\n{}", problems.join("\n"))
}

fn files() -> anyhow::Result<Vec<File>> {
    let listing = output_of(
        "git",
        &["ls-files", "--cached", "--others", "--exclude-standard"],
    )?;
    let readable = |path: &str| {
        let text = fs::read_to_string(root().join(path)).ok()?;
        Some(File {
            path: path.to_owned(),
            text,
        })
    };
    Ok(listing.lines().filter_map(readable).collect())
}

fn is_code(file: &File) -> bool {
    let ours = ["crates/", "python/", "scripts/", ".ci/"];
    ours.iter().any(|our| file.path.starts_with(our)) && !file.is_generated()
}

fn lengths(files: &[File]) -> Vec<String> {
    let long = |file: &&File| file.text.lines().count() > LINES;
    let code = |file: &&File| file.path.ends_with(".rs") || file.path.ends_with(".py");
    files
        .iter()
        .filter(|file| is_code(file))
        .filter(code)
        .filter(long)
        .map(|file| format!("{}: longer than {LINES} lines; split it", file.path))
        .collect()
}

fn marks(files: &[File]) -> Vec<String> {
    // Written in two halves, so that this file does not find itself.
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("X", "XX"),
        concat!("todo", "!"),
    ];
    let marked = |file: &&File| marks.iter().any(|mark| file.text.contains(mark));
    files
        .iter()
        .filter(|file| is_code(file))
        .filter(marked)
        .map(|file| format!("{}: has a left-over mark ({})", file.path, marks.join(", ")))
        .collect()
}

/// One operation, one file.
fn operations(files: &[File]) -> Vec<String> {
    let table = "crates/model/src/generated/operations.rs";
    let Some(model) = files.iter().find(|file| file.path == table) else {
        return vec![format!("{table}: missing")];
    };
    let named = model.text.lines().filter_map(|line| {
        let name = line.trim().strip_prefix("name: \"")?.split('"').next()?;
        (!name.ends_with("Exception")).then_some(name)
    });
    named
        .map(|name| {
            format!(
                "crates/b2bi/src/resources/operations/{}.rs",
                crate::codegen::snake(name)
            )
        })
        .filter(|path| !files.iter().any(|file| file.path == *path))
        .map(|path| format!("{path}: missing; every operation has its own file"))
        .collect()
}

fn crates_described(files: &[File]) -> Vec<String> {
    let architecture = files.iter().find(|file| file.path == "crates/README.md");
    let text = architecture
        .map(|architecture| architecture.text.as_str())
        .unwrap_or_default();
    let manifest = |path: &str| {
        let name = path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml")?;
        (!name.contains('/')).then(|| name.to_owned())
    };
    files
        .iter()
        .filter_map(|file| manifest(&file.path))
        .filter(|name| !text.contains(&format!("**{name}**")))
        .map(|name| format!("crates/README.md: has no paragraph on **{name}**"))
        .collect()
}
