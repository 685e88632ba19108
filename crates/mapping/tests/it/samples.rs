//! Real templates and the language's own cases, where they are at hand.
//!
//! The folder is named by `B2BI_LOCAL_SAMPLES` or lies beside the checkout; without it there is
//! nothing to check.

use std::path::PathBuf;

pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/samples");
    let named = std::env::var_os("B2BI_LOCAL_SAMPLES").map(PathBuf::from);
    let folder = named.unwrap_or(beside.into()).join(name);
    Some(folder).filter(|folder| folder.is_dir())
}
