//! The buckets and objects of all accounts in memory.
//!
//! Their bytes are in memory too, or in files; see [`Content`]. [`Disk`] stores the changes on
//! disk, if there is one.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dashmap::DashMap;
use s3s::dto::ETag;
use s3s::{S3ErrorCode, S3Result};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use super::checksum::{Algorithm, Checksum};
use super::configuration::Configurations;
use super::content::Content;
use super::disk::Disk;
use super::fields::Headers;
use super::settings::{Clock, Ids, Settings};
use super::versions::{Found, KeyEdit, KeyVersions, VersionId};
use crate::event::{ObjectChange, ObjectEvent};

/// The account that owns everything if accounts share their objects.
const SHARED: &str = "shared";

/// The buckets of the embedded S3; a handle, cheap to clone.
///
/// Each account's buckets are one ordered map under one lock, so a rule over several objects is
/// checked and applied atomically. Expensive work (reading bodies, digests) happens outside of the
/// lock.
#[derive(Clone)]
pub(crate) struct Store {
    inner: Arc<Inner>,
}

/// A handle that does not keep the buckets alive.
pub(crate) struct WeakStore(Weak<Inner>);

impl WeakStore {
    /// The buckets, if they still exist.
    pub(crate) fn upgrade(&self) -> Option<Store> {
        self.0.upgrade().map(|inner| Store { inner })
    }
}

struct Inner {
    // Dropped first, so that the files of objects that are dropped with it are kept.
    disk: Option<Disk>,
    accounts: DashMap<String, Arc<RwLock<Buckets>>>,
    events: broadcast::Sender<ObjectEvent>,
    clock: Clock,
    ids: Ids,
    shared: bool,
    max_object_bytes: u64,
}

/// The buckets of one account, by name.
pub(crate) type Buckets = BTreeMap<String, Bucket>;

/// A bucket and its contents.
pub(crate) struct Bucket {
    pub(crate) created: SystemTime,
    /// The requested region; `None` means us-east-1.
    pub(crate) region: Option<String>,
    /// The current objects, by key.
    pub(crate) objects: BTreeMap<String, Arc<Object>>,
    /// Older versions and delete markers, by key; no key has an empty map.
    pub(crate) versions: BTreeMap<String, KeyVersions>,
    /// Uploads in progress, by key and upload id, which is the order of their list.
    pub(crate) uploads: BTreeMap<(String, String), Upload>,
    /// Stored and returned; not enforced.
    pub(crate) policy: Option<String>,
    /// The stored documents.
    pub(crate) configurations: Configurations,
    pub(crate) versioning: Versioning,
}

/// Whether a bucket keeps versions that are replaced or deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Versioning {
    #[default]
    Never,
    Enabled,
    Suspended,
}

/// An object. It is replaced as a whole, except for its tags.
#[derive(Clone)]
pub(crate) struct Object {
    pub(crate) content: Content,
    /// The `ETag` without quotes.
    pub(crate) entity_tag: String,
    pub(crate) last_modified: SystemTime,
    pub(crate) headers: Headers,
    pub(crate) checksum: Checksum,
    /// The sizes and checksums of its parts, if it was uploaded in parts.
    pub(crate) parts: Vec<PartRecord>,
    pub(crate) tags: Vec<(String, String)>,
    /// Set when the object is put into its bucket.
    pub(crate) version: VersionId,
    /// The multipart upload that created it; `None` after an import.
    pub(crate) upload_id: Option<Box<str>>,
}

/// An object for a bucket, and its event.
pub(crate) struct NewObject {
    pub(crate) object: Object,
    pub(crate) change: ObjectChange,
}

/// An object that was put into a bucket, and its version id if the bucket has versions.
pub(crate) type Placed = Found;

/// The facts about a part that are kept after its object is complete.
#[derive(Clone)]
pub(crate) struct PartRecord {
    pub(crate) number: i32,
    pub(crate) size: u64,
    pub(crate) checksum: Checksum,
}

/// A multipart upload in progress.
#[derive(Clone)]
pub(crate) struct Upload {
    pub(crate) initiated: SystemTime,
    pub(crate) headers: Headers,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) algorithm: Algorithm,
    /// Whether the client chose the algorithm; only then are others refused.
    pub(crate) chosen: bool,
    pub(crate) composite: bool,
    pub(crate) parts: BTreeMap<i32, UploadedPart>,
}

