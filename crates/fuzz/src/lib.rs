//! What fuzz targets share: generators of hostile inputs, a server, and workers.

pub mod edit;
pub mod jsonata;
#[cfg(feature = "server")]
pub mod server;
pub mod workers;
pub mod xslt;

use libfuzzer_sys::arbitrary::{Result, Unstructured};

/// One of several texts.
fn one_of<'t>(u: &mut Unstructured<'_>, texts: &[&'t str]) -> Result<&'t str> {
    u.choose(texts).copied()
}

/// Up to `most` pieces with a separator between them.
fn several(
    u: &mut Unstructured<'_>,
    most: usize,
    separator: &str,
    mut piece: impl FnMut(&mut Unstructured<'_>) -> Result<String>,
) -> Result<String> {
    let count = u.int_in_range(0..=most)?;
    let pieces: Result<Vec<String>> = (0..count).map(|_| piece(u)).collect();
    Ok(pieces?.join(separator))
}
