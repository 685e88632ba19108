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
    /// The object's `ETag` without quotes; of a removed object, the one it had. A delete marker has
    /// none.
    pub etag: String,
    /// The version that it is about; none where the bucket has no versioning.
    pub version_id: Option<String>,
    /// When it happened, by the clock handed to the store.
    pub at: SystemTime,
}

/// The kinds of [`ObjectEvent`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectChange {
    /// The object was written in one request.
    Put,
    /// The object was uploaded with a form.
    Post,
    /// The object was copied from another.
    Copy,
    /// The object was completed from its parts.
    CompleteMultipartUpload,
    /// An object or one of its versions was there and is gone.
    Delete,
    /// A delete marker hides the object.
    DeleteMarkerCreated,
}

impl ObjectChange {
    /// The name that S3's notifications give it, such as `ObjectCreated:Put`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Put => "ObjectCreated:Put",
            Self::Post => "ObjectCreated:Post",
            Self::Copy => "ObjectCreated:Copy",
            Self::CompleteMultipartUpload => "ObjectCreated:CompleteMultipartUpload",
            Self::Delete => "ObjectRemoved:Delete",
            Self::DeleteMarkerCreated => "ObjectRemoved:DeleteMarkerCreated",
        }
    }

    /// Whether there is a new object.
    #[must_use]
    pub const fn is_created(self) -> bool {
        matches!(
            self,
            Self::Put | Self::Post | Self::Copy | Self::CompleteMultipartUpload
        )
    }
}
