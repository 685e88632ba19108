//! Why buckets cannot be described as JSON, or be made from such a description.

use std::io;
use std::string::FromUtf8Error;

use s3s::S3Error;
use s3s::dto::FormatTimestampError;

use super::configuration::ConfigurationError;

/// An object cannot be described.
#[derive(Debug, thiserror::Error)]
#[error("s3://{bucket}/{key}: {source}")]
pub struct DescribeError {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) source: ObjectDescribeError,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum ObjectDescribeError {
    #[error("{}", .0.message().unwrap_or("unreadable"))]
    Unreadable(#[source] S3Error),
    #[error("a time has no text")]
    Time,
    #[error(transparent)]
    Expires(#[from] FormatTimestampError),
    #[error(transparent)]
    Text(#[from] FromUtf8Error),
}

/// A described bucket cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("the bucket {bucket}: {source}")]
pub struct PrepareError {
    pub(super) bucket: String,
    pub(super) source: BucketError,
}

/// The problem of a described bucket.
#[derive(Debug, thiserror::Error)]
pub(super) enum BucketError {
    #[error("it is there twice")]
    Duplicate,
    #[error("this is not the name of a bucket")]
    Name,
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    #[error("versions are in it, and its configurations have no versioning")]
    Unversioned,
    #[error("a version of the key {key:?}: {source}")]
    Version {
        key: String,
        source: DescriptionError,
    },
    #[error("the key {key:?}: {source}")]
    Key {
        key: String,
        source: DescriptionError,
    },
}

/// The problem of a described object or version.
#[derive(Debug, thiserror::Error)]
pub(super) enum DescriptionError {
    #[error("it is there twice")]
    Duplicate,
    #[error("the version {0} is there twice")]
    DuplicateVersion(String),
    #[error("a key has from 1 to {0} bytes")]
    KeyLength(usize),
    #[error("lastModified must be such as 2026-01-31T09:30:00Z")]
    LastModified,
    #[error("expires must be such as 2026-01-31T09:30:00Z")]
    Expires,
    #[error("customerKeyMd5 is not an MD5 in Base64")]
    CustomerKey,
    #[error("acl is not a list that S3 takes")]
    Acl,
    #[error("versionId is not one that S3 gives")]
    VersionId,
    #[error("either text or base64 is wanted")]
    Body,
    #[error("base64: {0}")]
    Base64(#[from] base64::DecodeError),
    #[error("checksumAlgorithm is not one that S3 has")]
    Algorithm,
    #[error("checksumType is COMPOSITE for parts, or left out")]
    ChecksumType,
    #[error("parts must have rising numbers, and sizes that make {0} bytes in all")]
    Parts(i64),
    #[error("its bytes cannot be read")]
    Bytes(#[source] S3Error),
    #[error("{}", .0.message().unwrap_or("refused"))]
    Object(#[source] S3Error),
    #[error(transparent)]
    File(#[from] io::Error),
}
