//! The log groups of the service's resources.

/// The log group of files that belong to no partnership; it exists from the first profile on.
pub(crate) const DEFAULT: &str = "/aws/vendedlogs/b2bi/default";
/// The log group of jobs of `StartTransformerJob`; it exists from the first transformer on.
pub(crate) const TRANSFORMERS: &str = "/aws/vendedlogs/b2bi/transformers";
