//! Objects that the service writes piece by piece.

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::blobs::BlobWriter;
use super::body::{self, unwritable};
use super::checksum::Algorithm;
use super::content::{Chunk, Content};
use super::digests::Digester;
use super::fields::Headers;
use super::operations::write;
use super::state::{self, NewObject, Store};
use super::store::attributes;
use crate::event::ObjectChange;
use crate::store::{Attributes, ObjectError, ObjectWriter};

/// The maximum number of bytes in a key.
const MAX_KEY: usize = 1024;

/// An object that is being written: in memory or, on disk, in a file that has no name yet.
pub(crate) struct Writer {
    memory: Store,
    account: String,
    bucket: String,
    key: String,
    headers: Headers,
    digester: Digester,
    size: u64,
    /// Long pieces, kept as they arrived; empty if files are used.
    chunks: Vec<Chunk>,
    /// Short pieces that arrived after those.
    gathered: BytesMut,
    /// The file for the bytes once they are too many for a row.
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
    ) -> S3Result<Writer> {
        self.read(account, |buckets| state::bucket(buckets, bucket).map(drop))?;
        if key.len() > MAX_KEY {
            return Err(S3Error::new(S3ErrorCode::KeyTooLongError));
        }
        Ok(Writer {
            memory: self.clone(),
            account: account.to_owned(),
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            headers,
            digester: Digester::new(Algorithm::Crc64Nvme),
            size: 0,
            chunks: Vec::new(),
            gathered: BytesMut::new(),
            file: None,
        })
    }
}

impl Writer {
    fn take(&mut self, piece: Bytes) -> S3Result<()> {
        self.size += piece.len() as u64;
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        body::check_size(size, self.memory.max_object_bytes())?;
        self.digester.update(&piece);
        match (&mut self.file, self.memory.blobs()) {
            (Some(file), _) => file.write(&piece).map_err(unwritable),
            (None, Some(blobs)) if size > body::IN_ROW => {
                let mut file = blobs.writer().map_err(unwritable)?;
                file.write(&self.gathered.split()).map_err(unwritable)?;
                file.write(&piece).map_err(unwritable)?;
                self.file = Some(file);
                Ok(())
            }
            (None, None) if piece.len() >= body::WORTH_KEEPING => {
                self.keep_gathered();
                self.chunks.push(Chunk::Bytes(piece));
                Ok(())
            }
            (None, _) => {
                self.gathered.extend_from_slice(&piece);
                Ok(())
            }
        }
    }

    fn keep_gathered(&mut self) {
        if !self.gathered.is_empty() {
            let bytes = self.gathered.split().freeze();
            self.chunks.push(Chunk::Bytes(bytes));
        }
    }

    /// Stores the object, and waits until it is on disk.
    async fn place(self, content: Content) -> Result<Attributes, ObjectError> {
        let object = write::whole(&self.memory, content, self.headers, self.digester.finish())?;
        let (account, bucket, key) = (&self.account, &self.bucket, &self.key);
        let failures = self.memory.failures();
        let new = NewObject {
            object,
            change: ObjectChange::Put,
        };
        let placed = self.memory.insert(account, bucket, key, new, |_| Ok(()));
        let object = placed?.object;
        self.memory.flushed(failures).await?;
        Ok(attributes(&object))
    }

    /// Stores an object with these bytes, which fit into a row or are kept in memory.
    pub(crate) async fn put(mut self, body: Bytes) -> Result<Attributes, ObjectError> {
        body::check_size(body.len(), self.memory.max_object_bytes())?;
        self.digester.update(&body);
        self.place(body.into()).await
    }

    async fn content(&mut self) -> S3Result<Content> {
        if let Some(file) = self.file.take() {
            return Ok(file.finish().await.map_err(unwritable)?.into());
        }
        if self.chunks.is_empty() {
            return Ok(self.gathered.split().freeze().into());
        }
        self.keep_gathered();
        Ok(self.chunks.drain(..).collect())
    }
}

#[async_trait]
impl ObjectWriter for Writer {
    async fn write(&mut self, piece: Bytes) -> Result<(), ObjectError> {
        Ok(self.take(piece)?)
    }

    async fn finish(mut self: Box<Self>) -> Result<Attributes, ObjectError> {
        let content = self.content().await?;
        self.place(content).await
    }

    async fn abandon(self: Box<Self>) {}
}
