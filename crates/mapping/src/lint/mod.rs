//! Finds probable mistakes in a JSONata template before a document reveals them.
//!
//! Only [`cardinality`] evaluates anything. Otherwise the template is parsed, and its paths are
//! followed through the [`Shape`] of the documents that it maps.

mod cardinality;
mod codes;
mod document;
mod keys;
mod literals;
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

/// A probable mistake in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How certain it is.
    pub severity: Severity,
    /// Its position in the template, if that is known.
    pub position: Option<Position>,
    /// The problem, and how to correct it.
    pub message: String,
}

/// How certain a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It may be wrong, depending on the documents.
    Note,
    /// It is wrong, or will be with some document.
    Warning,
}

impl Severity {
    /// The name of the severity.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
        }
    }
}

/// The probable mistakes in a template, in the template's order. The shape is that of the documents
/// it reads or, if it writes `interchanges`, of those it writes.
///
/// # Errors
///
/// The template cannot be parsed.
pub fn lint(template: &str, shape: Option<&Shape>) -> Result<Vec<Finding>, MappingError> {
    Jsonata.compile(template)?;
    let template = template.strip_prefix('\u{feff}').unwrap_or(template);
    let mut findings = signs::findings(template);
    findings.extend(literals::findings(template));
    // Templates that need inserted backslashes are not followed.
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
