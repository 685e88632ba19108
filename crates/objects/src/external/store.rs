//! The external S3 behind the trait that the service uses.

use std::ops::Range;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, LAST_MODIFIED, RANGE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use super::client::{RequestError, S3Response};
use super::listing::{self, unquoted};
use super::sign::S3Request;
use super::writer::{PART, Upload};
use super::{Client, ExternalS3};
use crate::store::{Attributes, Listing, Object, ObjectError, ObjectStore, ObjectWriter};

/// The maximum number of keys in a page of S3.
const PAGE: usize = 1000;
/// The greatest byte position that all S3 implementations accept.
const FARTHEST: u64 = i64::MAX.unsigned_abs();

#[async_trait]
impl ObjectStore for ExternalS3 {
    async fn head(
        &self,
        account: &str,
        bucket: &str,
        key: &str,
    ) -> Result<Attributes, ObjectError> {
        let ask = S3Request::new(Method::HEAD, bucket, key);
        match self.client.send(account, &ask).await {
            Ok(answer) => Ok(attributes(&answer.headers, length(&answer.headers))),
            // A reply to HEAD has no body that says what is missing.
            Err(RequestError::ErrorResponse(response)) if response.is_absent() => {
                let has_bucket = self.has_bucket(account, bucket).await;
                Err(match has_bucket {
                    Ok(false) => ObjectError::NoSuchBucket,
                    _ => ObjectError::NoSuchKey,
                })
            }
            Err(trouble) => Err(trouble.into()),
        }
    }

    async fn get(
        &self,
        account: &str,
        bucket: &str,
        key: &str,
        range: Option<Range<u64>>,
    ) -> Result<Object, ObjectError> {
        let mut ask = S3Request::new(Method::GET, bucket, key);
        if let Some(range) = &range {
            let Some(last) = range.end.checked_sub(1).filter(|rest| *rest >= range.start) else {
                return self.nothing(account, bucket, key).await;
            };
            let bytes = format!("bytes={}-{}", range.start, last.min(FARTHEST));
            ask.headers.push((RANGE, value(&bytes)?));
        }
        match self.client.send(account, &ask).await {
            Ok(answer) => Ok(object(answer, range)),
            Err(RequestError::ErrorResponse(response))
                if response.status == StatusCode::RANGE_NOT_SATISFIABLE =>
            {
                self.nothing(account, bucket, key).await
            }
            Err(trouble) => Err(trouble.into()),
        }
    }

    async fn put(
        &self,
        account: &str,
        bucket: &str,
        key: &str,
        body: Bytes,
        content_type: &str,
    ) -> Result<Attributes, ObjectError> {
        if body.len() <= 2 * PART {
            return put_whole(&self.client, account, (bucket, key), body, content_type).await;
        }
        let mut writer = self.writer(account, bucket, key, content_type).await?;
        match writer.write(body).await {
            Ok(()) => writer.finish().await,
            Err(error) => {
                writer.abandon().await;
                Err(error)
            }
        }
    }

    async fn writer(
        &self,
        account: &str,
        bucket: &str,
        key: &str,
        content_type: &str,
    ) -> Result<Box<dyn ObjectWriter>, ObjectError> {
        let client = Arc::clone(&self.client);
        let upload = Upload::new(client, account, (bucket, key), content_type);
        Ok(Box::new(upload))
    }

    async fn delete(&self, account: &str, bucket: &str, key: &str) -> Result<(), ObjectError> {
        let ask = S3Request::new(Method::DELETE, bucket, key);
        match self
            .client
            .send(account, &ask)
            .await
            .map_err(ObjectError::from)
        {
            Ok(_) | Err(ObjectError::NoSuchKey) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn list(
        &self,
        account: &str,
        bucket: &str,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Listing, ObjectError> {
        let mut ask = S3Request::new(Method::GET, bucket, "");
        ask.query = vec![
            ("encoding-type", "url".to_owned()),
            ("list-type", "2".to_owned()),
            ("max-keys", limit.min(PAGE).to_string()),
            ("prefix", prefix.to_owned()),
        ];
        ask.query
            .extend(after.map(|after| ("start-after", after.to_owned())));
        let answer = self.client.send(account, &ask).await?;
        let page = listing::read(&answer.headers, &answer.body);
        page.ok_or_else(|| ObjectError::Other("S3 answers with no list of objects".to_owned()))
    }
}

impl ExternalS3 {
    /// An object of which no bytes are requested.
    async fn nothing(&self, account: &str, bucket: &str, key: &str) -> Result<Object, ObjectError> {
        Ok(Object {
            attributes: self.head(account, bucket, key).await?,
            body: Bytes::new(),
        })
    }
}

/// Writes an object in one request.
pub(super) async fn put_whole(
    client: &Client,
    account: &str,
    (bucket, key): (&str, &str),
    body: Bytes,
    content_type: &str,
) -> Result<Attributes, ObjectError> {
    let size = u64::try_from(body.len()).unwrap_or(u64::MAX);
    let mut ask = S3Request::new(Method::PUT, bucket, key);
    ask.headers.push((CONTENT_TYPE, value(content_type)?));
    ask.body = body;
    let answer = client.send(account, &ask).await?;
    Ok(Attributes {
        content_type: Some(content_type.to_owned()),
        // A reply to PUT has only its own time, not that of the object.
        last_modified: (client.settings.clock)(),
        ..attributes(&answer.headers, size)
    })
}

/// A header's value.
pub(super) fn value(text: &str) -> Result<HeaderValue, ObjectError> {
    HeaderValue::from_str(text)
        .map_err(|_| ObjectError::Other(format!("`{text}` is not a valid header")))
}

/// The object in a reply; a server without ranges has sent all of it.
fn object(answer: S3Response, range: Option<Range<u64>>) -> Object {
    let is_part = answer.status == StatusCode::PARTIAL_CONTENT;
    let whole = text(&answer.headers, &CONTENT_RANGE).and_then(|text| text.rsplit_once('/'));
    let whole = whole.and_then(|(_, size)| size.parse().ok());
    let size = u64::try_from(answer.body.len()).unwrap_or(u64::MAX);
    let body = match range {
        Some(range) if !is_part => {
            let end = range.end.min(size);
            let within = index(range.start.min(end))..index(end);
            answer.body.slice(within)
        }
        _ => answer.body,
    };
    Object {
        attributes: attributes(&answer.headers, whole.filter(|_| is_part).unwrap_or(size)),
        body,
    }
}

fn index(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

/// The attributes of an object in the headers of a reply.
pub(super) fn attributes(headers: &HeaderMap, size: u64) -> Attributes {
    Attributes {
        size,
        etag: unquoted(text(headers, &ETAG).unwrap_or_default()),
        last_modified: time(headers).unwrap_or(UNIX_EPOCH),
        content_type: text(headers, &CONTENT_TYPE).map(str::to_owned),
    }
}

fn length(headers: &HeaderMap) -> u64 {
    let length = text(headers, &CONTENT_LENGTH).and_then(|text| text.parse().ok());
    length.unwrap_or_default()
}

fn time(headers: &HeaderMap) -> Option<SystemTime> {
    httpdate::parse_http_date(text(headers, &LAST_MODIFIED)?).ok()
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
