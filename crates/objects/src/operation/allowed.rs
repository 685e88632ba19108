//! The allowed parts of a request: nothing that makes it a request for another operation.
//!
//! The library that routes requests knows fewer operations than S3 has, and takes a request for an
//! unknown one for another of the same method. So each request is checked first.

use std::collections::HashSet;
use std::sync::LazyLock;

use http::{HeaderMap, HeaderName, Method};
use s3s::{S3Error, S3ErrorCode};

use super::generated::ROWS;
use super::implemented::IMPLEMENTED;
use super::query::Query;
use super::row::{Level, Row};

/// Query keys that any request may have, in lower case: signatures, and the name that SDKs add.
const COMMON_KEYS: &[&str] = &["awsaccesskeyid", "signature", "expires", "x-id"];

/// The query key of a version 2 signature.
pub(crate) const VERSION_2: &str = "Signature";
/// Headers of the body that such a query has, in lower case.
const OF_BODY: &[&str] = &["content-md5", "content-type"];

/// Headers that SDKs and tools send with any operation.
const COMMON_HEADERS: &[&str] = &[
    "x-amz-expected-bucket-owner",
    "x-amz-mfa",
    "x-amz-request-payer",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-storage-class",
];

/// Headers of implemented operations that request a feature that is not implemented.
const UNSUPPORTED_HEADERS: &[&str] = &[
    "x-amz-object-lock-event-hold",
    "x-amz-object-lock-event-hold-duration-days",
    "x-amz-object-lock-event-hold-duration-years",
    "x-amz-write-offset-bytes",
];

/// The headers of all operations.
static OPERATION_HEADERS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let headers = ROWS.iter().flat_map(|row| row.headers);
    headers.copied().collect()
});

/// Why a request is not for an implemented operation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OperationError {
    /// S3 has the operation, but it is not implemented.
    #[error("The operation {0} is not implemented")]
    NotImplemented(&'static str),
    /// The operation does not have the key.
    #[error(
        "A query parameter you provided implies functionality that is not implemented: {operation} has \
         no parameter {key}"
    )]
    UnknownKey {
        key: String,
        operation: &'static str,
    },
    /// The operation does not have the header, or the feature is not implemented.
    #[error(
        "A header you provided implies functionality that is not implemented: {header} on {operation}"
    )]
    Header {
        header: String,
        operation: &'static str,
    },
    /// Two operations at once.
    #[error("Conflicting query string parameters: {0}, {1}")]
    Conflict(String, String),
    /// The query lacks a key that its operation requires.
    #[error("{operation} needs the query parameter {key}")]
    Missing {
        key: &'static str,
        operation: &'static str,
    },
    /// No operation has this method on this target.
    #[error("The specified method is not allowed against this resource.")]
    Method,
}

impl OperationError {
    /// The code of the error in S3.
    pub(crate) fn code(&self) -> S3ErrorCode {
        match self {
            Self::NotImplemented(_) | Self::UnknownKey { .. } | Self::Header { .. } => {
                S3ErrorCode::NotImplemented
            }
            Self::Conflict(..) | Self::Missing { .. } => S3ErrorCode::InvalidArgument,
            Self::Method => S3ErrorCode::MethodNotAllowed,
        }
    }
}

impl From<OperationError> for S3Error {
    fn from(error: OperationError) -> Self {
        let message = error.to_string();
        Self::with_message(error.code(), message)
    }
}

/// The row of a request, if there is one.
pub(crate) fn row(
    level: Level,
    method: &Method,
    query: &Query<'_>,
    headers: &HeaderMap,
) -> Option<&'static Row> {
    let mut rows = ROWS.iter().filter(|row| row.is_at(method, level));
    rows.find(|row| row.marks.iter().all(|mark| mark.fits(query, headers)))
}

/// Checks that a request is for an implemented operation, and for nothing else.
pub(crate) fn check(
    level: Level,
    method: &Method,
    query: &Query<'_>,
    headers: &HeaderMap,
) -> Result<&'static str, OperationError> {
    let row = row(level, method, query, headers).ok_or(OperationError::Method)?;
    let asked = RequestParts {
        level,
        method,
        query,
    };
    for (key, value) in query.pairs() {
        let is_header = query.has(VERSION_2) && is_of_body(key);
        if !row.takes(key) && !is_header {
            check_stray(row, &asked, key, value)?;
        }
    }
    if !is_read(method) {
        check_headers(row, headers)?;
    }
    if IMPLEMENTED.binary_search(&row.name).is_ok() {
        return Ok(row.name);
    }
    Err(OperationError::NotImplemented(row.name))
}

/// Checks the headers of an upload form's request; its fields are in the body.
pub(crate) fn check_form(query: &Query<'_>) -> Result<(), OperationError> {
    let stray = query.pairs().find(|(key, _)| !is_common(key));
    stray.map_or(Ok(()), |(key, _)| {
        Err(OperationError::UnknownKey {
            key: key.to_owned(),
            operation: super::POST_OBJECT,
        })
    })
}

