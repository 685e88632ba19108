//! The subject of an S3 error: its members other than the code and message.
//!
//! Assumption A-287: which members the errors have.

use http::header::{HOST, RANGE};
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use percent_encoding::percent_decode_str;

use crate::operation::S3Target;

const COPY_SOURCE: &str = "x-amz-copy-source";

/// The conditions of requests, with their names in errors.
const CONDITIONS: [(&str, &str); 6] = [
    ("if-match", "If-Match"),
    ("if-unmodified-since", "If-Unmodified-Since"),
    ("if-none-match", "If-None-Match"),
    ("x-amz-copy-source-if-match", "x-amz-copy-source-If-Match"),
    (
        "x-amz-copy-source-if-unmodified-since",
        "x-amz-copy-source-If-Unmodified-Since",
    ),
    (
        "x-amz-copy-source-if-none-match",
        "x-amz-copy-source-If-None-Match",
    ),
];

/// Errors that name the bucket.
const OF_BUCKETS: [&str; 14] = [
    "BucketAlreadyExists",
    "BucketAlreadyOwnedByYou",
    "BucketNotEmpty",
    "InvalidBucketName",
    "NoSuchBucket",
    "NoSuchBucketPolicy",
    "NoSuchCORSConfiguration",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "NoSuchTagSet",
    "NoSuchWebsiteConfiguration",
    "OwnershipControlsNotFoundError",
    "ReplicationConfigurationNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
];
/// The facts about a request that are needed if its reply is an error: nothing is copied.
pub(crate) struct RequestSubject {
    uri: Uri,
    host: Option<HeaderValue>,
    source: Option<HeaderValue>,
    condition: Option<&'static str>,
    method: Method,
    range: Option<HeaderValue>,
}

impl RequestSubject {
    pub(crate) fn of<B>(request: &Request<B>) -> Self {
        let headers = request.headers();
        Self {
            uri: request.uri().clone(),
            host: headers.get(HOST).cloned(),
            source: headers.get(COPY_SOURCE).cloned(),
            condition: only_condition(headers),
            method: request.method().clone(),
            range: headers.get(RANGE).cloned(),
        }
    }

    pub(crate) fn resolve(
        self,
        target: impl FnOnce(&str, Option<&str>) -> S3Target,
    ) -> ErrorSubject {
        let host = self.host.as_ref().and_then(|host| host.to_str().ok());
        let target = target(self.uri.path(), host);
        let source = self.source.as_ref().and_then(|source| source.to_str().ok());
        let range = self.range.as_ref().and_then(|range| range.to_str().ok());
        ErrorSubject {
            resource: self.uri.path().to_owned(),
            key: source.map_or(target.key, source_key),
            bucket: target.bucket,
            upload: query_value(&self.uri, "uploadId"),
            version: query_value(&self.uri, "versionId"),
            condition: self.condition,
            method: Some(self.method),
            range: range.map(str::to_owned),
            part: query_value(&self.uri, "partNumber"),
        }
    }
}

/// The condition of a request with exactly one; with several, the one that failed is unknown.
fn only_condition(headers: &HeaderMap) -> Option<&'static str> {
    let mut sent = CONDITIONS
        .iter()
        .filter(|(header, _)| headers.contains_key(*header));
    let (_, name) = sent.next()?;
    sent.next().is_none().then_some(*name)
}

/// The key of a copy's source, without the bucket and the version.
fn source_key(source: &str) -> String {
    let path = source
        .split_once("?versionId=")
        .map_or(source, |(path, _)| path);
    let path = path.trim_start_matches('/');
    let key = path.split_once('/').map_or("", |(_, key)| key);
    percent_decode_str(key).decode_utf8_lossy().into_owned()
}

fn query_value(uri: &Uri, name: &str) -> Option<String> {
    let pairs = uri.query()?.split('&');
    let mut values = pairs.filter_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name));
    let (_, value) = values.next()?;
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
}

