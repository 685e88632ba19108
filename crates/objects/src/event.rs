//! What happens to objects, told to whoever listens.

use std::time::SystemTime;

/// Something that happened to one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectEvent {
    /// What happened.
    pub change: ObjectChange,
    /// The account whose bucket it is; the shared account's name when accounts share objects.
    pub account: String,
    /// The bucket's name.
    pub bucket: String,
    /// The object's key, as it was sent, not encoded.
    pub key: String,
    /// The object's size in bytes; of a removed object, the size it had.
    pub size: u64,
    /// The object's `ETag` without quotes; of a removed object, the one it had.
    pub etag: String,
    /// When it happened, by the clock handed to the store.
    pub at: SystemTime,
}

/// The kinds of [`ObjectEvent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectChange {
    /// The object was written: put, posted, copied, or completed from its parts.
    Created,
    /// The object was there and is gone.
    Removed,
}
