//! An external S3 as object storage: one request per method, large objects in parts.
//!
//! It uses an HTTP client and a signer rather than an object store library: small libraries
//! normalise keys, and a folder's key ends with a slash.

pub(crate) mod client;
mod listing;
pub(crate) mod settings;
mod sign;
mod store;
mod writer;

use std::fmt;
use std::sync::Arc;

use http::Method;

use self::client::{Client, RequestError, TrustError};
use self::settings::ExternalSettings;
use self::sign::S3Request;
use crate::store::ObjectError;

/// The region of buckets without a location constraint.
const FIRST_REGION: &str = "us-east-1";

/// An external S3: `MinIO`, moto, `LocalStack`, AWS itself.
///
/// A request with a temporary error is repeated a few times, and then fails with
/// [`ObjectError::Unavailable`]. An object is put as a whole or not at all: a long one is a
/// multipart upload that is completed or aborted.
#[derive(Clone)]
pub struct ExternalS3 {
    client: Arc<Client>,
}

impl ExternalS3 {
    /// An S3 at this address; it connects at the first request.
    ///
    /// # Errors
    ///
    /// The address uses TLS, and the system has no trusted certificates.
    pub fn new(settings: ExternalSettings) -> Result<Self, TrustError> {
        let client = Arc::new(Client::new(settings)?);
        Ok(Self { client })
    }

    /// Creates a bucket for an account; returns whether it is new.
    ///
    /// # Errors
    ///
    /// Another account owns it, its name is invalid, or the S3 refuses it.
    pub async fn create_bucket(&self, account: &str, bucket: &str) -> Result<bool, ObjectError> {
        if self.has_bucket(account, bucket).await? {
            return Ok(false);
        }
        let mut ask = S3Request::new(Method::PUT, bucket, "");
        let region = &self.client.settings.region;
        if region != FIRST_REGION {
            let body = format!(
                "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
                 <LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
            );
            ask.body = body.into();
        }
        match self.client.send(account, &ask).await {
            Ok(answer) => Ok(!answer.again),
            Err(RequestError::ErrorResponse(response))
                if response.code == "BucketAlreadyOwnedByYou" =>
            {
                Ok(response.again)
            }
            Err(trouble) => Err(trouble.into()),
        }
    }

    async fn has_bucket(&self, account: &str, bucket: &str) -> Result<bool, ObjectError> {
        let ask = S3Request::new(Method::HEAD, bucket, "");
        match self.client.send(account, &ask).await {
            Ok(_) => Ok(true),
            Err(RequestError::ErrorResponse(response)) if response.is_absent() => Ok(false),
            Err(trouble) => Err(trouble.into()),
        }
    }
}

impl fmt::Debug for ExternalS3 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ExternalS3")
            .field("settings", &self.client.settings)
            .finish()
    }
}
