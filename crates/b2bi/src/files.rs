//! Files in object storage, and the errors about files that cannot be read.

use std::ops::Range;
use std::sync::Arc;

use b2bi_local_model::Error;
use b2bi_local_objects::{Object, ObjectError, ObjectStore};
use bytes::Bytes;
use tokio::runtime::Handle;

use crate::context::{Ctx, ServiceContext};
use crate::edi::ByteSink;
use crate::environment::Environment;
use crate::errors::{access_denied, internal, resource_not_found, validation};
use crate::location::Location;
use crate::scope::Scope;

/// Why a file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// The storage failed.
    #[error("{}", storage_message(.uri, .source))]
    Storage {
        /// The file.
        uri: String,
        /// The storage's own error.
        source: ObjectError,
    },
    /// It is too large.
    #[error("The file {uri} has {size} bytes; the limit is {limit}")]
    TooLarge {
        /// The file.
        uri: String,
        /// Its size in bytes.
        size: u64,
        /// The maximum size.
        limit: u64,
    },
    /// It was replaced while it was read.
    #[error("The file {uri} was changed while it was read")]
    Changed {
        /// The file.
        uri: String,
    },
}

fn storage_message(uri: &str, source: &ObjectError) -> String {
    match source {
        ObjectError::AccessDenied => {
            format!("Access denied when getting object attributes from {uri}")
        }
        other => format!("Cannot use {uri}: {other}"),
    }
}

impl FileError {
    /// The storage's error for a file.
    pub(crate) fn storage(location: &Location, source: ObjectError) -> Self {
        Self::Storage {
            uri: location.uri(),
            source,
        }
    }

    /// The modelled error.
    ///
    /// Source: the texts for denied access were seen on AWS; the rest is Assumption A-15.
    pub(crate) fn modelled(&self) -> Error {
        let message = self.to_string();
        let Self::Storage { source, .. } = self else {
            return validation(message);
        };
        match source {
            ObjectError::NoSuchBucket | ObjectError::NoSuchKey => resource_not_found(message),
            ObjectError::AccessDenied => access_denied(message),
            ObjectError::Unavailable(_) => internal(message),
            ObjectError::Other(_) => validation(message),
        }
    }
}

/// Refuses a file of more than `limit` bytes; returns its size.
pub(crate) async fn check_size(
    ctx: &Ctx<'_>,
    location: &Location,
    limit: u64,
) -> Result<u64, Error> {
    let objects = &ctx.environment.objects;
    let attributes = objects
        .head(&ctx.scope.account, &location.bucket, &location.key)
        .await
        .map_err(|error| FileError::storage(location, error).modelled())?;
    check_limit(location, attributes.size, limit).map_err(|error| error.modelled())?;
    Ok(attributes.size)
}

/// Refuses a size of more than `limit` bytes.
pub(crate) fn check_limit(location: &Location, size: u64, limit: u64) -> Result<(), FileError> {
    if size <= limit {
        return Ok(());
    }
    let uri = location.uri();
    Err(FileError::TooLarge { uri, size, limit })
}

/// Reads a large file window by window.
#[derive(Clone)]
pub(crate) struct WindowReader {
    objects: Arc<dyn ObjectStore>,
    account: String,
    location: Location,
    size: u64,
    window: u64,
}

impl WindowReader {
    /// A reader for a file of this size.
    pub(crate) fn new(
        context: &ServiceContext,
        scope: &Scope,
        location: &Location,
        size: u64,
    ) -> Self {
        Self {
            objects: Arc::clone(&context.environment.objects),
            window: context.config.window_bytes.max(1),
            account: scope.account.to_string(),
            location: location.clone(),
            size,
        }
    }

    /// Refuses a file of more than `limit` bytes.
    pub(crate) fn check_limit(&self, limit: u64) -> Result<(), FileError> {
        check_limit(&self.location, self.size, limit)
    }

    /// Passes on the file's bytes until the receiver is gone; call it where blocking is allowed.
    pub(crate) fn windows(&self, take: &mut ByteSink<'_>) -> Result<(), FileError> {
        let runtime = Handle::current();
        let mut first_tag: Option<String> = None;
        let mut at = 0;
        while at < self.size {
            let end = self.size.min(at + self.window);
            let window = self.window(at..end);
            let object = runtime
                .block_on(window)
                .map_err(|error| FileError::storage(&self.location, error))?;
            let tag = object.attributes.etag;
            if *first_tag.get_or_insert_with(|| tag.clone()) != tag {
                let uri = self.location.uri();
                return Err(FileError::Changed { uri });
            }
            if take(&object.body).is_break() {
                break;
            }
            at = end;
        }
        Ok(())
    }

    async fn window(&self, range: Range<u64>) -> Result<Object, ObjectError> {
        let Location { bucket, key } = &self.location;
        self.objects
            .get(&self.account, bucket, key, Some(range))
            .await
    }
}

/// The first bytes of a file, at most `limit`.
pub(crate) async fn beginning(
    ctx: &Ctx<'_>,
    location: &Location,
    limit: u64,
) -> Result<Bytes, Error> {
    let objects = &ctx.environment.objects;
    let Location { bucket, key } = location;
    let object = objects
        .get(&ctx.scope.account, bucket, key, Some(0..limit))
        .await;
    object
        .map(|object| object.body)
        .map_err(|error| FileError::storage(location, error).modelled())
}

/// The bytes of a file.
pub(crate) async fn read(
    environment: &Environment,
    scope: &Scope,
    location: &Location,
) -> Result<Bytes, FileError> {
    let objects = &environment.objects;
    objects
        .get(&scope.account, &location.bucket, &location.key, None)
        .await
        .map(|item| item.body)
        .map_err(|error| FileError::storage(location, error))
}

/// Writes a whole file.
pub(crate) async fn write(
    environment: &Environment,
    scope: &Scope,
    location: &Location,
    body: Bytes,
    content_type: &str,
) -> Result<(), FileError> {
    let objects = &environment.objects;
    objects
        .put(
            &scope.account,
            &location.bucket,
            &location.key,
            body,
            content_type,
        )
        .await
        .map(|_| ())
        .map_err(|error| FileError::storage(location, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_access_is_told_in_the_words_of_the_service() {
        let location = Location {
            bucket: "orders".to_owned(),
            key: "in/1.edi".to_owned(),
        };
        let error = FileError::storage(&location, ObjectError::AccessDenied).modelled();
        let message = "Access denied when getting object attributes from s3://orders/in/1.edi";
        assert_eq!(error, access_denied(message.to_owned()));
    }
}
