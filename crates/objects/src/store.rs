//! The trait through which the service reads and writes objects.

use std::ops::Range;
use std::time::SystemTime;

use async_trait::async_trait;
use bytes::Bytes;

/// Object storage for the service: buckets of bytes by key, separate for each account.
///
/// The trait has two implementations. The embedded S3 answers from memory and never waits. An
/// external S3 turns each method into one request, with its credentials for `account`; so every
/// method is `async`, takes names and not handles, and reports the four outcomes that every S3 has.
///
/// Large objects: [`get`](Self::get) takes a range, so a reader can read an object of any size in
/// windows, one at a time; `Attributes::etag` shows whether the object is still the same.
/// [`writer`](Self::writer) takes an object in pieces of any size.
#[async_trait]
pub trait ObjectStore: Send + Sync {
    /// An object's attributes, without its bytes.
    ///
    /// # Errors
    /// The bucket or the key does not exist or cannot be read.
    async fn head(&self, account: &str, bucket: &str, key: &str)
    -> Result<Attributes, ObjectError>;

    /// Reads an object, or the part of it within `range`.
    ///
    /// The range counts bytes, and its end is exclusive. A part past the object's end is omitted: a
    /// range entirely past the end returns no bytes and no error.
    ///
    /// # Errors
    /// The bucket or the key does not exist or cannot be read.
    async fn get(
        &self,
        account: &str,
        bucket: &str,
        key: &str,
        range: Option<Range<u64>>,
    ) -> Result<Object, ObjectError>;

    /// Writes a whole object, and replaces any other under that key.
    ///
    /// Readers see the old object or the new one, never a part.
    ///
    /// # Errors
    /// The bucket does not exist or cannot be written, or the key or size is refused.
    async fn put(
        &self,
        account: &str,
        bucket: &str,
        key: &str,
        body: Bytes,
        content_type: &str,
    ) -> Result<Attributes, ObjectError>;

    /// Begins an object that is written piece by piece, and replaces any other under that key.
    ///
    /// Nothing is visible before [`ObjectWriter::finish`].
    ///
    /// # Errors
    /// The bucket does not exist or cannot be written; some storage reports this only when the
    /// object is finished.
    async fn writer(
        &self,
        account: &str,
        bucket: &str,
        key: &str,
        content_type: &str,
    ) -> Result<Box<dyn ObjectWriter>, ObjectError>;

    /// Removes an object; a missing one is not an error.
    ///
    /// # Errors
    /// The bucket does not exist or cannot be written.
    async fn delete(&self, account: &str, bucket: &str, key: &str) -> Result<(), ObjectError>;

    /// Lists the objects whose keys begin with `prefix`, in the byte order of their keys.
    ///
    /// Only keys after `after` are listed, and at most `limit`; the result says where to continue.
    /// A page may have fewer than `limit` although there are more.
    ///
    /// # Errors
    /// The bucket does not exist or cannot be listed.
    async fn list(
        &self,
        account: &str,
        bucket: &str,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Listing, ObjectError>;
}

/// An object that is being written piece by piece.
///
/// If it is dropped before it is finished, there is no object. What has been stored so far is
/// removed by [`abandon`](Self::abandon), or later by the storage itself.
#[async_trait]
pub trait ObjectWriter: Send + Sync {
    /// Writes the next bytes.
    ///
    /// # Errors
    /// The storage cannot store them.
    async fn write(&mut self, piece: Bytes) -> Result<(), ObjectError>;

    /// Makes the complete object visible.
    ///
    /// # Errors
    /// As [`ObjectStore::put`]; there is no object then.
    async fn finish(self: Box<Self>) -> Result<Attributes, ObjectError>;

    /// Aborts the object.
    async fn abandon(self: Box<Self>);
}

/// The attributes of an object, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attributes {
    /// The whole object's size in bytes.
    pub size: u64,
    /// The entity tag, without its quotes.
    pub etag: String,
    /// When the object was written, to the second.
    pub last_modified: SystemTime,
    /// The media type with which it was written; not in listings.
    pub content_type: Option<String>,
}

/// An object that was read: its attributes and the requested bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// The attributes of the whole object.
    pub attributes: Attributes,
    /// The requested bytes. From the embedded S3 they are shared with the store, not copied, unless
    /// the object was uploaded in parts.
    pub body: Bytes,
}

/// One page of a list of objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The objects, ordered by key.
    pub objects: Vec<Listed>,
    /// The key to continue after, if there is more.
    pub next: Option<String>,
    /// When the page was made, by the clock of the storage, if that is not ours.
    pub as_of: Option<SystemTime>,
}

/// One object in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The object's key.
    pub key: String,
    /// Its attributes in a list.
    pub attributes: Attributes,
}

/// Why a call to object storage failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// There is no such bucket in this account.
    #[error("The specified bucket does not exist")]
    NoSuchBucket,
    /// The bucket has no object under this key.
    #[error("The specified key does not exist.")]
    NoSuchKey,
    /// The account has no permission.
    #[error("Access Denied")]
    AccessDenied,
    /// The storage does not reply, or is temporarily unavailable.
    #[error("{0}")]
    Unavailable(String),
    /// Any other error, with the storage's own text.
    #[error("{0}")]
    Other(String),
}
