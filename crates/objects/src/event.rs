//! Events of objects, for subscribers.

use std::time::SystemTime;

/// An event of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectEvent {
    /// The kind of change.
    pub change: ObjectChange,
    /// The account that owns the bucket; the shared account's name if accounts share objects.
    pub account: String,
    /// The bucket's name.
    pub bucket: String,
    /// The object's key, as it was sent, not encoded.
    pub key: String,
    /// The object's size in bytes; for a removed object, its former size.
    pub size: u64,
    /// The object's `ETag` without quotes; for a removed object, its former `ETag`. A delete marker
    /// has none.
    pub etag: String,
    /// The version; `None` if the bucket has no versioning.
    pub version_id: Option<String>,
    /// When it happened, by the store's clock.
    pub at: SystemTime,
    /// For a restored archived object, the facts about the restore.
    pub restored: Option<Box<RestoredObject>>,
    /// The destinations in the configuration of the bucket.
    pub notified: Option<Box<Notified>>,
}

/// The facts in an event about a restored archived object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoredObject {
    /// The storage class of the object.
    pub storage_class: String,
    /// When the copy expires.
    pub until: SystemTime,
}

/// The destinations of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notified {
    /// The bucket's region.
    pub region: String,
    /// The targets.
    pub targets: Vec<NotificationTarget>,
}

/// A destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotificationTarget {
    /// The service that receives the notification.
    pub kind: TargetKind,
    /// The ARN of the queue, topic or function; empty for `EventBridge`.
    pub arn: String,
    /// The id of its configuration.
    pub configuration_id: String,
}

/// The services that receive notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    /// A queue of SQS.
    Queue,
    /// A topic of SNS.
    Topic,
    /// A function of Lambda.
    Function,
    /// The default bus of `EventBridge`.
    EventBridge,
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
    /// An object or one of its versions was removed.
    Delete,
    /// A delete marker hides the object.
    DeleteMarkerCreated,
    /// The object's tags were set.
    TagsPut,
    /// The object's tags were removed.
    TagsDeleted,
    /// The object's access control list was set.
    AclPut,
    /// An object, one of its versions or its delete marker expired and was removed.
    ExpiryDelete,
    /// An object expired, and a delete marker hides it.
    ExpiryMarkerCreated,
    /// A lifecycle rule moved the object, or one of its versions, to another storage class.
    Transition,
    /// The restore of an archived object began.
    RestoreBegun,
    /// An archived object became readable.
    RestoreDone,
    /// No object: the notifications of the bucket were set, and S3 tests them.
    Test,
}

impl ObjectChange {
    /// Its name in S3's notifications, such as `ObjectCreated:Put`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Put => "ObjectCreated:Put",
            Self::Post => "ObjectCreated:Post",
            Self::Copy => "ObjectCreated:Copy",
            Self::CompleteMultipartUpload => "ObjectCreated:CompleteMultipartUpload",
            Self::Delete => "ObjectRemoved:Delete",
            Self::DeleteMarkerCreated => "ObjectRemoved:DeleteMarkerCreated",
            Self::TagsPut => "ObjectTagging:Put",
            Self::TagsDeleted => "ObjectTagging:Delete",
            Self::AclPut => "ObjectAcl:Put",
            Self::ExpiryDelete => "LifecycleExpiration:Delete",
            Self::ExpiryMarkerCreated => "LifecycleExpiration:DeleteMarkerCreated",
            Self::Transition => "LifecycleTransition",
            Self::RestoreBegun => "ObjectRestore:Post",
            Self::RestoreDone => "ObjectRestore:Completed",
            Self::Test => "TestEvent",
        }
    }

    /// Whether it creates an object.
    #[must_use]
    pub const fn is_created(self) -> bool {
        matches!(
            self,
            Self::Put | Self::Post | Self::Copy | Self::CompleteMultipartUpload
        )
    }
}
