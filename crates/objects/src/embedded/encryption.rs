//! Default encryption: how objects are encrypted if their request does not say.
//!
//! Source: docs `bucket-encryption`, `bucket-key`, 2026-11.

use s3s::dto::ServerSideEncryption;
use s3s::{S3Result, s3_error};

use super::fields::Headers;
use super::state::Bucket;
use crate::xml::Element;

/// The algorithms without a customer's key.
const ALGORITHMS: [&str; 4] = ["AES256", "aws:kms", "aws:kms:dsse", "aws:fsx"];
/// The prefix of the algorithms that have keys.
const KMS: &str = "aws:kms";
/// The name of the configuration among those of a bucket.
const CONFIGURATION: &str = "encryption";

impl Headers {
    /// Refuses an algorithm that S3 does not have, and a key for an algorithm without keys.
    ///
    /// # Errors
    /// `InvalidEncryptionAlgorithmError`, `InvalidArgument`.
    pub(crate) fn check_encryption(&self) -> S3Result<()> {
        let algorithm = self.server_side_encryption.as_ref();
        let algorithm = algorithm.map(ServerSideEncryption::as_str);
        if algorithm.is_some_and(|algorithm| !ALGORITHMS.contains(&algorithm)) {
            return Err(s3_error!(
                InvalidEncryptionAlgorithmError,
                "The encryption request you specified is not valid. The valid value is AES256."
            ));
        }
        let has_keys = algorithm.is_some_and(|algorithm| algorithm.starts_with(KMS));
        if self.ssekms_key_id.is_some() && !has_keys {
            return Err(s3_error!(
                InvalidArgument,
                "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms"
            ));
        }
        Ok(())
    }

    /// Applies the bucket's default encryption if the request does not set one.
    pub(crate) fn encrypt_in(&mut self, bucket: &Bucket) {
        let rule = rule(bucket);
        if self.server_side_encryption.is_none() && self.customer_key_md5.is_none() {
            let default = rule
                .as_ref()
                .and_then(|rule| rule.child("ApplyServerSideEncryptionByDefault"));
            let text = |name| {
                default
                    .and_then(|default| default.text_of(name))
                    .map(str::to_owned)
            };
            self.server_side_encryption = text("SSEAlgorithm").map(ServerSideEncryption::from);
            self.ssekms_key_id = text("KMSMasterKeyID");
        }
        let is_kms = self
            .server_side_encryption
            .as_ref()
            .is_some_and(|algorithm| algorithm.as_str() == ServerSideEncryption::AWS_KMS);
        let by_default = || {
            let enabled = rule
                .as_ref()
                .and_then(|rule| rule.text_of("BucketKeyEnabled"));
            enabled == Some("true")
        };
        let is_enabled = is_kms && self.bucket_key_enabled.unwrap_or_else(by_default);
        // Replies name the bucket key only if it is used.
        self.bucket_key_enabled = is_enabled.then_some(true);
    }
}

fn rule(bucket: &Bucket) -> Option<Element> {
    let document = bucket.configurations.get(CONFIGURATION)?.as_deref()?;
    Element::read(document.as_bytes())?.child("Rule").cloned()
}
