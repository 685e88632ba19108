//! The buckets and objects of all accounts: what is known of them, in memory.
//!
//! Their bytes are in memory too, or in files; see [`Content`]. What is done here is kept on disk
//! by [`Disk`], when there is one.

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

/// The account that owns everything when accounts share their objects.
const SHARED: &str = "shared";

/// Where the embedded S3 keeps its buckets; a handle, cheap to clone.
///
/// Each account's buckets are one ordered map under one lock, so a rule over several objects is
/// checked and applied at once. What is costly (reading bodies, digests) happens outside of it.
#[derive(Clone)]
pub(crate) struct Store {
    inner: Arc<Inner>,
}

/// A handle that does not keep the buckets.
pub(crate) struct WeakStore(Weak<Inner>);

impl WeakStore {
    /// The buckets, if they are still there.
    pub(crate) fn upgrade(&self) -> Option<Store> {
        self.0.upgrade().map(|inner| Store { inner })
    }
}

struct Inner {
    // Dropped first, so that the files of objects that are dropped with it stay.
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

/// A bucket and what is in it.
pub(crate) struct Bucket {
    pub(crate) created: SystemTime,
    /// Where it was asked to be; nowhere in particular means us-east-1.
    pub(crate) region: Option<String>,
    /// The current objects, by key.
    pub(crate) objects: BTreeMap<String, Arc<Object>>,
    /// Older versions and delete markers, by key; no key has an empty map.
    pub(crate) versions: BTreeMap<String, KeyVersions>,
    /// Uploads under way, by key and upload id, which is the order they are listed in.
    pub(crate) uploads: BTreeMap<(String, String), Upload>,
    /// Kept for who asks for it; nothing enforces it.
    pub(crate) policy: Option<String>,
    /// The documents that were put.
    pub(crate) configurations: Configurations,
    pub(crate) versioning: Versioning,
}

/// Whether a bucket keeps what is replaced or deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Versioning {
    #[default]
    Never,
    Enabled,
    Suspended,
}

/// An object. Replaced whole, but for its tags.
#[derive(Clone)]
pub(crate) struct Object {
    pub(crate) content: Content,
    /// The `ETag` without quotes.
    pub(crate) entity_tag: String,
    pub(crate) last_modified: SystemTime,
    pub(crate) headers: Headers,
    pub(crate) checksum: Checksum,
    /// The sizes and checksums of its parts, when it was uploaded in parts.
    pub(crate) parts: Vec<PartRecord>,
    pub(crate) tags: Vec<(String, String)>,
    /// Set where the object is put into its bucket.
    pub(crate) version: VersionId,
    /// The multipart upload that it was made of; none after an import.
    pub(crate) upload_id: Option<Box<str>>,
}

/// An object for a bucket, and its event.
pub(crate) struct NewObject {
    pub(crate) object: Object,
    pub(crate) change: ObjectChange,
}

/// An object that was put into a bucket, and its version id if the bucket has versions.
pub(crate) type Placed = Found;

/// The facts about a part that are kept once its object is complete.
#[derive(Clone)]
pub(crate) struct PartRecord {
    pub(crate) number: i32,
    pub(crate) size: u64,
    pub(crate) checksum: Checksum,
}

/// A multipart upload under way.
#[derive(Clone)]
pub(crate) struct Upload {
    pub(crate) initiated: SystemTime,
    pub(crate) headers: Headers,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) algorithm: Algorithm,
    /// Whether the client chose the algorithm; only then are other ones refused.
    pub(crate) chosen: bool,
    pub(crate) composite: bool,
    pub(crate) parts: BTreeMap<i32, UploadedPart>,
}

/// A part of an upload under way.
#[derive(Clone)]
pub(crate) struct UploadedPart {
    pub(crate) content: Content,
    pub(crate) md5: Vec<u8>,
    pub(crate) checksum: Checksum,
    pub(crate) last_modified: SystemTime,
}