/// The facts in a request line.
struct RequestParts<'a> {
    level: Level,
    method: &'a Method,
    query: &'a Query<'a>,
}

impl RequestParts<'_> {
    fn fits(&self, row: &Row) -> bool {
        row.is_at(self.method, self.level)
    }

    /// The error for a query that lacks a key of the operation.
    fn missing(&self, row: &'static Row) -> OperationError {
        let mut keys = row.marks.iter().filter_map(|mark| mark.key());
        OperationError::Missing {
            key: keys.find(|key| !self.query.has(key)).unwrap_or_default(),
            operation: row.name,
        }
    }
}

/// Checks a query key that the operation does not have.
///
/// Assumption A-260: a read ignores an unknown key with a value, such as a number that prevents
/// caching.
fn check_stray(
    row: &'static Row,
    asked: &RequestParts<'_>,
    key: &str,
    value: &str,
) -> Result<(), OperationError> {
    let mut having = ROWS
        .iter()
        .filter(|row| row.sub_resources().any(|name| name == key))
        .peekable();
    if having.peek().is_some() {
        if let Some(other) = row.sub_resources().next() {
            return Err(OperationError::Conflict(other.to_owned(), key.to_owned()));
        }
        // The intended operation lacks another key.
        let meant = having.find(|row| asked.fits(row));
        return Err(meant.map_or(OperationError::Method, |row| asked.missing(row)));
    }
    if is_read(asked.method) && !value.is_empty() {
        return Ok(());
    }
    let needs = |it: &&Row| it.marks.iter().any(|mark| mark.key() == Some(key));
    let meant = ROWS.iter().filter(|row| asked.fits(row)).find(needs);
    Err(meant.map_or_else(
        || OperationError::UnknownKey {
            key: key.to_owned(),
            operation: row.name,
        },
        |row| asked.missing(row),
    ))
}

/// Assumption A-261: headers of other operations are refused.
fn check_headers(row: &'static Row, headers: &HeaderMap) -> Result<(), OperationError> {
    let names = headers.keys().map(HeaderName::as_str);
    let mut meaningful = names.filter(|name| name.starts_with("x-amz-") && !is_free(name));
    let stray = meaningful.find(|name| {
        let takes = row.headers.contains(name) && !UNSUPPORTED_HEADERS.contains(name);
        !takes && OPERATION_HEADERS.contains(name)
    });
    stray.map_or(Ok(()), |header| {
        Err(OperationError::Header {
            header: header.to_owned(),
            operation: row.name,
        })
    })
}

/// Whether a header is allowed in any request: it does not select an operation.
fn is_free(name: &str) -> bool {
    COMMON_HEADERS.contains(&name)
        || name.starts_with("x-amz-checksum-")
        || name.starts_with("x-amz-meta-")
}

/// Whether a query key of a version 2 signature is a header of the body.
pub(crate) fn is_of_body(key: &str) -> bool {
    OF_BODY.contains(&&*key.to_ascii_lowercase())
}

fn is_common(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    COMMON_KEYS.contains(&&*key) || key.starts_with("x-amz-")
}

fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

impl Row {
    fn takes(&self, key: &str) -> bool {
        self.query.contains(&key)
            || self.marks.iter().any(|mark| mark.key() == Some(key))
            || is_common(key)
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue, Method};

    use super::super::{S3Target, operations};
    use super::OperationError;
    use crate::operation::generated::ROWS;
    use crate::operation::implemented::IMPLEMENTED;
    use crate::operation::row::{Level, Mark};

    fn judged(
        request: &str,
        headers: &[(&'static str, &'static str)],
    ) -> Result<(), OperationError> {
        let (method, target) = request.split_once(' ').unwrap();
        let method: Method = method.parse().unwrap();
        let (path, query) = match target.split_once('?') {
            None => (target, None),
            Some((path, query)) => (path, Some(query)),
        };
        let header = |&(name, value)| {
            let name = HeaderName::from_static(name);
            (name, HeaderValue::from_static(value))
        };
        let headers: HeaderMap = headers.iter().map(header).collect();
        let found = S3Target::of(path, None).check(&method, query, &headers);
        found.map(drop)
    }

