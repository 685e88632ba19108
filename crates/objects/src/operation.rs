//! Determines the operation of an S3 request from its head alone.
//!
//! Source: the service model of S3, `2006-03-01`: methods, URIs and required query keys and headers.

mod allowed;
mod generated;
mod implemented;
mod query;
mod row;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;

pub(crate) use self::allowed::{OperationError, VERSION_2, is_of_body};
use self::generated::ROWS;
pub(crate) use self::query::Query;
use self::row::Level;

/// A browser's upload, which is not in the service model.
const POST_OBJECT: &str = "PostObject";

/// The target of an S3 request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct S3Target {
    /// The bucket; empty if the request has none.
    pub bucket: String,
    /// The key, decoded; empty if the request has none.
    pub key: String,
}

impl S3Target {
    /// The bucket and key in a path, or in a path below a bucket that the host names.
    #[must_use]
    pub fn of(path: &str, host_bucket: Option<String>) -> Self {
        let path = path.strip_prefix('/').unwrap_or(path);
        let (bucket, key) = if let Some(bucket) = host_bucket {
            (bucket, path)
        } else {
            let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
            (decoded(bucket), key)
        };
        Self {
            bucket,
            key: decoded(key),
        }
    }

    /// The operation, by its name in the service model; `None` if there is no such operation.
    #[must_use]
    pub fn operation(
        &self,
        method: &Method,
        query: Option<&str>,
        headers: &HeaderMap,
    ) -> Option<&'static str> {
        let found = allowed::row(self.level(), method, &Query::read(query), headers);
        let form = self.level() == Level::Bucket && is_form(method, headers);
        let name = found.map(|row| row.name);
        name.or_else(|| form.then_some(POST_OBJECT))
    }

    /// The operation of a request, if it is implemented and the request has nothing else.
    ///
    /// # Errors
    /// The part of the request that no operation of this S3 has.
    pub(crate) fn check(
        &self,
        method: &Method,
        query: Option<&str>,
        headers: &HeaderMap,
    ) -> Result<&'static str, OperationError> {
        let query = Query::read(query);
        if self.level() == Level::Bucket && is_form(method, headers) {
            return allowed::check_form(&query).map(|()| POST_OBJECT);
        }
        allowed::check(self.level(), method, &query, headers)
    }

    fn level(&self) -> Level {
        match (self.bucket.is_empty(), self.key.is_empty()) {
            (true, _) => Level::Service,
            (false, true) => Level::Bucket,
            (false, false) => Level::Object,
        }
    }
}

/// The names of all operations.
pub fn operations() -> impl Iterator<Item = &'static str> {
    let names = ROWS.iter().map(|row| row.name);
    names.chain([POST_OBJECT])
}

fn is_form(method: &Method, headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE);
    let content_type = content_type.and_then(|content_type| content_type.to_str().ok());
    method == Method::POST
        && content_type.is_some_and(|content_type| content_type.starts_with("multipart/form-data"))
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue, Method};

    use super::{S3Target, operations};

    fn check(request: &str, headers: &[(&'static str, &'static str)], expected: Option<&str>) {
        let (method, target) = request.split_once(' ').unwrap();
        let method: Method = method.parse().unwrap();
        let (path, query) = match target.split_once('?') {
            None => (target, None),
            Some((path, query)) => (path, Some(query)),
        };
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect();
        let found = S3Target::of(path, None).operation(&method, query, &headers);
        assert_eq!(found, expected, "{request}");
    }

    #[test]
    fn operations_are_found_by_the_head() {
        for (request, expected) in [
            ("GET /", "ListBuckets"),
            ("PUT /b", "CreateBucket"),
            ("PUT /b/", "CreateBucket"),
            ("HEAD /b", "HeadBucket"),
            ("DELETE /b", "DeleteBucket"),
            ("GET /b", "ListObjects"),
            ("GET /b?list-type=2&prefix=a", "ListObjectsV2"),
            ("GET /b/?location", "GetBucketLocation"),
            ("GET /b?location=", "GetBucketLocation"),
            ("GET /b?uploads", "ListMultipartUploads"),
            ("GET /b?analytics&id=1", "GetBucketAnalyticsConfiguration"),
            ("GET /b?analytics", "ListBucketAnalyticsConfigurations"),
            ("POST /b?delete", "DeleteObjects"),
            ("GET /b/k?x-id=GetObject", "GetObject"),
            ("GET /b/k/l", "GetObject"),
            ("HEAD /b/k", "HeadObject"),
            ("PUT /b/k", "PutObject"),
            ("PUT /b/k?partNumber=1&uploadId=u", "UploadPart"),
            ("PUT /b/k?tagging", "PutObjectTagging"),
            ("POST /b/k?uploads", "CreateMultipartUpload"),
            ("POST /b/k?uploadId=u", "CompleteMultipartUpload"),
            ("GET /b/k?uploadId=u", "ListParts"),
            ("DELETE /b/k?uploadId=u", "AbortMultipartUpload"),
            ("DELETE /b/k", "DeleteObject"),
        ] {
            check(request, &[], Some(expected));
        }
        let copy = [("x-amz-copy-source", "b/k")];
        check("PUT /b/k", &copy, Some("CopyObject"));
        check(
            "PUT /b/k?partNumber=1&uploadId=u",
            &copy,
            Some("UploadPartCopy"),
        );
        let express = "AWS4-HMAC-SHA256 Credential=1/20260101/us-east-1/s3express/aws4_request";
        check(
            "GET /",
            &[("authorization", express)],
            Some("ListDirectoryBuckets"),
        );
        check("GET /b", &[("authorization", express)], Some("ListObjects"));
        check(
            "GET /?x-id=ListDirectoryBuckets",
            &[],
            Some("ListDirectoryBuckets"),
        );
        let form = [("content-type", "multipart/form-data; boundary=x")];
        check("POST /b", &form, Some("PostObject"));
        for request in ["POST /b", "POST /b/k", "PATCH /b/k", "PUT /", "DELETE /"] {
            check(request, &[], None);
        }
    }

    #[test]
    fn buckets_stand_in_the_path_or_in_the_host() {
        for (path, host, bucket, key) in [
            ("/", None, "", ""),
            ("/b", None, "b", ""),
            ("/b/", None, "b", ""),
            ("/b/a%2Fb%20c/d", None, "b", "a/b c/d"),
            ("/", Some("b"), "b", ""),
            ("/k", Some("b"), "b", "k"),
            ("//k", None, "", "k"),
        ] {
            let target = S3Target::of(path, host.map(str::to_owned));
            assert_eq!((&*target.bucket, &*target.key), (bucket, key), "{path}");
        }
    }

    #[test]
    fn names_are_there_once() {
        let mut names: Vec<&str> = operations().collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!((names.len(), count > 90), (count, true));
    }
}
