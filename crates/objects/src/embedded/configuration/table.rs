//! The configurations that a bucket has, one row each.

use http::{HeaderMap, StatusCode};
use s3s::S3Result;

use super::check::{self, Check};
use super::generated;
use super::shape::Shape;
use crate::embedded::acl;
use crate::xml::Element;

/// The maximum number of bytes of a document, unless S3 documents another limit. Assumption A-271.
const MAX_BYTES: usize = 512 << 10;

/// The name of the configuration for versioning.
pub(super) const VERSIONING: &str = "versioning";

/// The name of the configuration for the bucket's tags.
pub(super) const TAGGING: &str = "tagging";

/// A configuration of a bucket.
pub(crate) struct Row {
    /// The query key that names it.
    pub(super) name: &'static str,
    pub(super) put: &'static str,
    pub(super) get: &'static str,
    /// Empty if S3 has no such operation.
    pub(super) delete: &'static str,
    /// For a configuration with an id; empty for one that a bucket has only once.
    pub(super) list: &'static str,
    /// The name of its document's root element.
    pub(super) root: &'static str,
    pub(super) shape: &'static Shape,
    pub(super) check: Check,
    pub(super) unset: UnsetReply,
    pub(super) max_bytes: usize,
    /// The document from a request's headers, instead of its body.
    pub(super) of_headers: fn(&HeaderMap, &str) -> S3Result<Option<Element>>,
    /// A header that is stored with it, and its default value.
    pub(super) header: Option<(&'static str, &'static str)>,
    /// The status of a PUT.
    pub(super) put_status: StatusCode,
}

