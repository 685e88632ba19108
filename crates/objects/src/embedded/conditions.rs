//! Conditional requests: whether an object has the state that the client expects.
//!
//! Source: docs conditional-requests and RFC 9110 13.2.2, 2026-11.

use http::{HeaderMap, HeaderValue};
use s3s::dto::{ETagCondition, Timestamp};
use s3s::{S3ErrorCode, S3Result, s3_error};

use super::state::Object;

/// The headers that have an entity tag.
const HEADERS: [&str; 4] = [
    "if-match",
    "if-none-match",
    "x-amz-copy-source-if-match",
    "x-amz-copy-source-if-none-match",
];

/// Adds the quotation marks of entity tags, which clients omit.
///
/// Source: moto's tests that were verified against AWS, `test_put_object_if_match`,
/// `test_copy_source_if_none_match`.
pub(crate) fn quote_tags(headers: &mut HeaderMap) {
    for name in HEADERS {
        let given = headers.get(name).and_then(|value| value.to_str().ok());
        let Some(quoted) = given.and_then(quoted) else {
            continue;
        };
        if let Ok(value) = HeaderValue::from_str(&quoted) {
            headers.insert(name, value);
        }
    }
}

/// The tag with quotation marks; `None` if it has them, or is not a single tag.
fn quoted(given: &str) -> Option<String> {
    let tag = given.trim_matches('"');
    let is_quoted = given.len() == tag.len().checked_add(2)?;
    let is_single = !tag.contains(['"', ',']) && tag != "*";
    (is_single && !is_quoted).then(|| format!("\"{tag}\""))
}

/// The conditions of a read, and of a copy on its source.
#[derive(Default)]
pub(crate) struct ReadConditions {
    pub(crate) matches: Option<ETagCondition>,
    pub(crate) none_matches: Option<ETagCondition>,
    pub(crate) modified_since: Option<Timestamp>,
    pub(crate) unmodified_since: Option<Timestamp>,
}

impl ReadConditions {
    /// Decides whether the object may be read; an `ETag` condition takes precedence over a date.
    ///
    /// # Errors
    /// `PreconditionFailed`, or `NotModified` if the client has the object already.
    pub(crate) fn check(&self, object: &Object) -> S3Result<()> {
        let last_modified = Timestamp::from(object.last_modified);
        let expected = match (&self.matches, &self.unmodified_since) {
            (Some(tag), _) => meets(tag, object),
            (None, Some(date)) => last_modified <= *date,
            (None, None) => true,
        };
        if !expected {
            return Err(failed(
                "At least one of the pre-conditions you specified did not hold",
            ));
        }
        let known = match (&self.none_matches, &self.modified_since) {
            (Some(tag), _) => meets(tag, object),
            (None, Some(date)) => last_modified <= *date,
            (None, None) => false,
        };
        if known {
            Err(S3ErrorCode::NotModified.into())
        } else {
            Ok(())
        }
    }

    /// As [`check`](Self::check), for the source of a copy: there is no `NotModified`.
    ///
    /// # Errors
    /// `PreconditionFailed`.
    pub(crate) fn check_source(&self, object: &Object) -> S3Result<()> {
        self.check(object)
            .map_err(|_| failed("At least one of the pre-conditions you specified did not hold"))
    }
}

/// Decides whether a write may replace the object under its key.
///
/// # Errors
/// `PreconditionFailed`; `NoSuchKey` if an object is expected and none exists; `NotImplemented` for
/// an If-None-Match with an `ETag`, which S3 does not accept either.
pub(crate) fn check_write(
    current: Option<&Object>,
    matches: Option<&ETagCondition>,
    none_matches: Option<&ETagCondition>,
) -> S3Result<()> {
    match (matches, current) {
        (Some(_), None) => return Err(S3ErrorCode::NoSuchKey.into()),
        (Some(tag), Some(object)) if !meets(tag, object) => {
            return Err(failed(
                "At least one of the pre-conditions you specified did not hold",
            ));
        }
        _ => {}
    }
    match none_matches {
        Some(ETagCondition::ETag(_)) => Err(s3_error!(
            NotImplemented,
            "A header you provided implies functionality that is not implemented"
        )),
        Some(ETagCondition::Any) if current.is_some() => Err(failed(
            "At least one of the pre-conditions you specified did not hold",
        )),
        _ => Ok(()),
    }
}

/// Decides whether the object may be deleted.
///
/// # Errors
/// `PreconditionFailed`; `NoSuchKey` if there is a condition and no object.
pub(crate) fn check_delete(
    current: Option<&Object>,
    matches: Option<&ETagCondition>,
    last_modified: Option<&Timestamp>,
    size: Option<i64>,
) -> S3Result<()> {
    let date_differs = |object: &Object| {
        last_modified.is_some_and(|expected| Timestamp::from(object.last_modified) != *expected)
    };
    let size_differs = |object: &Object| {
        size.is_some_and(|expected| super::fields::size(object.content.size()) != expected)
    };
    match current {
        Some(object) if date_differs(object) || size_differs(object) => Err(failed(
            "At least one of the pre-conditions you specified did not hold",
        )),
        _ => check_write(current, matches, None),
    }
}

fn meets(condition: &ETagCondition, object: &Object) -> bool {
    condition
        .as_etag()
        .is_none_or(|tag| tag.value() == object.entity_tag)
}

fn failed(message: &'static str) -> s3s::S3Error {
    s3s::S3Error::with_message(S3ErrorCode::PreconditionFailed, message)
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn tags_are_put_into_quotation_marks() {
        for (given, expected) in [
            ("abc", Some("\"abc\"")),
            ("\"abc", Some("\"abc\"")),
            ("abc\"", Some("\"abc\"")),
            ("two words", Some("\"two words\"")),
            ("\"abc\"", None),
            ("*", None),
            ("W/\"abc\"", None),
            ("\"a\", \"b\"", None),
            ("", Some("\"\"")),
        ] {
            assert_eq!(quoted(given).as_deref(), expected, "{given}");
        }
    }
}
