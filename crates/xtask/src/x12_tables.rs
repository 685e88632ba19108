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
use std::path::Path;

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

/// Writes the tables from `--from DIR`, or with `--check` only reports whether they are up to date.
///
/// `--unpack DIR` writes the tables as text files, and `--pack DIR` reads such files back, for changes
/// without the folder of facts.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let tables = Path::new(FOLDER);
    if let Some(folder) = value_of(arguments, "--unpack") {
        return unpack(tables, Path::new(&folder));
    }
    if let Some(folder) = value_of(arguments, "--pack") {
        return pack(Path::new(&folder), tables);
    }
    let from = value_of(arguments, "--from");
    let from = from.context("name a folder: --from DIR, --unpack DIR or --pack DIR")?;
    let facts = Facts::load(Path::new(&from))?;
    let check = arguments.iter().any(|argument| argument == "--check");
    for (name, compile) in TABLES {
        let compressed = compressed(&compile(&facts)?);
        let path = tables.join(name);
        if check {
            compare(&path, &compressed)?;
        } else {
            write(&path, &compressed)?;
        }
    }
    Ok(())
}

fn compressed(text: &str) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec(text.as_bytes(), LEVEL)
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    fs::write(path, bytes).with_context(|| path.display().to_string())
}

/// Writes each table as a text file.
fn unpack(tables: &Path, folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    for (name, _) in TABLES {
        let path = tables.join(name);
        let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
        let Ok(text) = miniz_oxide::inflate::decompress_to_vec(&bytes) else {
            bail!("{} is damaged", path.display());
        };
        write(&folder.join(name).with_extension("tsv"), &text)?;
    }
    Ok(())
}

/// Makes the tables from text files.
fn pack(folder: &Path, tables: &Path) -> anyhow::Result<()> {
    for (name, _) in TABLES {
        let path = folder.join(name).with_extension("tsv");
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        write(&tables.join(name), &compressed(&text))?;
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{FOLDER, TABLES, pack, unpack};
    use crate::repository::root;

    #[test]
    fn tables_that_are_unpacked_and_packed_are_the_same() {
        let tables = root().join(FOLDER);
        let folder = std::env::temp_dir().join(format!("x12-tables-{}", std::process::id()));
        let read = |folder: &Path| -> Vec<Vec<u8>> {
            let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
            TABLES.iter().map(|(name, _)| read(name)).collect()
        };
        unpack(&tables, &folder).unwrap();
        pack(&folder, &folder).unwrap();
        assert!(read(&folder) == read(&tables));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
