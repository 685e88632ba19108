//! Events of objects, for subscribers.

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
    /// The version that it is about; `None` if the bucket has no versioning.
    pub version_id: Option<String>,
    /// When it happened, by the clock handed to the store.
    pub at: SystemTime,
    /// Of an archived object that was restored, what was restored and until when.
    pub restored: Option<Box<RestoredObject>>,
    /// The destinations that the configuration of the bucket names.
    pub notified: Option<Box<Notified>>,
}

/// What an event tells of an archived object that can be read for some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoredObject {
    /// The storage class of the object.
    pub storage_class: String,
    /// When it can be read no longer.
    pub until: SystemTime,
}

/// The destinations of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notified {
    /// The bucket's region.
    pub region: String,
    /// Each of them.
    pub targets: Vec<NotificationTarget>,
}

/// A destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotificationTarget {
    /// The service that takes the notification.
    pub kind: TargetKind,
    /// The ARN of the queue, topic or function; empty for `EventBridge`.
    pub arn: String,
    /// The id of the configuration that names it.
    pub configuration_id: String,
}

/// The services that take notifications.
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
    /// An object or one of its versions was there and is gone.
    Delete,
    /// A delete marker hides the object.
    DeleteMarkerCreated,
    /// The object was given other tags.
    TagsPut,
    /// The object lost its tags.
    TagsDeleted,
    /// The object was given another access control list.
    AclPut,
    /// An object, one of its versions or its delete marker expired, and is gone.
    ExpiryDelete,
    /// An object expired, and a delete marker hides it.
    ExpiryMarkerCreated,
    /// A lifecycle rule gave the object, or one of its versions, another storage class.
    Transition,
    /// The restore of an archived object began.
    RestoreBegun,
    /// An archived object can be read.
    RestoreDone,
    /// No object: the notifications of the bucket were set, and S3 tries them.
    Test,
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

    /// Whether there is a new object.
    #[must_use]
    pub const fn is_created(self) -> bool {
        matches!(
            self,
            Self::Put | Self::Post | Self::Copy | Self::CompleteMultipartUpload
        )
    }
}