/// The subject of an error.
#[derive(Debug, Default)]
pub(crate) struct ErrorSubject {
    resource: String,
    bucket: String,
    key: String,
    upload: Option<String>,
    version: Option<String>,
    condition: Option<&'static str>,
    method: Option<Method>,
    range: Option<String>,
    part: Option<String>,
}

impl ErrorSubject {
    /// The subject of a request with this path, with the bucket in the path.
    pub(crate) fn of_resource(resource: &str) -> Self {
        let target = S3Target::of(resource, None);
        Self {
            resource: resource.to_owned(),
            bucket: target.bucket,
            key: target.key,
            ..Self::default()
        }
    }

    /// The members of an error with this code: its own, or else the path.
    pub(crate) fn members(&self, code: &str) -> Vec<(&'static str, &str)> {
        let key = ("Key", Some(self.key.as_str()));
        let own = match code {
            "NoSuchKey" => vec![key],
            "NoSuchVersion" => vec![key, ("VersionId", self.version.as_deref())],
            "NoSuchUpload" => vec![("UploadId", self.upload.as_deref())],
            "MethodNotAllowed" => vec![
                ("Method", self.method.as_ref().map(Method::as_str)),
                // A delete marker refuses most of an object's methods.
                (
                    "ResourceType",
                    (!self.key.is_empty()).then_some("DeleteMarker"),
                ),
            ],
            "InvalidRange" => vec![("RangeRequested", self.range.as_deref())],
            "InvalidPartNumber" => vec![("PartNumberRequested", self.part.as_deref())],
            "PreconditionFailed" => vec![("Condition", self.condition)],
            code if OF_BUCKETS.contains(&code) => vec![("BucketName", Some(self.bucket.as_str()))],
            _ => Vec::new(),
        };
        let members = own
            .into_iter()
            .filter_map(|(name, text)| Some((name, text?)));
        let mut members: Vec<_> = members.collect();
        if members.is_empty() {
            members.push(("Resource", &self.resource));
        }
        members
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(uri: &str, headers: &[(&str, &str)], code: &str, expected: &[(&str, &str)]) {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let subject = RequestSubject::of(&request.body(()).unwrap());
        let subject = subject.resolve(|path, _| S3Target::of(path, None));
        assert_eq!(subject.members(code), expected, "{uri} {headers:?} {code}");
    }

    #[test]
    fn errors_name_what_they_are_about() {
        let uri = "/b/a%20b/c?versionId=v%2B1&uploadId=u-1";
        check(uri, &[], "NoSuchKey", &[("Key", "a b/c")]);
        check(
            uri,
            &[],
            "NoSuchVersion",
            &[("Key", "a b/c"), ("VersionId", "v+1")],
        );
        check("/b/k", &[], "NoSuchVersion", &[("Key", "k")]);
        check(uri, &[], "NoSuchUpload", &[("UploadId", "u-1")]);
        for code in OF_BUCKETS {
            check(uri, &[], code, &[("BucketName", "b")]);
        }
        let marker = [("Method", "GET"), ("ResourceType", "DeleteMarker")];
        check(uri, &[], "MethodNotAllowed", &marker);
        check("/b", &[], "MethodNotAllowed", &[("Method", "GET")]);
        check(uri, &[], "AccessDenied", &[("Resource", "/b/a%20b/c")]);
        let range = [("range", "bytes=5-")];
        check(
            uri,
            &range,
            "InvalidRange",
            &[("RangeRequested", "bytes=5-")],
        );
        let part = [("PartNumberRequested", "2")];
        check("/b/k?partNumber=2", &[], "InvalidPartNumber", &part);
        let source = [(COPY_SOURCE, "/other/x%20y/z?versionId=1")];
        check("/b/k", &source, "NoSuchKey", &[("Key", "x y/z")]);
    }

    #[test]
    fn a_failed_condition_is_named_where_it_is_the_only_one() {
        for (header, name) in CONDITIONS {
            check(
                "/b/k",
                &[(header, "x")],
                "PreconditionFailed",
                &[("Condition", name)],
            );
        }
        let two = [("if-match", "a"), ("if-none-match", "b")];
        check("/b/k", &two, "PreconditionFailed", &[("Resource", "/b/k")]);
    }
}
