//! The facts folder in memory: rows of columns, by file.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::corrections::corrected;

/// The versions, in the order of the bits of a mask.
pub(crate) const VERSIONS: [&str; 5] = ["4010", "4030", "4050", "4060", "5010"];

pub(crate) type Row = Vec<String>;

/// Every file of the folder, read when asked for.
pub(crate) struct Facts {
    folder: PathBuf,
    names: Vec<Row>,
}

impl Facts {
    pub(crate) fn load(folder: &Path) -> anyhow::Result<Self> {
        let names = rows(folder, "loop-names.tsv")?;
        Ok(Self {
            folder: folder.to_path_buf(),
            names,
        })
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The corrected text of a file.
    pub(crate) fn text(&self, file: &str) -> anyhow::Result<String> {
        text(&self.folder, file)
    }

    /// The rows of `{version}.{kind}.tsv` for every version.
    pub(crate) fn of_versions(&self, kind: &str) -> anyhow::Result<Vec<Vec<Row>>> {
        VERSIONS
            .iter()
            .map(|version| rows(&self.folder, &format!("{version}.{kind}.tsv")))
            .collect()
    }

    /// The loop names: set, version, path, name, grade, condition.
    pub(crate) fn loop_names(&self) -> &[Row] {
        &self.names
    }

    /// The grade of the default name of each loop, by set, version and path.
    pub(crate) fn grades(&self) -> BTreeMap<(String, String, String), char> {
        let key = |row: &Row| {
            Some((
                row.first()?.clone(),
                row.get(1)?.clone(),
                row.get(2)?.clone(),
            ))
        };
        let default = |row: &&Row| row.get(5).is_none_or(String::is_empty);
        self.names
            .iter()
            .filter(default)
            .filter_map(|row| Some((key(row)?, row.get(4)?.chars().next()?)))
            .collect()
    }
}

fn rows(folder: &Path, file: &str) -> anyhow::Result<Vec<Row>> {
    Ok(text(folder, file)?
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect())
}

fn text(folder: &Path, file: &str) -> anyhow::Result<String> {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    corrected(file, text)
}