/// A part of an upload in progress.
#[derive(Clone)]
pub(crate) struct UploadedPart {
    pub(crate) content: Content,
    pub(crate) md5: Vec<u8>,
    pub(crate) checksum: Checksum,
    pub(crate) last_modified: SystemTime,
}

impl Object {
    /// The `ETag` in the type of S3's shapes.
    pub(crate) fn etag(&self) -> ETag {
        ETag::Strong(self.entity_tag.clone())
    }
}

impl Upload {
    /// Whether clients must send the checksum of each part, because the object's is computed from
    /// them.
    pub(crate) fn wants_part_checksums(&self) -> bool {
        self.chosen && self.composite
    }
}

impl Bucket {
    /// An empty bucket.
    pub(crate) fn new(created: SystemTime, region: Option<String>) -> Self {
        Self {
            created,
            region,
            objects: BTreeMap::new(),
            versions: BTreeMap::new(),
            uploads: BTreeMap::new(),
            policy: None,
            configurations: Configurations::new(),
            versioning: Versioning::Never,
        }
    }

    /// The bucket with its settings and no contents.
    pub(crate) fn without_content(&self) -> Self {
        let mut copy = Self::new(self.created, self.region.clone());
        copy.copy_settings(self);
        copy
    }

    /// Copies the settings of another bucket.
    pub(crate) fn copy_settings(&mut self, other: &Self) {
        self.created = other.created;
        self.region.clone_from(&other.region);
        self.policy.clone_from(&other.policy);
        self.configurations.clone_from(&other.configurations);
        self.versioning = other.versioning;
    }

    /// Whether it contains no object and no version.
    pub(crate) fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.versions.is_empty()
    }
}

/// The bucket with this name.
///
/// # Errors
/// `NoSuchBucket`.
pub(crate) fn bucket<'a>(buckets: &'a Buckets, name: &str) -> S3Result<&'a Bucket> {
    buckets
        .get(name)
        .ok_or_else(|| S3ErrorCode::NoSuchBucket.into())
}

/// The bucket with this name, for changes.
///
/// # Errors
/// `NoSuchBucket`.
pub(crate) fn bucket_mut<'a>(buckets: &'a mut Buckets, name: &str) -> S3Result<&'a mut Bucket> {
    buckets
        .get_mut(name)
        .ok_or_else(|| S3ErrorCode::NoSuchBucket.into())
}

impl Store {
    /// Existing buckets, and the store for their changes, if there is one.
    pub(crate) fn new(
        settings: &Settings,
        accounts: BTreeMap<String, Buckets>,
        disk: Option<Disk>,
    ) -> Self {
        let (events, _) = broadcast::channel(settings.event_capacity.max(1));
        let accounts = accounts.into_iter();
        Self {
            inner: Arc::new(Inner {
                accounts: accounts
                    .map(|(name, buckets)| (name, Arc::new(RwLock::new(buckets))))
                    .collect(),
                disk,
                events,
                clock: settings.clock.clone(),
                ids: settings.ids.clone(),
                shared: settings.shared,
                max_object_bytes: settings.max_object_bytes,
            }),
        }
    }

    pub(crate) fn downgrade(&self) -> WeakStore {
        WeakStore(Arc::downgrade(&self.inner))
    }

    pub(crate) fn disk(&self) -> Option<&Disk> {
        self.inner.disk.as_ref()
    }

    /// The current time, to the second: S3 stores no finer times.
    pub(crate) fn now(&self) -> SystemTime {
        let since = (self.inner.clock)()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        UNIX_EPOCH + Duration::from_secs(since.as_secs())
    }

    /// A new identifier.
    pub(crate) fn id(&self) -> String {
        (self.inner.ids)()
    }

    /// The maximum size of one object or part, in bytes.
    pub(crate) fn max_object_bytes(&self) -> u64 {
        self.inner.max_object_bytes
    }

