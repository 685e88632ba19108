//! Finds probable mistakes in a JSONata template before a document shows them.
//!
//! Nothing is evaluated, except by [`cardinality`]: the template is read, and its paths are followed
//! through the [`Shape`] of the documents that it maps.

mod cardinality;
mod document;
mod keys;
mod locate;
mod paths;
mod shape;
mod signs;
mod values;

pub use cardinality::cardinality;
pub use shape::Shape;

use jsonata_core::parser;

use crate::engine::Engine as _;
use crate::jsonata::Jsonata;
use crate::problem::{MappingError, Position};

/// What is probably wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How sure it is.
    pub severity: Severity,
    /// Where in the template it is, if that is known.
    pub position: Option<Position>,
    /// What is wrong, and what to do.
    pub message: String,
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Documents decide whether it is wrong.
    Note,
    /// It is wrong, or will be with another document.
    Warning,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
        }
    }
}

/// What is probably wrong with a template, in the order of the template. The shape is that of the
/// documents it reads or, if it writes `interchanges`, of those it writes.
///
/// # Errors
///
/// The template cannot be read.
pub fn lint(template: &str, shape: Option<&Shape>) -> Result<Vec<Finding>, MappingError> {
    Jsonata.compile(template)?;
    let template = template.strip_prefix('\u{feff}').unwrap_or(template);
    let mut findings = signs::findings(template);
    // What only a changed text can be read as is not followed.
    if let Some(shape) = shape.filter(|_| keys::writes_document(template)) {
        findings.extend(keys::findings(template, shape));
    } else if let (Some(shape), Ok(mut tree)) = (shape, parser::parse(template)) {
        let places = locate::number_names(&mut tree, template);
        findings.extend(paths::findings(&mut tree, shape, template, &places));
    }
    findings.sort_by_key(|finding| finding.position.map(|place| (place.line, place.column)));
    findings.dedup();
    Ok(findings)
}
