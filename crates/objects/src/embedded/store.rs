//! The embedded S3 as the service sees it.

use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;
use s3s::{S3Error, S3ErrorCode};

use super::content::Content;
use super::fields::Headers;
use super::listing::{self, Query};
use super::state::{self, Memory};
use super::{operations, reply};
use crate::store::{Attributes, Listed, Listing, Object, ObjectError, ObjectStore};

/// The most bytes a key has.
const MAX_KEY: usize = 1024;

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

fn attributes(object: &state::Object) -> Attributes {
    Attributes {
        size: object.content.size(),
        etag: object.entity_tag.clone(),
        last_modified: object.last_modified,
        content_type: object.headers.content_type.clone(),
    }
}

#[async_trait]
impl ObjectStore for Memory {
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
        let content = match range {
            Some(range) => object.content.slice(range),
            None => object.content.clone(),
        };
        Ok(Object {
            attributes: attributes(&object),
            body: content.into_bytes(),
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
        super::body::check_size(body.len(), self.max_object_bytes())?;
        if key.len() > MAX_KEY {
            return Err(S3Error::new(S3ErrorCode::KeyTooLongError).into());
        }
        let headers = Headers {
            content_type: Some(content_type.to_owned()),
            ..Headers::default()
        };
        let object = operations::write::whole(self, Content::from(body), headers, &[], None)?;
        Ok(attributes(&*self.insert(
            account,
            bucket,
            key,
            object,
            |_| Ok(()),
        )?))
    }

    async fn delete(&self, account: &str, bucket: &str, key: &str) -> Result<(), ObjectError> {
        self.write(account, |buckets| {
            self.remove(account, bucket, state::bucket_mut(buckets, bucket)?, key);
            Ok(())
        })
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
            })
        })
    }
}
