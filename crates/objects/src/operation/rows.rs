//! The operations of S3, by what tells each from the others.
//!
//! Source: the service model of S3, `2006-03-01`: methods, URIs and required query keys and headers.

use self::Level::{Bucket, Object, Service};
use self::Mark::{Header, Key, Pair};

/// What a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Service,
    Bucket,
    Object,
}

/// What tells an operation from others of the same method and level.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mark {
    /// The query has this key.
    Key(&'static str),
    /// The query has this key with this value.
    Pair(&'static str, &'static str),
    /// There is this header.
    Header(&'static str),
}

pub(super) type Row = (&'static str, Level, &'static [Mark], &'static str);

/// Of several rows that fit, the first counts.
pub(super) static ROWS: &[Row] = &[
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
