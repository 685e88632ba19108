//! An object that is written to an external S3 in parts.

use std::fmt::Write as _;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http::Method;
use http::header::CONTENT_TYPE;

use super::client::{Client, RequestError};
use super::listing::unquoted;
use super::sign::S3Request;
use super::store::{put_whole, value};
use crate::store::{Attributes, ObjectError, ObjectWriter};
use crate::xml::Element;

/// The size of a part in bytes; S3 requires at least five million, and allows at most ten thousand
/// parts.
pub(super) const PART: usize = 8 << 20;

/// An object that is being written: in memory while it is shorter than a part, then in parts.
///
/// If the writer is dropped, S3 keeps the invisible parts of the upload until a rule of the bucket
/// removes them.
pub(super) struct Upload {
    client: Arc<Client>,
    account: String,
    bucket: String,
    key: String,
    content_type: String,
    /// The bytes that have not been sent.
    waiting: BytesMut,
    /// The upload's id, once there is one.
    id: Option<String>,
    /// The entity tags of the uploaded parts.
    parts: Vec<String>,
    size: u64,
}

impl Upload {
    pub(super) fn new(
        client: Arc<Client>,
        account: &str,
        (bucket, key): (&str, &str),
        content_type: &str,
    ) -> Self {
        Self {
            client,
            account: account.to_owned(),
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            content_type: content_type.to_owned(),
            waiting: BytesMut::new(),
            id: None,
            parts: Vec::new(),
            size: 0,
        }
    }

    fn ask(&self, method: Method) -> S3Request<'_> {
        S3Request::new(method, &self.bucket, &self.key)
    }

    async fn begin(&self) -> Result<String, ObjectError> {
        let mut ask = self.ask(Method::POST);
        ask.query = vec![("uploads", String::new())];
        ask.headers.push((CONTENT_TYPE, value(&self.content_type)?));
        let answer = self.client.send(&self.account, &ask).await?;
        let begun = Element::read(&answer.body);
        let id = begun.as_ref().and_then(|begun| begun.text_of("UploadId"));
        let id = id.filter(|id| !id.is_empty()).map(str::to_owned);
        id.ok_or_else(|| ObjectError::Other("S3 answers with no id of an upload".to_owned()))
    }

    async fn send_part(&mut self, part: Bytes) -> Result<(), ObjectError> {
        let id = match &self.id {
            Some(id) => id.clone(),
            None => self.begin().await?,
        };
        self.id = Some(id.clone());
        let number = self.parts.len() + 1;
        let mut ask = self.ask(Method::PUT);
        ask.query = vec![("partNumber", number.to_string()), ("uploadId", id)];
        ask.body = part;
        let answer = self.client.send(&self.account, &ask).await?;
        let etag = answer
            .headers
            .get("etag")
            .and_then(|found| found.to_str().ok());
        self.parts.push(unquoted(etag.unwrap_or_default()));
        Ok(())
    }

    async fn complete(&self, id: &str) -> Result<Attributes, ObjectError> {
        let mut ask = self.ask(Method::POST);
        ask.query = vec![("uploadId", id.to_owned())];
        ask.body = self.manifest().into();
        let etag = match self.client.send(&self.account, &ask).await {
            Ok(answer) => {
                let completed = Element::read(&answer.body);
                let etag = completed
                    .as_ref()
                    .and_then(|completed| completed.text_of("ETag"));
                unquoted(etag.unwrap_or_default())
            }
            // The previous request completed it, but its reply was lost.
            Err(RequestError::ErrorResponse(response))
                if response.again && response.code == "NoSuchUpload" =>
            {
                String::new()
            }
            Err(trouble) => return Err(trouble.into()),
        };
        Ok(Attributes {
            size: self.size,
            etag,
            last_modified: (self.client.settings.clock)(),
            content_type: Some(self.content_type.clone()),
        })
    }

    /// The list of parts that completes the upload.
    fn manifest(&self) -> String {
        let mut list = String::from("<CompleteMultipartUpload>");
        for (number, etag) in (1..).zip(&self.parts) {
            let _ = write!(
                list,
                "<Part><PartNumber>{number}</PartNumber><ETag>&quot;{etag}&quot;</ETag></Part>"
            );
        }
        list + "</CompleteMultipartUpload>"
    }

    async fn give_up(&self) {
        let Some(id) = &self.id else {
            return;
        };
        let mut ask = self.ask(Method::DELETE);
        ask.query = vec![("uploadId", id.clone())];
        if let Err(trouble) = self.client.send(&self.account, &ask).await {
            let (bucket, key, error) = (&self.bucket, &self.key, ObjectError::from(trouble));
            tracing::warn!(bucket, key, %error, "parts of an upload could not be deleted");
        }
    }

    async fn publish(&mut self) -> Result<Attributes, ObjectError> {
        let rest = self.waiting.split().freeze();
        let Some(id) = self.id.clone() else {
            let place = (self.bucket.as_str(), self.key.as_str());
            return put_whole(&self.client, &self.account, place, rest, &self.content_type).await;
        };
        if !rest.is_empty() {
            self.send_part(rest).await?;
        }
        self.complete(&id).await
    }
}

#[async_trait]
impl ObjectWriter for Upload {
    async fn write(&mut self, mut piece: Bytes) -> Result<(), ObjectError> {
        self.size += u64::try_from(piece.len()).unwrap_or(u64::MAX);
        while self.waiting.len() + piece.len() > PART {
            let part = if self.waiting.is_empty() {
                piece.split_to(PART)
            } else {
                let missing = PART - self.waiting.len();
                self.waiting.extend_from_slice(&piece.split_to(missing));
                self.waiting.split().freeze()
            };
            self.send_part(part).await?;
        }
        self.waiting.extend_from_slice(&piece);
        Ok(())
    }

    async fn finish(mut self: Box<Self>) -> Result<Attributes, ObjectError> {
        let published = self.publish().await;
        if published.is_err() {
            self.give_up().await;
        }
        published
    }

    async fn abandon(self: Box<Self>) {
        self.give_up().await;
    }
}