impl Object {
    /// The `ETag` as S3's shapes hold it.
    pub(crate) fn etag(&self) -> ETag {
        ETag::Strong(self.entity_tag.clone())
    }
}

impl Upload {
    /// Whether clients must give the checksum of each part, since the object's is made of them.
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

    /// The bucket with its settings and nothing in it.
    pub(crate) fn without_content(&self) -> Self {
        let mut copy = Self::new(self.created, self.region.clone());
        copy.copy_settings(self);
        copy
    }

    /// Takes over what is said of another bucket.
    pub(crate) fn copy_settings(&mut self, other: &Self) {
        self.created = other.created;
        self.region.clone_from(&other.region);
        self.policy.clone_from(&other.policy);
        self.configurations.clone_from(&other.configurations);
        self.versioning = other.versioning;
    }

    /// Whether no object and no version is in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.versions.is_empty()
    }
}

/// The bucket of that name.
///
/// # Errors
/// `NoSuchBucket`.
pub(crate) fn bucket<'a>(buckets: &'a Buckets, name: &str) -> S3Result<&'a Bucket> {
    buckets
        .get(name)
        .ok_or_else(|| S3ErrorCode::NoSuchBucket.into())
}

/// The bucket of that name, to be changed.
///
/// # Errors
/// `NoSuchBucket`.
pub(crate) fn bucket_mut<'a>(buckets: &'a mut Buckets, name: &str) -> S3Result<&'a mut Bucket> {
    buckets
        .get_mut(name)
        .ok_or_else(|| S3ErrorCode::NoSuchBucket.into())
}

impl Store {
    /// Existing buckets, and the store for changes of them, if there is one.
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

    /// The time now, to the second: S3 keeps no finer times.
    pub(crate) fn now(&self) -> SystemTime {
        let since = (self.inner.clock)()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        UNIX_EPOCH + Duration::from_secs(since.as_secs())
    }

    /// A fresh identifier.
    pub(crate) fn id(&self) -> String {
        (self.inner.ids)()
    }

    /// The greatest size of one object or part, in bytes.
    pub(crate) fn max_object_bytes(&self) -> u64 {
        self.inner.max_object_bytes
    }

    /// The account that owns what this account sees.
    pub(crate) fn owner<'a>(&self, account: &'a str) -> &'a str {
        if self.inner.shared { SHARED } else { account }
    }

    /// Every account that owns buckets or did.
    pub(crate) fn owners(&self) -> Vec<String> {
        let owners = self.inner.accounts.iter();
        owners.map(|owners| owners.key().clone()).collect()
    }

    /// How many events the slowest listener has not taken yet.
    pub(crate) fn pending_events(&self) -> usize {
        self.inner.events.len()
    }

    /// The events of objects from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<ObjectEvent> {
        self.inner.events.subscribe()
    }

    /// Looks at the account's buckets. The lock is held while `look` runs, and no longer.
    pub(crate) fn read<T>(&self, account: &str, look: impl FnOnce(&Buckets) -> T) -> T {
        let buckets = self.buckets(account);
        let guard = buckets.read().unwrap_or_else(PoisonError::into_inner);
        look(&guard)
    }

    /// Changes the account's buckets. The lock is held while `change` runs, and no longer.
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

    /// The object under the key, or a version of it, as a client asks for it.
    ///
    /// # Errors
    /// `NoSuchBucket`, and those of [`Bucket::find`].
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

    /// Inserts the object if `condition` allows it, and emits its event.
    ///
    /// # Errors
    /// `NoSuchBucket`, and what the condition says.
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

    /// Removes the object from a locked bucket, and emits its event if it existed.
    ///
    /// # Errors
    /// The disk does not accept it.
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

    /// Emits the event of a change of a bucket's notifications, with their targets.
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

    /// Sends an event. Called under the bucket's lock, so events come in the order of changes.
    pub(crate) fn send_event(&self, event: ObjectEvent) {
        // An error means that there are no subscribers.
        let _ = self.inner.events.send(event);
    }
}
