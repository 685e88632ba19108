//! Problems in the words of this crate.

use b2bi_local_mapping::{Cause, MappingError};

/// What is added where a template wants more than XSLT 1.0.
pub(crate) const NEEDS_NEWER: &str =
    "for XSLT 2.0 and 3.0 a processor can be plugged in by --xslt-command";

/// The code of a template that is not in XSLT 1.0; the command may know more.
pub(crate) const NEWER: &str = "XSLT-VERSION";
/// The code of a worker without the libraries; the command may take its place.
pub(crate) const UNABLE: &str = "XSLT-LIBRARY";

/// A problem whose place is not known.
pub(crate) fn problem(cause: Cause, reason: impl Into<String>) -> MappingError {
    MappingError {
        cause,
        code: None,
        position: None,
        reason: reason.into(),
    }
}

/// A problem with one of the codes by which a worker tells that it cannot help.
#[cfg(feature = "libxslt")]
pub(crate) fn coded(cause: Cause, code: &str, reason: impl Into<String>) -> MappingError {
    MappingError {
        code: Some(code.to_owned()),
        ..problem(cause, reason)
    }
}
