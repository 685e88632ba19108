//! The functions on buckets that resource types need.

use async_trait::async_trait;

use crate::context::HandlerContext;
use crate::error::HandlerError;

/// Object storage, with configurations as documents in S3's XML or JSON.
#[async_trait]
pub trait Buckets: Send + Sync {
    /// Makes a bucket.
    ///
    /// # Errors
    ///
    /// `AlreadyExists`, or what S3 answers.
    async fn create(&self, context: &HandlerContext, bucket: &str) -> Result<(), HandlerError>;

    /// Removes a bucket, which has to be empty.
    ///
    /// # Errors
    ///
    /// `NotFound`, or what S3 answers.
    async fn delete(&self, context: &HandlerContext, bucket: &str) -> Result<(), HandlerError>;

    /// Whether the bucket exists.
    ///
    /// # Errors
    ///
    /// What S3 answers.
    async fn exists(&self, context: &HandlerContext, bucket: &str) -> Result<bool, HandlerError>;

    /// The names of the account's buckets.
    ///
    /// # Errors
    ///
    /// What S3 answers.
    async fn list(&self, context: &HandlerContext) -> Result<Vec<String>, HandlerError>;

    /// The configuration with this name, such as `policy`; `None` if it is not set.
    ///
    /// # Errors
    ///
    /// `NotFound` of the bucket, or what S3 answers.
    async fn configuration(
        &self,
        context: &HandlerContext,
        bucket: &str,
        name: &str,
    ) -> Result<Option<String>, HandlerError>;

    /// Sets the configuration of this name, or removes it.
    ///
    /// # Errors
    ///
    /// `NotFound` of the bucket, or what S3 answers.
    async fn set_configuration(
        &self,
        context: &HandlerContext,
        bucket: &str,
        name: &str,
        document: Option<String>,
    ) -> Result<(), HandlerError>;
}
