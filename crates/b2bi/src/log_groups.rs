//! The log groups of the service's resources.

/// The log group of files that belong to no partnership; there since the first profile.
pub(crate) const DEFAULT: &str = "/aws/vendedlogs/b2bi/default";
/// Where the jobs of `StartTransformerJob` are logged; there since the first transformer.
pub(crate) const TRANSFORMERS: &str = "/aws/vendedlogs/b2bi/transformers";