/// The reply if the configuration is not set.
pub(super) enum UnsetReply {
    /// The document.
    Document(&'static str),
    /// The document, with the owner of the bucket.
    Owned(fn(&str) -> Element),
    /// The document that each new bucket has; the error after it was deleted.
    Initial(&'static str, UnsetError),
    Error(UnsetError),
}

/// A code and a message, with status 404.
pub(super) type UnsetError = (&'static str, &'static str);

const NO_SUCH_CONFIGURATION: UnsetError = (
    "NoSuchConfiguration",
    "The specified configuration does not exist.",
);

/// A row with the defaults.
const PLAIN: Row = Row {
    name: "",
    put: "",
    get: "",
    delete: "",
    list: "",
    root: "",
    shape: &Shape::Text,
    check: check::nothing,
    unset: UnsetReply::Error(NO_SUCH_CONFIGURATION),
    max_bytes: MAX_BYTES,
    of_headers: |_, _| Ok(None),
    header: None,
    put_status: StatusCode::OK,
};

/// All configurations. Source: the service model of S3, and for unset configurations the docs of
/// each GET, 2026-11.
pub(super) static ROWS: &[Row] = &[
    Row {
        name: "accelerate",
        put: "PutBucketAccelerateConfiguration",
        get: "GetBucketAccelerateConfiguration",
        root: "AccelerateConfiguration",
        shape: &generated::ACCELERATE_CONFIGURATION,
        check: check::accelerate,
        unset: UnsetReply::Document("<AccelerateConfiguration></AccelerateConfiguration>"),
        ..PLAIN
    },
    Row {
        name: "acl",
        put: "PutBucketAcl",
        get: "GetBucketAcl",
        root: "AccessControlPolicy",
        shape: &generated::ACCESS_CONTROL_POLICY,
        check: check::acl,
        unset: UnsetReply::Owned(acl::private),
        of_headers: acl::of_headers,
        ..PLAIN
    },
    Row {
        name: "analytics",
        put: "PutBucketAnalyticsConfiguration",
        get: "GetBucketAnalyticsConfiguration",
        delete: "DeleteBucketAnalyticsConfiguration",
        list: "ListBucketAnalyticsConfigurations",
        root: "AnalyticsConfiguration",
        shape: &generated::ANALYTICS_CONFIGURATION,
        ..PLAIN
    },
    Row {
        name: "cors",
        put: "PutBucketCors",
        get: "GetBucketCors",
        delete: "DeleteBucketCors",
        root: "CORSConfiguration",
        shape: &generated::CORS_CONFIGURATION,
        check: check::cors,
        unset: UnsetReply::Error((
            "NoSuchCORSConfiguration",
            "The CORS configuration does not exist",
        )),
        max_bytes: 64 << 10,
        ..PLAIN
    },
    Row {
        name: "encryption",
        put: "PutBucketEncryption",
        get: "GetBucketEncryption",
        delete: "DeleteBucketEncryption",
        root: "ServerSideEncryptionConfiguration",
        shape: &generated::SERVER_SIDE_ENCRYPTION_CONFIGURATION,
        check: check::encryption,
        unset: UnsetReply::Document(
            "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
             <SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault>\
             <BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>",
        ),
        ..PLAIN
    },
    Row {
        name: "intelligent-tiering",
        put: "PutBucketIntelligentTieringConfiguration",
        get: "GetBucketIntelligentTieringConfiguration",
        delete: "DeleteBucketIntelligentTieringConfiguration",
        list: "ListBucketIntelligentTieringConfigurations",
        root: "IntelligentTieringConfiguration",
        shape: &generated::INTELLIGENT_TIERING_CONFIGURATION,
        ..PLAIN
    },
    Row {
        name: "inventory",
        put: "PutBucketInventoryConfiguration",
        get: "GetBucketInventoryConfiguration",
        delete: "DeleteBucketInventoryConfiguration",
        list: "ListBucketInventoryConfigurations",
        root: "InventoryConfiguration",
        shape: &generated::INVENTORY_CONFIGURATION,
        ..PLAIN
    },
    Row {
        name: "lifecycle",
        put: "PutBucketLifecycleConfiguration",
        get: "GetBucketLifecycleConfiguration",
        delete: "DeleteBucketLifecycle",
        root: "LifecycleConfiguration",
        shape: &generated::BUCKET_LIFECYCLE_CONFIGURATION,
        check: check::lifecycle,
        unset: UnsetReply::Error((
            "NoSuchLifecycleConfiguration",
            "The lifecycle configuration does not exist",
        )),
        header: Some((
            "x-amz-transition-default-minimum-object-size",
            "all_storage_classes_128K",
        )),
        ..PLAIN
    },
    Row {
        name: "logging",
        put: "PutBucketLogging",
        get: "GetBucketLogging",
        root: "BucketLoggingStatus",
        shape: &generated::BUCKET_LOGGING_STATUS,
        check: check::logging,
        unset: UnsetReply::Document("<BucketLoggingStatus></BucketLoggingStatus>"),
        ..PLAIN
    },
    Row {
        name: "metrics",
        put: "PutBucketMetricsConfiguration",
        get: "GetBucketMetricsConfiguration",
        delete: "DeleteBucketMetricsConfiguration",
        list: "ListBucketMetricsConfigurations",
        root: "MetricsConfiguration",
        shape: &generated::METRICS_CONFIGURATION,
        ..PLAIN
    },
    Row {
        name: "notification",
        put: "PutBucketNotificationConfiguration",
        get: "GetBucketNotificationConfiguration",
        root: "NotificationConfiguration",
        shape: &generated::NOTIFICATION_CONFIGURATION,
        check: check::notification,
        unset: UnsetReply::Document("<NotificationConfiguration></NotificationConfiguration>"),
        ..PLAIN
    },
    Row {
        name: "object-lock",
        put: "PutObjectLockConfiguration",
        get: "GetObjectLockConfiguration",
        root: "ObjectLockConfiguration",
        shape: &generated::OBJECT_LOCK_CONFIGURATION,
        check: check::object_lock,
        unset: UnsetReply::Error((
            "ObjectLockConfigurationNotFoundError",
            "Object Lock configuration does not exist for this bucket",
        )),
        ..PLAIN
    },
    Row {
        name: "ownershipControls",
        put: "PutBucketOwnershipControls",
        get: "GetBucketOwnershipControls",
        delete: "DeleteBucketOwnershipControls",
        root: "OwnershipControls",
        shape: &generated::OWNERSHIP_CONTROLS,
        check: check::ownership,
        unset: UnsetReply::Initial(
            "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>\
             </OwnershipControls>",
            (
                "OwnershipControlsNotFoundError",
                "The bucket ownership controls were not found",
            ),
        ),
        ..PLAIN
    },
    Row {
        name: "publicAccessBlock",
        put: "PutPublicAccessBlock",
        get: "GetPublicAccessBlock",
        delete: "DeletePublicAccessBlock",
        root: "PublicAccessBlockConfiguration",
        shape: &generated::PUBLIC_ACCESS_BLOCK_CONFIGURATION,
        check: check::public_access,
        unset: UnsetReply::Initial(
            "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
             <IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy>\
             <RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>",
            (
                "NoSuchPublicAccessBlockConfiguration",
                "The public access block configuration was not found",
            ),
        ),
        ..PLAIN
    },
    Row {
        name: "replication",
        put: "PutBucketReplication",
        get: "GetBucketReplication",
        delete: "DeleteBucketReplication",
        root: "ReplicationConfiguration",
        shape: &generated::REPLICATION_CONFIGURATION,
        check: check::replication,
        unset: UnsetReply::Error((
            "ReplicationConfigurationNotFoundError",
            "The replication configuration was not found",
        )),
        ..PLAIN
    },
    Row {
        name: "requestPayment",
        put: "PutBucketRequestPayment",
        get: "GetBucketRequestPayment",
        root: "RequestPaymentConfiguration",
        shape: &generated::REQUEST_PAYMENT_CONFIGURATION,
        unset: UnsetReply::Document(
            "<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>",
        ),
        ..PLAIN
    },
    Row {
        name: TAGGING,
        put: "PutBucketTagging",
        put_status: StatusCode::NO_CONTENT,
        get: "GetBucketTagging",
        delete: "DeleteBucketTagging",
        root: "Tagging",
        shape: &generated::TAGGING,
        check: check::tagging,
        unset: UnsetReply::Error(("NoSuchTagSet", "The TagSet does not exist")),
        max_bytes: 128 << 10,
        ..PLAIN
    },
    Row {
        name: VERSIONING,
        put: "PutBucketVersioning",
        get: "GetBucketVersioning",
        root: "VersioningConfiguration",
        shape: &generated::VERSIONING_CONFIGURATION,
        check: check::versioning,
        unset: UnsetReply::Document("<VersioningConfiguration></VersioningConfiguration>"),
        ..PLAIN
    },
    Row {
        name: "website",
        put: "PutBucketWebsite",
        get: "GetBucketWebsite",
        delete: "DeleteBucketWebsite",
        root: "WebsiteConfiguration",
        shape: &generated::WEBSITE_CONFIGURATION,
        check: check::website,
        unset: UnsetReply::Error((
            "NoSuchWebsiteConfiguration",
            "The specified bucket does not have a website configuration",
        )),
        max_bytes: 128 << 10,
        ..PLAIN
    },
];
