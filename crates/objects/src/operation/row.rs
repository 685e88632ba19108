//! The shape of the table of operations.

use http::header::AUTHORIZATION;
use http::{HeaderMap, Method};

use super::query::Query;

/// The target of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Service,
    Bucket,
    Object,
}

/// What distinguishes an operation from others with the same method and level.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mark {
    /// The query has this key, which is part of the operation's URI.
    SubResource(&'static str),
    /// The query has this key.
    Key(&'static str),
    /// The query has this key with this value.
    Pair(&'static str, &'static str),
    /// The request has this header.
    Header(&'static str),
    /// Directory buckets, whose requests have their own host on AWS: the query names the operation,
    /// as SDKs for JavaScript do, or the signature is for S3 Express.
    Express,
}

const LIST_DIRECTORY_BUCKETS: (&str, &str) = ("x-id", "ListDirectoryBuckets");

fn is_signed_for_express(headers: &HeaderMap) -> bool {
    let signature = headers.get(AUTHORIZATION);
    let signature = signature.and_then(|signature| signature.to_str().ok());
    signature.is_some_and(|signature| signature.contains("/s3express/aws4_request"))
}

impl Mark {
    pub(crate) fn fits(self, query: &Query<'_>, headers: &HeaderMap) -> bool {
        match self {
            Self::SubResource(key) | Self::Key(key) => query.has(key),
            Self::Pair(key, value) => query.pairs().any(|pair| pair == (key, value)),
            Self::Express => {
                let mut pairs = query.pairs();
                is_signed_for_express(headers) || pairs.any(|pair| pair == LIST_DIRECTORY_BUCKETS)
            }
            // A presigned URL has its headers in the query.
            Self::Header(name) => {
                let named = |(key, _): (&str, &str)| key.eq_ignore_ascii_case(name);
                headers.contains_key(name) || query.pairs().any(named)
            }
        }
    }

    /// The query key of the mark.
    pub(crate) fn key(self) -> Option<&'static str> {
        match self {
            Self::SubResource(key) | Self::Key(key) | Self::Pair(key, _) => Some(key),
            Self::Header(_) | Self::Express => None,
        }
    }
}

/// An operation, and the allowed parts of its requests.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) method: &'static str,
    pub(crate) level: Level,
    pub(crate) marks: &'static [Mark],
    /// The query keys that are members of the input.
    pub(crate) query: &'static [&'static str],
    /// The headers that are members of the input, in lower case.
    pub(crate) headers: &'static [&'static str],
}

impl Row {
    /// Whether it has the request's method and target.
    pub(crate) fn is_at(&self, method: &Method, level: Level) -> bool {
        self.level == level && method == self.method
    }

    pub(crate) fn sub_resources(&self) -> impl Iterator<Item = &'static str> {
        self.marks.iter().filter_map(|mark| match mark {
            Mark::SubResource(key) => Some(*key),
            _ => None,
        })
    }
}
