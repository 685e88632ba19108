//! Objects that the service writes piece by piece.

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::blobs::BlobWriter;
use super::body::{self, unwritable};
use super::content::Content;
use super::fields::Headers;
use super::operations::write;
use super::state::{self, New, Store};
use super::store::attributes;
use crate::event::ObjectChange;
use crate::store::{Attributes, ObjectError, ObjectWriter};

/// The most bytes a key has.
const MAX_KEY: usize = 1024;

/// An object under way: in memory or, on disk, in a file that has no name yet.
pub(crate) struct Writer<'a> {
    memory: &'a Store,
    account: String,
    bucket: String,
    key: String,
    headers: Headers,
    gathered: BytesMut,
    /// Where the bytes go once they are too many for a row.
    file: Option<BlobWriter>,
}

impl Store {
    /// Begins an object.
    ///
    /// # Errors
    /// `NoSuchBucket`, `KeyTooLongError`.
    pub(crate) fn begin(
        &self,
        account: &str,
        bucket: &str,
        key: &str,
        headers: Headers,
    ) -> S3Result<Writer<'_>> {
        self.read(account, |buckets| state::bucket(buckets, bucket).map(drop))?;
        if key.len() > MAX_KEY {
            return Err(S3Error::new(S3ErrorCode::KeyTooLongError));
        }
        Ok(Writer {
            memory: self,
            account: account.to_owned(),
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            headers,
            gathered: BytesMut::new(),
            file: None,
        })
    }
}

impl Writer<'_> {
    fn take(&mut self, piece: &[u8]) -> S3Result<()> {
        let length = self.gathered.len() + piece.len();
        if let Some(file) = &mut self.file {
            file.write(piece).map_err(unwritable)?;
            let size = usize::try_from(file.size()).unwrap_or(usize::MAX);
            return body::check_size(size, self.memory.max_object_bytes());
        }
        body::check_size(length, self.memory.max_object_bytes())?;
        self.gathered.extend_from_slice(piece);
        match self.memory.blobs() {
            Some(blobs) if length > body::IN_ROW => {
                let mut file = blobs.writer().map_err(unwritable)?;
                file.write(&self.gathered.split()).map_err(unwritable)?;
                self.file = Some(file);
            }
            _ => {}
        }
        Ok(())
    }

    /// Puts the object in place, and waits until it is kept.
    pub(crate) async fn place(&mut self, content: Content) -> Result<Attributes, ObjectError> {
        let headers = std::mem::take(&mut self.headers);
        let object = write::whole(self.memory, content, headers, &[], None)?;
        let (account, bucket, key) = (&self.account, &self.bucket, &self.key);
        let failures = self.memory.failures();
        let new = New {
            object,
            change: ObjectChange::Put,
        };
        let placed = self.memory.insert(account, bucket, key, new, |_| Ok(()));
        let object = placed?.object;
        self.memory.flushed(failures).await?;
        Ok(attributes(&object))
    }

    async fn content(&mut self) -> S3Result<Content> {
        match self.file.take() {
            Some(file) => Ok(file.finish().await.map_err(unwritable)?.into()),
            None => Ok(self.gathered.split().freeze().into()),
        }
    }
}

#[async_trait]
impl ObjectWriter for Writer<'_> {
    async fn write(&mut self, piece: Bytes) -> Result<(), ObjectError> {
        Ok(self.take(&piece)?)
    }

    async fn finish(mut self: Box<Self>) -> Result<Attributes, ObjectError> {
        let content = self.content().await?;
        self.place(content).await
    }

    async fn abandon(self: Box<Self>) {}
}
