//! Compiles a folder of facts about X12 into the tables that the `x12` crate embeds.
//!
//! A table is lines of tab-separated text, sorted by key, deflated as one stream. Rows that several
//! versions share appear once, with a mask of the versions as their second column.

mod bounded;
mod corrections;
mod facts;
mod grades;
mod guides;
mod merge;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use facts::Facts;

const FOLDER: &str = "crates/x12/tables";
const LEVEL: u8 = 10;

type Table = (&'static str, fn(&Facts) -> anyhow::Result<String>);

const TABLES: &[Table] = &[
    ("sets.z", merge::sets),
    ("names.z", merge::names),
    ("dictionary.z", merge::dictionary),
    ("codes.z", merge::codes),
    ("guides.z", guides::guides),
];

/// Writes the tables from `--from DIR`, or with `--check` only says whether they are up to date.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let from = value_of(arguments, "--from").context("say where the facts are: --from DIR")?;
    let facts = Facts::load(Path::new(&from))?;
    let check = arguments.iter().any(|argument| argument == "--check");
    for (name, compile) in TABLES {
        let compressed = miniz_oxide::deflate::compress_to_vec(compile(&facts)?.as_bytes(), LEVEL);
        let path = PathBuf::from(FOLDER).join(name);
        if check {
            compare(&path, &compressed)?;
        } else {
            fs::write(&path, &compressed).with_context(|| path.display().to_string())?;
        }
    }
    Ok(())
}

fn compare(path: &Path, wanted: &[u8]) -> anyhow::Result<()> {
    let found = fs::read(path).with_context(|| path.display().to_string())?;
    if found == wanted {
        return Ok(());
    }
    bail!("{} does not match the facts", path.display())
}

fn value_of(arguments: &[String], flag: &str) -> Option<String> {
    let at = arguments.iter().position(|argument| argument == flag)?;
    arguments.get(at + 1).cloned()
}
