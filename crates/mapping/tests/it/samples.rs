//! Real templates and the language's own cases, where they are at hand.
//!
//! The folder is named by `B2BI_LOCAL_SAMPLES`; without it there is nothing to check.

use std::path::PathBuf;

pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("B2BI_LOCAL_SAMPLES")?).join(name);
    Some(folder).filter(|folder| folder.is_dir())
}
