//! Why resources and outputs of a stack cannot be created as in the template.

use b2bi_local_registry::UnknownTypeError;
use b2bi_local_template::TemplateError;

/// A resource cannot be created; the text is the reason in its event.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ResourceError {
    #[error(transparent)]
    Type(#[from] UnknownTypeError),
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error("Properties validation failed for resource {logical_id} with message:\n[{violations}]")]
    Properties {
        logical_id: String,
        /// The violations of the schema, separated by commas.
        violations: String,
    },
    /// Systems Manager has no parameter of this name and version.
    #[error("Parameters: [ssm:{0}] cannot be found.")]
    Parameter(String),
    /// The reason of a handler, with its code.
    #[error("{0}")]
    Handler(String),
}

/// The outputs of a stack cannot be set.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutputsError {
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error("Export {name} cannot be {change} as it is in use by {importers}")]
    ExportInUse {
        name: String,
        /// `updated` or `deleted`.
        change: &'static str,
        /// The names of the stacks, separated by commas.
        importers: String,
    },
    #[error("Export with name {name} is already exported by stack {stack}")]
    ExportTaken { name: String, stack: String },
}
