//! Where files are in object storage.

use b2bi_local_model::Error;
use b2bi_local_model::types::S3Location;
use serde::{Deserialize, Serialize};

use crate::errors::validation;

/// The location of a file or a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Location {
    pub(crate) bucket: String,
    pub(crate) key: String,
}

impl Location {
    /// The location in a request; the model makes both of its members optional.
    pub(crate) fn of(location: &S3Location, member: &str) -> Result<Self, Error> {
        let missing = |name| {
            move || {
                validation(format!(
                    "1 validation error detected: Value at '{member}.{name}' failed to satisfy \
                     constraint: Member must not be null"
                ))
            }
        };
        Ok(Self {
            bucket: location
                .bucket_name
                .clone()
                .ok_or_else(missing("bucketName"))?,
            key: location.key.clone().ok_or_else(missing("key"))?,
        })
    }

    /// `s3://bucket/key`
    pub(crate) fn uri(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }

    /// The part of the key after its last slash.
    pub(crate) fn file_name(&self) -> &str {
        self.key.rsplit('/').next().unwrap_or(&self.key)
    }
}

impl From<Location> for S3Location {
    fn from(location: Location) -> Self {
        Self {
            bucket_name: Some(location.bucket),
            key: Some(location.key),
        }
    }
}

/// A key as a folder, with a trailing slash unless it is empty.
///
/// Source: Assumption A-20.
pub(crate) fn folder(key: &str) -> String {
    if key.is_empty() || key.ends_with('/') {
        key.to_owned()
    } else {
        format!("{key}/")
    }
}
