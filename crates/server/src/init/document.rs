//! The files of the folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::InitError;
use crate::traffic::INITIAL_FACTS;

/// One file: account, region, buckets and resources.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    /// The account; the configured one by default.
    pub(super) account: Option<String>,
    /// The region; the configured one by default.
    pub(super) region: Option<String>,
    /// Buckets by name.
    #[serde(default)]
    pub(super) buckets: BTreeMap<String, Bucket>,
    #[serde(default)]
    profiles: Vec<Map<String, Value>>,
    #[serde(default)]
    transformers: Vec<Map<String, Value>>,
    #[serde(default)]
    capabilities: Vec<Map<String, Value>>,
    #[serde(default)]
    partnerships: Vec<Map<String, Value>>,
}

/// The contents of a bucket.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Bucket {
    /// A folder whose files become objects, keyed by their paths in it.
    pub(super) folder: Option<PathBuf>,
    /// Objects by key.
    pub(super) objects: BTreeMap<String, Content>,
}

/// The contents of an object or a long text.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Content {
    /// The text itself.
    Text(String),
    /// The contents of a file.
    File {
        /// The file's path in the folder.
        file: PathBuf,
    },
}

impl Document {
    /// The resources of a kind, by the kind's key in the file.
    pub(super) fn resources(&self, key: &str) -> &[Map<String, Value>] {
        match key {
            "profiles" => &self.profiles,
            "transformers" => &self.transformers,
            "capabilities" => &self.capabilities,
            "partnerships" => &self.partnerships,
            _ => &[],
        }
    }
}

/// Every YAML and JSON file of a folder, sorted by name; texts in separate files are inserted.
///
/// # Errors
///
/// The folder or a file cannot be read, or a file has invalid contents.
pub(super) fn read(folder: &Path) -> Result<Vec<Document>, InitError> {
    let listed = fs::read_dir(folder).map_err(InitError::Folder)?;
    let mut paths = Vec::new();
    for entry in listed {
        let path = entry?.path();
        // It is read with the settings.
        if path.file_name().is_some_and(|name| name == INITIAL_FACTS) {
            continue;
        }
        let ending = path.extension().and_then(|extension| extension.to_str());
        if path.is_file() && matches!(ending, Some("yaml" | "yml" | "json")) {
            paths.push(path);
        }
    }
    paths.sort();
    paths.iter().map(|path| document(folder, path)).collect()
}

fn document(folder: &Path, path: &Path) -> Result<Document, InitError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    read_document(folder, path).map_err(|error| error.at(name))
}

fn read_document(folder: &Path, path: &Path) -> Result<Document, InitError> {
    let text = fs::read_to_string(path)?;
    let is_json = path
        .extension()
        .is_some_and(|extension| extension == "json");
    let mut document: Document = if is_json {
        serde_json::from_str(&text)?
    } else {
        serde_saphyr::from_str(&text)?
    };
    let lists = [
        &mut document.profiles,
        &mut document.transformers,
        &mut document.capabilities,
        &mut document.partnerships,
    ];
    for member in lists.into_iter().flatten().flat_map(Map::values_mut) {
        fill(folder, member)?;
    }
    Ok(document)
}

/// Replaces `{file: PATH}` with the text of that file.
fn fill(folder: &Path, value: &mut Value) -> Result<(), InitError> {
    let named = value.get("file").and_then(Value::as_str);
    if let (Some(path), Some(1)) = (named, value.as_object().map(Map::len)) {
        let text = fs::read_to_string(folder.join(path));
        *value = Value::String(text.map_err(|error| InitError::from(error).at(path))?);
        return Ok(());
    }
    match value {
        Value::Object(members) => members
            .values_mut()
            .try_for_each(|value| fill(folder, value)),
        Value::Array(items) => items.iter_mut().try_for_each(|item| fill(folder, item)),
        _ => Ok(()),
    }
}
