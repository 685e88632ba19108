//! Problems in the words of this crate.

use b2bi_local_mapping::{Cause, Problem};

/// What is added where a template wants more than XSLT 1.0.
pub(crate) const NEEDS_NEWER: &str =
    "for XSLT 2.0 and 3.0 a processor can be plugged in by --xslt-command";

/// A problem whose place is not known.
pub(crate) fn problem(cause: Cause, reason: impl Into<String>) -> Problem {
    Problem {
        cause,
        code: None,
        position: None,
        reason: reason.into(),
    }
}