    /// The account that owns the buckets that this account sees.
    pub(crate) fn owner<'a>(&self, account: &'a str) -> &'a str {
        if self.inner.shared { SHARED } else { account }
    }

    /// Every account that owns or has owned buckets.
    pub(crate) fn owners(&self) -> Vec<String> {
        let owners = self.inner.accounts.iter();
        owners.map(|owners| owners.key().clone()).collect()
    }

    /// The number of events that the slowest subscriber has not received yet.
    pub(crate) fn pending_events(&self) -> usize {
        self.inner.events.len()
    }

    /// The events of objects from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<ObjectEvent> {
        self.inner.events.subscribe()
    }

    /// Reads the account's buckets. The lock is held only while `look` runs.
    pub(crate) fn read<T>(&self, account: &str, look: impl FnOnce(&Buckets) -> T) -> T {
        let buckets = self.buckets(account);
        let guard = buckets.read().unwrap_or_else(PoisonError::into_inner);
        look(&guard)
    }

    /// Changes the account's buckets. The lock is held only while `change` runs.
    pub(crate) fn write<T>(&self, account: &str, change: impl FnOnce(&mut Buckets) -> T) -> T {
        let buckets = self.buckets(account);
        let mut guard = buckets.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut guard)
    }

    pub(crate) fn buckets(&self, account: &str) -> Arc<RwLock<Buckets>> {
        let owner = self.owner(account);
        if let Some(known) = self.inner.accounts.get(owner) {
            return Arc::clone(&known);
        }
        Arc::clone(&self.inner.accounts.entry(owner.to_owned()).or_default())
    }

    /// The object under the key; its bytes are shared, not copied.
    ///
    /// # Errors
    /// `NoSuchBucket`, `NoSuchKey`.
    pub(crate) fn object(
        &self,
        account: &str,
        bucket_name: &str,
        key: &str,
    ) -> S3Result<Arc<Object>> {
        self.read(account, |buckets| {
            Ok(bucket(buckets, bucket_name)?.find(key, None)?.object)
        })
    }

    /// The object under the key, or a version of it, as a client requests it.
    ///
    /// # Errors
    /// `NoSuchBucket`, and the errors of [`Bucket::find`].
    pub(crate) fn find(
        &self,
        account: &str,
        bucket_name: &str,
        key: &str,
        version_id: Option<&str>,
    ) -> S3Result<Found> {
        self.read(account, |buckets| {
            bucket(buckets, bucket_name)?.find(key, version_id)
        })
    }

    /// Inserts the object if `condition` allows it, and sends its event.
    ///
    /// # Errors
    /// `NoSuchBucket`, and the error of the condition.
    pub(crate) fn insert(
        &self,
        account: &str,
        bucket_name: &str,
        key: &str,
        new: NewObject,
        condition: impl FnOnce(Option<&Object>) -> S3Result<()>,
    ) -> S3Result<Placed> {
        self.write(account, |buckets| {
            let bucket = bucket_mut(buckets, bucket_name)?;
            condition(bucket.objects.get(key).map(AsRef::as_ref))?;
            let mut edit = KeyEdit::new(self, bucket, key);
            let object = edit.put(new.object, new.change)?;
            let (changes, events) = edit.finish();
            self.change(account, bucket_name, bucket, changes, events)?;
            Ok(Placed {
                version_id: bucket.shown_version_id(&object.version),
                expiration: bucket.expiration(key, &object),
                object,
            })
        })
    }

    /// Removes the object from a locked bucket, and sends its event if it existed.
    ///
    /// # Errors
    /// The disk refuses it.
    pub(crate) fn remove(
        &self,
        account: &str,
        bucket_name: &str,
        bucket: &mut Bucket,
        key: &str,
    ) -> S3Result<()> {
        let mut edit = KeyEdit::new(self, bucket, key);
        edit.delete();
        let (changes, events) = edit.finish();
        self.change(account, bucket_name, bucket, changes, events)
    }

    /// Sends the event of a change of a bucket's notifications, with their targets.
    pub(crate) fn send_test(&self, account: &str, bucket_name: &str) {
        let notified = self.read(account, |buckets| {
            let bucket = buckets.get(bucket_name)?;
            bucket.notified(ObjectChange::Test, "")
        });
        if notified.is_some() {
            self.send_event(ObjectEvent {
                change: ObjectChange::Test,
                account: self.owner(account).to_owned(),
                bucket: bucket_name.to_owned(),
                key: String::new(),
                size: 0,
                etag: String::new(),
                version_id: None,
                at: self.now(),
                restored: None,
                notified,
            });
        }
    }

    /// Sends an event. Called under the bucket's lock, so events have the order of the changes.
    pub(crate) fn send_event(&self, event: ObjectEvent) {
        // An error means that there are no subscribers.
        let _ = self.inner.events.send(event);
    }
}
