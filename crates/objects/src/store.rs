//! The trait the service reads and writes objects through.

use std::ops::Range;
use std::time::SystemTime;

use async_trait::async_trait;
use bytes::Bytes;

/// Object storage for the service: buckets of keyed bytes, separate for each account.
///
/// The trait fits two homes. The embedded S3 answers from memory and never waits. An external S3
/// turns each method into one request, with the credentials it holds for `account`; so every
/// method is `async`, takes names and not handles, and reports the four outcomes every S3 has.
///
/// Big objects: [`get`](Self::get) takes a range, so a reader walks an object of any size in
/// windows of its choice and holds one window at a time; `Attributes::etag` tells it that the
/// object is still the same. [`writer`](Self::writer) takes an object in pieces of any size.
#[async_trait]
pub trait ObjectStore: Send + Sync {
    /// An object's attributes, without its bytes.
    ///
    /// # Errors
    /// The bucket or the key does not exist, or may not be read.
    async fn head(&self, account: &str, bucket: &str, key: &str)
    -> Result<Attributes, ObjectError>;

    /// Reads an object, or the part of it within `range`.
    ///
    /// The range counts bytes, its end is not included, and a range past the object's end is
    /// left out: a range wholly past the end gives no bytes and no error.
    ///
    /// # Errors
    /// The bucket or the key does not exist, or may not be read.
    async fn get(
        &self,
        account: &str,
        bucket: &str,
        key: &str,
        range: Option<Range<u64>>,
    ) -> Result<Object, ObjectError>;

    /// Writes an object whole, in place of any other under that key.
    ///
    /// Readers see the old object or the new one, never a part of it.
    ///
    /// # Errors
    /// The bucket does not exist, may not be written, or the key or size is refused.
    async fn put(
        &self,
        account: &str,
        bucket: &str,
        key: &str,
        body: Bytes,
        content_type: &str,
    ) -> Result<Attributes, ObjectError>;

    /// Begins an object that is written piece by piece, in place of any other under that key.
    ///
    /// Nothing is visible before [`ObjectWriter::finish`].
    ///
    /// # Errors
    /// The bucket does not exist, or may not be written; a storage may say so only when the object is
    /// finished.
    async fn writer(
        &self,
        account: &str,
        bucket: &str,
        key: &str,
        content_type: &str,
    ) -> Result<Box<dyn ObjectWriter>, ObjectError>;

    /// Removes an object; one that is not there is no error.
    ///
    /// # Errors
    /// The bucket does not exist or may not be written.
    async fn delete(&self, account: &str, bucket: &str, key: &str) -> Result<(), ObjectError>;

    /// Lists the objects whose keys begin with `prefix`, by key in the order of their bytes.
    ///
    /// Only keys after `after` are listed, and `limit` of them at most; the answer says where to go
    /// on. A home may return fewer than asked for, and still more to come.
    ///
    /// # Errors
    /// The bucket does not exist or may not be listed.
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
/// Dropped before it is finished, it leaves no object; what a home has stored of it by then is
/// tidied away by [`abandon`](Self::abandon), or by the home when it comes upon it.
#[async_trait]
pub trait ObjectWriter: Send + Sync {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// The storage cannot keep them.
    async fn write(&mut self, piece: Bytes) -> Result<(), ObjectError>;

    /// Puts the object in place, whole.
    ///
    /// # Errors
    /// As [`ObjectStore::put`]; there is no object then.
    async fn finish(self: Box<Self>) -> Result<Attributes, ObjectError>;

    /// Gives the object up.
    async fn abandon(self: Box<Self>);
}

/// What is known about an object besides its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attributes {
    /// The whole object's size in bytes.
    pub size: u64,
    /// The entity tag, without the quotes it wears on the wire.
    pub etag: String,
    /// When the object was written, to the second.
    pub last_modified: SystemTime,
    /// The media type it was written with; listings do not have it.
    pub content_type: Option<String>,
}

/// An object that was read: its attributes and the bytes asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// The attributes of the whole object.
    pub attributes: Attributes,
    /// The bytes asked for; for the embedded S3 they are shared with the store, not copied,
    /// unless the object was uploaded in parts.
    pub body: Bytes,
}

/// One page of a list of objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The objects, ordered by key.
    pub objects: Vec<Listed>,
    /// The key to continue after, if there is more.
    pub next: Option<String>,
    /// When the page was made, by the clock of the storage, where that is another one than ours.
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

/// Why a call of object storage failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// There is no such bucket in this account.
    #[error("The specified bucket does not exist")]
    NoSuchBucket,
    /// The bucket has no object under this key.
    #[error("The specified key does not exist.")]
    NoSuchKey,
    /// The account may not do this.
    #[error("Access Denied")]
    AccessDenied,
    /// The storage does not answer, or is not available for the moment.
    #[error("{0}")]
    Unavailable(String),
    /// Anything else, in the storage's own words.
    #[error("{0}")]
    Other(String),
}
