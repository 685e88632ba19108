//! The files and folders in the arguments of a command.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::error::CommandError;
use super::input::Kind;

/// Extensions of files that are read from a folder whatever their content.
const EXTENSIONS: [&str; 3] = ["edi", "x12", "txt"];
/// The number of bytes that are read to determine a file's contents.
const LOOKED_AT: u64 = 256;

/// Replaces each folder by the X12 files in it and in the folders below, by name.
///
/// X12 is what begins with ISA, or has one of the usual extensions.
///
/// # Errors
///
/// A folder cannot be read, or none of its files is X12.
pub(super) fn x12_files<'n>(
    names: impl Iterator<Item = &'n String>,
) -> Result<Vec<String>, CommandError> {
    let mut files = Vec::new();
    for name in names {
        if !Path::new(name).is_dir() {
            files.push(name.clone());
            continue;
        }
        let found: Vec<String> = files_below(Path::new(name))?
            .into_iter()
            .filter(|path| is_x12(path))
            .map(|path| path.display().to_string())
            .collect();
        if found.is_empty() {
            return Err(format!("{name} has no X12 file in it").into());
        }
        files.extend(found);
    }
    Ok(files)
}

/// The files in a folder and the folders below it, in the order of their names, but hidden ones.
///
/// # Errors
///
/// A folder cannot be read.
pub(super) fn files_below(folder: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let failed = |error| CommandError::read(&folder.display().to_string(), error);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            paths.push((entry.path(), entry.file_type().map_err(failed)?.is_dir()));
        }
    }
    paths.sort();
    let mut files = Vec::new();
    for (path, is_folder) in paths {
        if is_folder {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

fn is_x12(path: &Path) -> bool {
    let extension = path.extension().map(OsStr::to_ascii_lowercase);
    let is_usual = |usual: &str| extension.as_deref().is_some_and(|text| *text == *usual);
    EXTENSIONS.iter().any(|usual| is_usual(usual)) || begins_as_x12(path)
}

fn begins_as_x12(path: &Path) -> bool {
    use std::io::Read as _;
    let mut beginning = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(LOOKED_AT).read_to_end(&mut beginning))
        .is_ok_and(|_| Kind::of(&beginning) == Kind::X12)
}
