//! The keys whose signatures are believed, for the library to check them with.

use std::collections::HashMap;

use async_trait::async_trait;
use s3s::auth::{S3Auth, SecretKey};
use s3s::{S3ErrorCode, S3Result};

use super::settings::KnownKey;

/// Secrets by access key id.
pub(crate) struct KnownKeys(HashMap<String, SecretKey>);

impl KnownKeys {
    pub(crate) fn new(keys: &[KnownKey]) -> Self {
        let pair = |key: &KnownKey| {
            (
                key.access_key.clone(),
                SecretKey::from(key.secret_key.clone()),
            )
        };
        Self(keys.iter().map(pair).collect())
    }
}

#[async_trait]
impl S3Auth for KnownKeys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        self.0
            .get(access_key)
            .cloned()
            .ok_or_else(|| S3ErrorCode::InvalidAccessKeyId.into())
    }
}
