//! The resource types of S3, on the buckets of the server.

mod bucket;
mod bucket_policy;
mod configuration;

pub(crate) use self::bucket::Bucket;
pub(crate) use self::bucket_policy::BucketPolicy;
