//! Why the disk refuses a change of buckets.

use s3s::S3Error;

/// The disk refuses a change of buckets.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.message().unwrap_or("the disk failed"))]
pub struct DiskError(#[source] pub(super) S3Error);
