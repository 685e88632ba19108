//! The standard's tables: the sets of a version, the segments and loops of a set, and the elements
//! of a segment.
//!
//! The tables are embedded in compressed form and unpacked on first use. A set's table is built
//! when the first transaction of that set occurs.

mod build;
mod codes;
mod expression;
mod guide_names;
mod guides;
mod index;
mod names;
mod notes;
mod segments;
mod set;
mod version;

pub(crate) use codes::{CodeList, codes};
pub(crate) use guide_names::set_of_guide;
pub use guides::guides;
pub(crate) use guides::{ElementUse, Guide, Qualifier, Usage, Use, guide, guide_name};
pub use names::{LoopNames, LoopNamesError};
pub use notes::{Note, Relation};
pub use segments::ElementType;
pub(crate) use segments::{Cell, Definition, Dictionary, Simple};
pub use set::{Item, Loop, Member, Set};
pub(crate) use set::{Letter, Slot};
pub use version::Version;

use std::sync::{Arc, OnceLock};

/// Whether `version` has the transaction set `set`, such as `850`.
#[must_use]
pub fn has_set(version: Version, set: &str) -> bool {
    version::row(version, set).is_some()
}

/// The identifiers of the transaction sets of `version`, in order.
pub fn sets(version: Version) -> impl Iterator<Item = &'static str> {
    version::rows(version).iter().map(|entry| entry.row.set)
}

/// The table of a transaction set, if the version has it. The first set of a version with
/// functional groups of this type.
pub(crate) fn set_of_group(version: Version, kind: &str) -> Option<&'static str> {
    let mut rows = version::rows(version).iter();
    let found = rows.find(|entry| entry.row.group == kind)?;
    Some(found.row.set)
}

pub(crate) fn set(version: Version, set: &str) -> Option<Arc<Set>> {
    let entry = version::row(version, set)?;
    let table = entry
        .table
        .get_or_init(|| Arc::new(Set::build(version, &entry.row)));
    Some(Arc::clone(table))
}

/// The lines of an embedded table, unpacked once.
pub(crate) struct Embedded {
    deflated: &'static [u8],
    text: OnceLock<String>,
}

impl Embedded {
    pub(crate) const fn new(deflated: &'static [u8]) -> Self {
        Self {
            deflated,
            text: OnceLock::new(),
        }
    }

    pub(crate) fn lines(&'static self) -> impl Iterator<Item = &'static str> {
        self.text.get_or_init(|| unpack(self.deflated)).lines()
    }
}

/// Unpacks a table; a test unpacks all of them, so the text is never empty.
fn unpack(deflated: &[u8]) -> String {
    let bytes = miniz_oxide::inflate::decompress_to_vec(deflated).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}