    #[test]
    fn each_operation_is_carried_out_or_refused_by_its_name() {
        for row in ROWS {
            let path = match row.level {
                Level::Service => "/",
                Level::Bucket => "/b",
                Level::Object => "/b/k",
            };
            let keys = row.marks.iter().filter_map(|mark| match mark {
                Mark::SubResource(key) => Some((*key).to_owned()),
                Mark::Key(key) => Some(format!("{key}=1")),
                Mark::Pair(key, value) => Some(format!("{key}={value}")),
                Mark::Express => Some("x-id=ListDirectoryBuckets".to_owned()),
                Mark::Header(_) => None,
            });
            let query = keys.collect::<Vec<_>>().join("&");
            let headers = row.marks.iter().filter_map(|mark| match mark {
                Mark::Header(name) => Some((*name, "b/k")),
                _ => None,
            });
            let headers: Vec<_> = headers.collect();
            let found = judged(&format!("{} {path}?{query}", row.method), &headers);
            let expected = if IMPLEMENTED.contains(&row.name) {
                Ok(())
            } else {
                Err(OperationError::NotImplemented(row.name))
            };
            assert_eq!(found, expected, "{}", row.name);
        }
    }

    #[test]
    fn what_is_carried_out_is_an_operation() {
        for name in IMPLEMENTED {
            assert!(operations().any(|operation| operation == *name), "{name}");
        }
    }

    #[test]
    fn nothing_else_than_what_is_asked_is_done() {
        for (request, code) in [
            ("PUT /b/k?annotation&annotationName=a", "NotImplemented"),
            ("PUT /b/k?renameObject", "NotImplemented"),
            ("PUT /b/k?encryption", "NotImplemented"),
            ("PUT /b/k?nonsense", "NotImplemented"),
            ("PUT /b/k?nonsense=1", "NotImplemented"),
            ("PUT /b/k?content-type=text%2Fx", "NotImplemented"),
            ("DELETE /b/k?nonsense=1", "NotImplemented"),
            ("DELETE /b?nonsense", "NotImplemented"),
            ("PUT /b?nonsense", "NotImplemented"),
            ("GET /b?abac", "NotImplemented"),
            ("GET /b?nonsense", "NotImplemented"),
            ("DELETE /b?metadataConfiguration", "NotImplemented"),
            ("PUT /b/k?versionId=v", "NotImplemented"),
            ("PUT /b/k?annotation", "InvalidArgument"),
            ("PUT /b/k?partNumber=1", "InvalidArgument"),
            ("PUT /b/k?uploadId=u", "InvalidArgument"),
            ("PUT /b?analytics", "InvalidArgument"),
            ("POST /b/k?select", "MethodNotAllowed"),
            ("GET /b/k?acl&tagging", "InvalidArgument"),
            ("DELETE /b/k?acl", "MethodNotAllowed"),
            ("DELETE /b/k?%61cl", "MethodNotAllowed"),
            ("DELETE /b?versioning", "MethodNotAllowed"),
            ("PUT /b/k?versions", "MethodNotAllowed"),
            ("POST /b", "MethodNotAllowed"),
            ("PATCH /b/k", "MethodNotAllowed"),
            ("PUT /", "MethodNotAllowed"),
        ] {
            let error = judged(request, &[]).expect_err(request);
            assert_eq!(error.code().as_str(), code, "{request}: {error}");
        }
    }

    #[test]
    fn what_clients_add_is_let_through() {
        for request in [
            "GET /b/k?x-id=GetObject&X-Amz-Signature=s&X-Amz-Expires=1&response-content-type=a",
            "GET /b/k?AWSAccessKeyId=a&Signature=s&Expires=1",
            "GET /b/k?versionId=null",
            "GET /b/k?_=1700000000",
            "GET /b?prefix=a&delimiter=%2F&encoding-type=url",
            "GET /b?list-type=2&prefix=a&fetch-owner=true",
            "PUT /b/k?x-id=PutObject",
            "PUT /b/k?AWSAccessKeyId=a&Signature=s&Expires=1&content-type=text%2Fx",
            "PUT /b/k?X-Amz-Signature=s&x-amz-meta-a=b",
            "DELETE /b/k?versionId=null",
            "PUT /b/",
        ] {
            assert_eq!(judged(request, &[]), Ok(()), "{request}");
        }
    }

    #[test]
    fn headers_of_other_operations_are_refused_where_something_is_written() {
        let refused = [
            ("PUT /b/k", "x-amz-write-offset-bytes"),
            ("PUT /b/k", "x-amz-rename-source"),
            ("PUT /b/k", "x-amz-object-lock-event-hold"),
            ("PUT /b/k?tagging", "x-amz-copy-source"),
            ("DELETE /b/k", "x-amz-copy-source"),
            ("PUT /b", "x-amz-copy-source"),
        ];
        for (request, header) in refused {
            let found = judged(request, &[(header, "b/k")]);
            let found = found.map_err(|error| error.code());
            assert_eq!(
                found,
                Err(s3s::S3ErrorCode::NotImplemented),
                "{request} {header}"
            );
        }
        for header in [
            "x-amz-meta-a",
            "x-amz-date",
            "x-amz-checksum-crc32",
            "x-amz-unheard-of",
        ] {
            assert_eq!(judged("PUT /b/k", &[(header, "1")]), Ok(()), "{header}");
        }
    }
}
