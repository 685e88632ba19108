//! Which operation a request for S3 is, told from its head alone.
//!
//! Source: the service model of S3, `2006-03-01`: methods, URIs and required query keys and headers.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;

use self::Level::{Bucket, Object, Service};
use self::Mark::{Header, Key, Pair};

/// What a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Service,
    Bucket,
    Object,
}

/// What tells an operation from others of the same method and level.
#[derive(Clone, Copy, Debug)]
enum Mark {
    /// The query has this key.
    Key(&'static str),
    /// The query has this key with this value.
    Pair(&'static str, &'static str),
    /// There is this header.
    Header(&'static str),
}

type Row = (&'static str, Level, &'static [Mark], &'static str);

/// A browser's upload, which the service model does not have.
const POST_OBJECT: &str = "PostObject";

/// Of several rows that fit, the first counts.
static ROWS: &[Row] = &[
    ("HEAD", Bucket, &[], "HeadBucket"),
    ("HEAD", Object, &[], "HeadObject"),
    (
        "GET",
        Service,
        &[Pair("x-id", "ListDirectoryBuckets")],
        "ListDirectoryBuckets",
    ),
    ("GET", Service, &[], "ListBuckets"),
    (
        "GET",
        Bucket,
        &[Key("analytics"), Key("id")],
        "GetBucketAnalyticsConfiguration",
    ),
    (
        "GET",
        Bucket,
        &[Key("intelligent-tiering"), Key("id")],
        "GetBucketIntelligentTieringConfiguration",
    ),
    (
        "GET",
        Bucket,
        &[Key("inventory"), Key("id")],
        "GetBucketInventoryConfiguration",
    ),
    (
        "GET",
        Bucket,
        &[Key("metrics"), Key("id")],
        "GetBucketMetricsConfiguration",
    ),
    ("GET", Bucket, &[Key("session")], "CreateSession"),
    (
        "GET",
        Bucket,
        &[Key("accelerate")],
        "GetBucketAccelerateConfiguration",
    ),
    ("GET", Bucket, &[Key("acl")], "GetBucketAcl"),
    ("GET", Bucket, &[Key("cors")], "GetBucketCors"),
    ("GET", Bucket, &[Key("encryption")], "GetBucketEncryption"),
    (
        "GET",
        Bucket,
        &[Key("lifecycle")],
        "GetBucketLifecycleConfiguration",
    ),
    ("GET", Bucket, &[Key("location")], "GetBucketLocation"),
    ("GET", Bucket, &[Key("logging")], "GetBucketLogging"),
    (
        "GET",
        Bucket,
        &[Key("metadataTable")],
        "GetBucketMetadataTableConfiguration",
    ),
    (
        "GET",
        Bucket,
        &[Key("notification")],
        "GetBucketNotificationConfiguration",
    ),
    (
        "GET",
        Bucket,
        &[Key("ownershipControls")],
        "GetBucketOwnershipControls",
    ),
    ("GET", Bucket, &[Key("policy")], "GetBucketPolicy"),
    (
        "GET",
        Bucket,
        &[Key("policyStatus")],
        "GetBucketPolicyStatus",
    ),
    ("GET", Bucket, &[Key("replication")], "GetBucketReplication"),
    (
        "GET",
        Bucket,
        &[Key("requestPayment")],
        "GetBucketRequestPayment",
    ),
    ("GET", Bucket, &[Key("tagging")], "GetBucketTagging"),
    ("GET", Bucket, &[Key("versioning")], "GetBucketVersioning"),
    ("GET", Bucket, &[Key("website")], "GetBucketWebsite"),
    (
        "GET",
        Bucket,
        &[Key("object-lock")],
        "GetObjectLockConfiguration",
    ),
    (
        "GET",
        Bucket,
        &[Key("publicAccessBlock")],
        "GetPublicAccessBlock",
    ),
    (
        "GET",
        Bucket,
        &[Key("analytics")],
        "ListBucketAnalyticsConfigurations",
    ),
    (
        "GET",
        Bucket,
        &[Key("intelligent-tiering")],
        "ListBucketIntelligentTieringConfigurations",
    ),
    (
        "GET",
        Bucket,
        &[Key("inventory")],
        "ListBucketInventoryConfigurations",
    ),
    (
        "GET",
        Bucket,
        &[Key("metrics")],
        "ListBucketMetricsConfigurations",
    ),
    ("GET", Bucket, &[Key("uploads")], "ListMultipartUploads"),
    ("GET", Bucket, &[Key("versions")], "ListObjectVersions"),
    ("GET", Bucket, &[Pair("list-type", "2")], "ListObjectsV2"),
    ("GET", Bucket, &[], "ListObjects"),
    ("GET", Object, &[Key("attributes")], "GetObjectAttributes"),
    ("GET", Object, &[Key("acl")], "GetObjectAcl"),
    ("GET", Object, &[Key("legal-hold")], "GetObjectLegalHold"),
    ("GET", Object, &[Key("retention")], "GetObjectRetention"),
    ("GET", Object, &[Key("tagging")], "GetObjectTagging"),
    ("GET", Object, &[Key("torrent")], "GetObjectTorrent"),
    ("GET", Object, &[Key("uploadId")], "ListParts"),
    ("GET", Object, &[], "GetObject"),
    (
        "POST",
        Bucket,
        &[Key("metadataTable")],
        "CreateBucketMetadataTableConfiguration",
    ),
    ("POST", Bucket, &[Key("delete")], "DeleteObjects"),
    (
        "POST",
        Bucket,
        &[Header("x-amz-request-route"), Header("x-amz-request-token")],
        "WriteGetObjectResponse",
    ),
    (
        "POST",
        Object,
        &[Key("select"), Pair("select-type", "2")],
        "SelectObjectContent",
    ),
    ("POST", Object, &[Key("uploads")], "CreateMultipartUpload"),
    ("POST", Object, &[Key("restore")], "RestoreObject"),
    (
        "POST",
        Object,
        &[Key("uploadId")],
        "CompleteMultipartUpload",
    ),
    (
        "PUT",
        Bucket,
        &[Key("analytics")],
        "PutBucketAnalyticsConfiguration",
    ),
    (
        "PUT",
        Bucket,
        &[Key("intelligent-tiering")],
        "PutBucketIntelligentTieringConfiguration",
    ),
    (
        "PUT",
        Bucket,
        &[Key("inventory")],
        "PutBucketInventoryConfiguration",
    ),
    (
        "PUT",
        Bucket,
        &[Key("metrics")],
        "PutBucketMetricsConfiguration",
    ),
    (
        "PUT",
        Bucket,
        &[Key("accelerate")],
        "PutBucketAccelerateConfiguration",
    ),
    ("PUT", Bucket, &[Key("acl")], "PutBucketAcl"),
    ("PUT", Bucket, &[Key("cors")], "PutBucketCors"),
    ("PUT", Bucket, &[Key("encryption")], "PutBucketEncryption"),
    (
        "PUT",
        Bucket,
        &[Key("lifecycle")],
        "PutBucketLifecycleConfiguration",
    ),
    ("PUT", Bucket, &[Key("logging")], "PutBucketLogging"),
    (
        "PUT",
        Bucket,
        &[Key("notification")],
        "PutBucketNotificationConfiguration",
    ),
    (
        "PUT",
        Bucket,
        &[Key("ownershipControls")],
        "PutBucketOwnershipControls",
    ),
    ("PUT", Bucket, &[Key("policy")], "PutBucketPolicy"),
    ("PUT", Bucket, &[Key("replication")], "PutBucketReplication"),
    (
        "PUT",
        Bucket,
        &[Key("requestPayment")],
        "PutBucketRequestPayment",
    ),
    ("PUT", Bucket, &[Key("tagging")], "PutBucketTagging"),
    ("PUT", Bucket, &[Key("versioning")], "PutBucketVersioning"),
    ("PUT", Bucket, &[Key("website")], "PutBucketWebsite"),
    (
        "PUT",
        Bucket,
        &[Key("object-lock")],
        "PutObjectLockConfiguration",
    ),
    (
        "PUT",
        Bucket,
        &[Key("publicAccessBlock")],
        "PutPublicAccessBlock",
    ),
    ("PUT", Bucket, &[], "CreateBucket"),
    ("PUT", Object, &[Key("acl")], "PutObjectAcl"),
    ("PUT", Object, &[Key("legal-hold")], "PutObjectLegalHold"),
    ("PUT", Object, &[Key("retention")], "PutObjectRetention"),
    ("PUT", Object, &[Key("tagging")], "PutObjectTagging"),
    ("PUT", Object, &[Key("renameObject")], "RenameObject"),
    (
        "PUT",
        Object,
        &[
            Key("partNumber"),
            Key("uploadId"),
            Header("x-amz-copy-source"),
        ],
        "UploadPartCopy",
    ),
    (
        "PUT",
        Object,
        &[Key("partNumber"), Key("uploadId")],
        "UploadPart",
    ),
    ("PUT", Object, &[Header("x-amz-copy-source")], "CopyObject"),
    ("PUT", Object, &[], "PutObject"),
    (
        "DELETE",
        Bucket,
        &[Key("analytics")],
        "DeleteBucketAnalyticsConfiguration",
    ),
    (
        "DELETE",
        Bucket,
        &[Key("intelligent-tiering")],
        "DeleteBucketIntelligentTieringConfiguration",
    ),
    (
        "DELETE",
        Bucket,
        &[Key("inventory")],
        "DeleteBucketInventoryConfiguration",
    ),
    (
        "DELETE",
        Bucket,
        &[Key("metrics")],
        "DeleteBucketMetricsConfiguration",
    ),
    ("DELETE", Bucket, &[Key("cors")], "DeleteBucketCors"),
    (
        "DELETE",
        Bucket,
        &[Key("encryption")],
        "DeleteBucketEncryption",
    ),
    (
        "DELETE",
        Bucket,
        &[Key("lifecycle")],
        "DeleteBucketLifecycle",
    ),
    (
        "DELETE",
        Bucket,
        &[Key("metadataTable")],
        "DeleteBucketMetadataTableConfiguration",
    ),
    (
        "DELETE",
        Bucket,
        &[Key("ownershipControls")],
        "DeleteBucketOwnershipControls",
    ),
    ("DELETE", Bucket, &[Key("policy")], "DeleteBucketPolicy"),
    (
        "DELETE",
        Bucket,
        &[Key("replication")],
        "DeleteBucketReplication",
    ),
    ("DELETE", Bucket, &[Key("tagging")], "DeleteBucketTagging"),
    ("DELETE", Bucket, &[Key("website")], "DeleteBucketWebsite"),
    (
        "DELETE",
        Bucket,
        &[Key("publicAccessBlock")],
        "DeletePublicAccessBlock",
    ),
    ("DELETE", Bucket, &[], "DeleteBucket"),
    ("DELETE", Object, &[Key("tagging")], "DeleteObjectTagging"),
    ("DELETE", Object, &[Key("uploadId")], "AbortMultipartUpload"),
    ("DELETE", Object, &[], "DeleteObject"),
];

/// What a request for S3 is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct S3Target {
    /// The bucket; empty where the request is about none.
    pub bucket: String,
    /// The key, decoded; empty where the request is about none.
    pub key: String,
}

impl S3Target {
    /// The bucket and key of a path, or of a path below a bucket that the host names.
    #[must_use]
    pub fn of(path: &str, host_bucket: Option<String>) -> Self {
        let path = path.strip_prefix('/').unwrap_or(path);
        let (bucket, key) = match host_bucket {
            Some(bucket) => (bucket, path),
            None => {
                let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
                (decoded(bucket), key)
            }
        };
        Self {
            bucket,
            key: decoded(key),
        }
    }

    /// The operation, by the name that the service model gives it; none where there is no such
    /// operation.
    #[must_use]
    pub fn operation(
        &self,
        method: &Method,
        query: Option<&str>,
        headers: &HeaderMap,
    ) -> Option<&'static str> {
        let level = match (self.bucket.is_empty(), self.key.is_empty()) {
            (true, _) => Service,
            (false, true) => Bucket,
            (false, false) => Object,
        };
        let query = query.unwrap_or_default();
        let fits = |mark: &Mark| match *mark {
            Key(key) => pairs(query).any(|(name, _)| name == key),
            Pair(key, wanted) => pairs(query).any(|pair| pair == (key, wanted)),
            Header(name) => headers.contains_key(name),
        };
        let found = ROWS.iter().find(|(of, about, marks, _)| {
            method == of && *about == level && marks.iter().all(fits)
        });
        let name = found.map(|(.., name)| *name);
        name.or_else(|| (level == Bucket && is_form(method, headers)).then_some(POST_OBJECT))
    }
}

/// The names of all operations.
pub fn operations() -> impl Iterator<Item = &'static str> {
    let names = ROWS.iter().map(|(.., name)| *name);
    names.chain([POST_OBJECT])
}

fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

fn is_form(method: &Method, headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE);
    let content_type = content_type.and_then(|it| it.to_str().ok());
    method == Method::POST && content_type.is_some_and(|it| it.starts_with("multipart/form-data"))
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
    fn operations_are_told_from_the_head() {
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
