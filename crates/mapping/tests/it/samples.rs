//! Real templates and the language's own cases, if they are available.
//!
//! `B2BI_LOCAL_SAMPLES` names the folder; without it there is nothing to check.

use std::path::PathBuf;

pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("B2BI_LOCAL_SAMPLES")?).join(name);
    Some(folder).filter(|folder| folder.is_dir())
}
