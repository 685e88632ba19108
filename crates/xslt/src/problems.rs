//! Errors of this crate.

use b2bi_local_mapping::{Cause, MappingError};

/// The addition to a message if a template needs more than XSLT 1.0.
pub(crate) const NEEDS_NEWER: &str =
    "for XSLT 2.0 and 3.0 a processor can be plugged in by --xslt-command";

/// The code of a template that is not in XSLT 1.0; the command may know more.
pub(crate) const NEWER: &str = "XSLT-VERSION";
/// The code of a worker without the libraries; the command may take its place.
pub(crate) const UNABLE: &str = "XSLT-LIBRARY";

/// A problem with an unknown position.
pub(crate) fn problem(cause: Cause, reason: impl Into<String>) -> MappingError {
    MappingError {
        cause,
        code: None,
        position: None,
        reason: reason.into(),
    }
}

/// A problem with one of the codes with which a worker reports that it cannot evaluate.
#[cfg(feature = "libxslt")]
pub(crate) fn coded(cause: Cause, code: &str, reason: impl Into<String>) -> MappingError {
    MappingError {
        code: Some(code.to_owned()),
        ..problem(cause, reason)
    }
}

/// An error of a template, with advice about namespaces if they are the cause.
pub(crate) fn with_advice(error: MappingError, template: &str) -> MappingError {
    match advice(&error.reason, template) {
        Some(advice) => MappingError {
            reason: format!("{}; {advice}", error.reason),
            ..error
        },
        None => error,
    }
}

fn advice(reason: &str, template: &str) -> Option<String> {
    if reason.contains("not a stylesheet") && !template.contains(&format!("\"{XSLT}\"")) {
        return Some(format!("declare xmlns:xsl=\"{XSLT}\" in xsl:stylesheet"));
    }
    if !reason.contains("namespace prefix") && !reason.contains("Namespace prefix") {
        return None;
    }
    let prefix = undeclared(template)?;
    Some(format!(
        "declare the prefix {prefix} with xmlns:{prefix}=\"...\" in xsl:stylesheet"
    ))
}

/// The namespace of XSLT.
const XSLT: &str = "http://www.w3.org/1999/XSL/Transform";

/// The first prefix of a name that the template does not declare.
fn undeclared(template: &str) -> Option<&str> {
    let is_name = |letter: char| letter.is_alphanumeric() || ['_', '-', '.'].contains(&letter);
    let colons = template.match_indices(':').map(|(at, _)| at);
    let prefixes = colons.filter_map(|at| {
        let (before, after) = (template.get(..at)?, template.get(at + 1..)?);
        // `::` belongs to an axis, `://` to an address.
        let names = after.starts_with(|letter: char| letter.is_alphabetic() || letter == '_');
        let prefix = before.get(before.trim_end_matches(is_name).len()..)?;
        (names && !prefix.is_empty()).then_some(prefix)
    });
    prefixes
        .filter(|prefix| !["xmlns", "xml", "http", "https", "urn"].contains(prefix))
        .find(|prefix| !template.contains(&format!("xmlns:{prefix}=")))
}

#[cfg(test)]
mod tests {
    use super::advice;

    #[test]
    fn an_undeclared_namespace_is_named() {
        let start = "<xsl:stylesheet xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\"";
        for (reason, template, wanted) in [
            (
                "Undefined namespace prefix",
                "select=\"descendant::q:a\"/>",
                Some("xmlns:q="),
            ),
            (
                "Undefined namespace prefix",
                "xmlns:q=\"urn:q:r\" select=\"q:a | s:b\"/>",
                Some("xmlns:s="),
            ),
            ("Invalid number of arguments", "select=\"q:a()\"/>", None),
            ("document is not a stylesheet", "/>", None),
        ] {
            let found = advice(reason, &format!("{start} {template}"));
            let is_right = match (&found, wanted) {
                (Some(found), Some(wanted)) => found.contains(wanted),
                (found, wanted) => found.is_none() && wanted.is_none(),
            };
            assert!(is_right, "{template}: {found:?}");
        }
        let found = advice("document is not a stylesheet", "<xsl:stylesheet/>");
        assert!(found.is_some_and(|found| found.contains("xmlns:xsl=")));
    }
}
