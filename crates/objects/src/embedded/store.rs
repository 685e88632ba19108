//! The embedded S3 behind the trait that the service uses.

use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;
use s3s::{S3Error, S3ErrorCode};

use super::archive;
use super::fields::Headers;
use super::listing::{self, Query};
use super::reply;
use super::state::{self, Store};
use crate::store::{Attributes, Listed, Listing, Object, ObjectError, ObjectStore, ObjectWriter};

impl From<S3Error> for ObjectError {
    fn from(error: S3Error) -> Self {
        match error.code() {
            S3ErrorCode::NoSuchBucket => Self::NoSuchBucket,
            S3ErrorCode::NoSuchKey => Self::NoSuchKey,
            S3ErrorCode::AccessDenied => Self::AccessDenied,
            code => {
                let message = error.message().or_else(|| reply::message(code.as_str()));
                Self::Other(message.unwrap_or(code.as_str()).to_owned())
            }
        }
    }
}

fn headers(content_type: &str) -> Headers {
    Headers {
        content_type: Some(content_type.to_owned()),
        ..Headers::default()
    }
}

/// The attributes of an object that the service uses.
pub(crate) fn attributes(object: &state::Object) -> Attributes {
    Attributes {
        size: object.content.size(),
        etag: object.entity_tag.clone(),
        last_modified: object.last_modified,
        content_type: object.headers.content_type.clone(),
    }
}

#[async_trait]
impl ObjectStore for Store {
    async fn head(
        &self,
        account: &str,
        bucket: &str,
        key: &str,
    ) -> Result<Attributes, ObjectError> {
        Ok(attributes(&*self.object(account, bucket, key)?))
    }

    async fn get(
        &self,
        account: &str,
        bucket: &str,
        key: &str,
        range: Option<Range<u64>>,
    ) -> Result<Object, ObjectError> {
        let object = self.object(account, bucket, key)?;
        object
            .headers
            .check_readable(self.now(), archive::NOT_READABLE)?;
        let content = match range {
            Some(range) => object.content.slice(range),
            None => object.content.clone(),
        };
        Ok(Object {
            attributes: attributes(&object),
            body: content.into_bytes()?,
        })
    }

    async fn put(
        &self,
        account: &str,
        bucket: &str,
        key: &str,
        body: Bytes,
        content_type: &str,
    ) -> Result<Attributes, ObjectError> {
        let headers = headers(content_type);
        let in_row = self.blobs().is_none() || body.len() <= super::body::IN_ROW;
        let mut writer = self.begin(account, bucket, key, headers)?;
        if in_row {
            return writer.put(body).await;
        }
        writer.write(body).await?;
        Box::new(writer).finish().await
    }

    async fn writer(
        &self,
        account: &str,
        bucket: &str,
        key: &str,
        content_type: &str,
    ) -> Result<Box<dyn ObjectWriter>, ObjectError> {
        let writer = self.begin(account, bucket, key, headers(content_type))?;
        Ok(Box::new(writer))
    }

    async fn delete(&self, account: &str, bucket: &str, key: &str) -> Result<(), ObjectError> {
        let failures = self.failures();
        self.write(account, |buckets| {
            self.remove(account, bucket, state::bucket_mut(buckets, bucket)?, key)
        })?;
        Ok(self.flushed(failures).await?)
    }

    async fn list(
        &self,
        account: &str,
        bucket: &str,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Listing, ObjectError> {
        self.read(account, |buckets| {
            let objects = &state::bucket(buckets, bucket)?.objects;
            let page = listing::page(
                objects,
                &Query {
                    prefix,
                    delimiter: None,
                    after,
                    limit,
                },
            );
            let listed = |(key, object): &(&str, &std::sync::Arc<state::Object>)| Listed {
                key: (*key).to_owned(),
                attributes: Attributes {
                    content_type: None,
                    ..attributes(object)
                },
            };
            Ok(Listing {
                objects: page.items.iter().map(listed).collect(),
                next: page.next,
                as_of: None,
            })
        })
    }
}
