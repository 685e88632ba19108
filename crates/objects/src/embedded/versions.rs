//! The versions of objects: what writes and deletes keep in a bucket with versioning.
//!
//! The current object of a key is in [`Bucket::objects`], where all reads look. Older versions and
//! delete markers are in [`Bucket::versions`], so a bucket without versioning has no extra cost.
//! Source: docs `Versioning`, `DeleteMarker`, `AddingObjectstoVersionSuspendedBuckets`, 2026-11.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::change::{Change, KeyEvent};
use super::state::{Bucket, Object, Store, Versioning};
use crate::event::ObjectChange;

/// S3's name for a version that was written without versioning.
pub(crate) const NULL: &str = "null";
/// The number of bytes of a version id before encoding, and the length after it.
const ID_BYTES: usize = 24;
const ID_LENGTH: usize = 32;

/// Identifies a version of its key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VersionId {
    /// Greater than those of all older versions of the key.
    pub(crate) sequence: u64,
    /// `None` means `null`.
    pub(crate) id: Option<Box<str>>,
}

/// An older version, or a delete marker of any age.
#[derive(Clone)]
pub(crate) enum Version {
    Object(Arc<Object>),
    DeleteMarker(DeleteMarker),
}

/// The marker that a delete leaves instead of the object.
#[derive(Clone)]
pub(crate) struct DeleteMarker {
    pub(crate) version: VersionId,
    pub(crate) last_modified: SystemTime,
}

/// The older versions and the delete markers of a key, by [`VersionId::sequence`].
pub(crate) type KeyVersions = BTreeMap<u64, Version>;

impl VersionId {
    /// Its name for clients.
    pub(crate) fn name(&self) -> &str {
        self.id.as_deref().unwrap_or(NULL)
    }
}

impl Version {
    pub(crate) fn id(&self) -> &VersionId {
        match self {
            Self::Object(object) => &object.version,
            Self::DeleteMarker(marker) => &marker.version,
        }
    }

    /// When it was created.
    pub(crate) fn modified(&self) -> SystemTime {
        match self {
            Self::Object(object) => object.last_modified,
            Self::DeleteMarker(marker) => marker.last_modified,
        }
    }
}

/// Checks the version id of a request.
///
/// # Errors
/// `InvalidArgument` for a text that cannot be a version id.
pub(crate) fn checked_id(id: Option<&str>) -> S3Result<Option<&str>> {
    match id {
        None | Some(NULL) => Ok(id),
        Some("") => Err(s3_error!(
            InvalidArgument,
            "Version id cannot be the empty string"
        )),
        Some(id) if is_id(id) => Ok(Some(id)),
        Some(_) => Err(s3_error!(InvalidArgument, "Invalid version id specified")),
    }
}

/// Assumption A-276.
fn is_id(id: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    id.len() == ID_LENGTH && id.bytes().all(is_letter)
}

impl Store {
    /// A version id that no other version of the key has, even if the id generator repeats itself
    /// after a restart.
    fn new_version_id(&self, key: &str, sequence: u64) -> Box<str> {
        let digest = Sha256::digest(format!("{}\n{sequence}\n{key}", self.id()));
        let bytes = digest.get(..ID_BYTES).unwrap_or_default();
        BASE64_URL_SAFE_NO_PAD.encode(bytes).into()
    }
}

/// A version that was found, and its id if the bucket has versions.
pub(crate) struct Found {
    pub(crate) object: Arc<Object>,
    pub(crate) version_id: Option<String>,
    /// When a current object expires by a lifecycle rule, in the format of the header.
    pub(crate) expiration: Option<String>,
}

impl Bucket {
    /// The id of a version, if the bucket has versions.
    pub(crate) fn shown_version_id(&self, version: &VersionId) -> Option<String> {
        (self.versioning != Versioning::Never).then(|| version.name().to_owned())
    }

    /// The object under the key, or the named version of it.
    ///
    /// # Errors
    /// `NoSuchKey`, `NoSuchVersion`, `InvalidArgument`, and `MethodNotAllowed` if the named version
    /// is a delete marker.
    pub(crate) fn find(&self, key: &str, version_id: Option<&str>) -> S3Result<Found> {
        let object = match checked_id(version_id)? {
            None => self.current(key)?,
            Some(id) => self.version(key, id)?,
        };
        let is_current = version_id.is_none();
        let expiration = is_current.then(|| self.expiration(key, &object));
        Ok(Found {
            version_id: self.shown_version_id(&object.version),
            expiration: expiration.flatten(),
            object,
        })
    }

    /// The version that a multipart upload created.
    pub(crate) fn object_of_upload(&self, key: &str, upload_id: &str) -> Option<Arc<Object>> {
        let older = self.versions.get(key).into_iter();
        let older = older.flat_map(BTreeMap::values);
        let older = older.filter_map(|version| match version {
            Version::Object(object) => Some(object),
            Version::DeleteMarker(_) => None,
        });
        let mut objects = self.objects.get(key).into_iter().chain(older);
        let found = objects.find(|object| object.upload_id.as_deref() == Some(upload_id));
        found.map(Arc::clone)
    }

    /// A sequence that is greater than those of the key's noncurrent versions.
    pub(crate) fn next_sequence(&self, key: &str) -> u64 {
        let newest = self.versions.get(key).and_then(BTreeMap::last_key_value);
        newest.map_or(0, |(newest, _)| newest.saturating_add(1))
    }

    /// The change that replaces the object's version.
    pub(crate) fn replacement(&self, key: &str, object: Object) -> Change {
        let sequence = object.version.sequence;
        let current = self.objects.get(key);
        let is_current = current.is_some_and(|current| current.version.sequence == sequence);
        let object = Arc::new(object);
        if is_current {
            Change::Object(key.to_owned(), Some(object))
        } else {
            Change::Version(key.to_owned(), sequence, Some(Version::Object(object)))
        }
    }

    fn current(&self, key: &str) -> S3Result<Arc<Object>> {
        if let Some(object) = self.objects.get(key) {
            return Ok(Arc::clone(object));
        }
        let newest = self.versions.get(key).and_then(BTreeMap::last_key_value);
        let marker = newest.and_then(|(_, version)| match version {
            Version::DeleteMarker(marker) => Some(marker),
            Version::Object(_) => None,
        });
        Err(marker.map_or_else(
            || S3ErrorCode::NoSuchKey.into(),
            |marker| of_marker(s3_error!(NoSuchKey), marker),
        ))
    }

    fn version(&self, key: &str, id: &str) -> S3Result<Arc<Object>> {
        let current = self.objects.get(key);
        if let Some(object) = current.filter(|object| object.version.name() == id) {
            return Ok(Arc::clone(object));
        }
        let older = self
            .versions
            .get(key)
            .into_iter()
            .flat_map(BTreeMap::values);
        let mut older = older.filter(|version| version.id().name() == id);
        match older.next() {
            Some(Version::Object(object)) => Ok(Arc::clone(object)),
            Some(Version::DeleteMarker(marker)) => Err(marker_is_named(marker)),
            None => Err(S3ErrorCode::NoSuchVersion.into()),
        }
    }
}

/// The error for a read of a delete marker by its id.
fn marker_is_named(marker: &DeleteMarker) -> S3Error {
    let mut error = of_marker(s3_error!(MethodNotAllowed), marker);
    let mut headers = error.headers().cloned().unwrap_or_default();
    let modified = httpdate::fmt_http_date(marker.last_modified);
    headers.insert(header::ALLOW, HeaderValue::from_static("DELETE"));
    if let Ok(modified) = HeaderValue::from_str(&modified) {
        headers.insert(header::LAST_MODIFIED, modified);
    }
    error.set_headers(headers);
    error.set_status_code(StatusCode::METHOD_NOT_ALLOWED);
    error
}

fn of_marker(mut error: S3Error, marker: &DeleteMarker) -> S3Error {
    let mut headers = HeaderMap::new();
    let is_marker = HeaderName::from_static("x-amz-delete-marker");
    headers.insert(is_marker, HeaderValue::from_static("true"));
    if let Ok(id) = HeaderValue::from_str(marker.version.name()) {
        headers.insert(HeaderName::from_static("x-amz-version-id"), id);
    }
    error.set_headers(headers);
    error
}

/// The effect of a delete on a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deleted {
    /// The object was deleted permanently, if there was one.
    Object,
    /// A delete marker hides it.
    MarkerCreated(VersionId),
    /// The version was removed, if there was one.
    Version { was_marker: bool },
}

/// The changes of a request to one key of a bucket, before any is applied.
pub(crate) struct KeyEdit<'a> {
    store: &'a Store,
    bucket: &'a Bucket,
    versioning: Versioning,
    key: String,
    before: Option<&'a Arc<Object>>,
    older: Option<&'a KeyVersions>,
    current: Option<Arc<Object>>,
    edited: BTreeMap<u64, Option<Version>>,
    events: Vec<KeyEvent>,
}

impl<'a> KeyEdit<'a> {
    pub(crate) fn new(store: &'a Store, bucket: &'a Bucket, key: &str) -> Self {
        let before = bucket.objects.get(key);
        Self {
            store,
            bucket,
            versioning: bucket.versioning,
            key: key.to_owned(),
            before,
            older: bucket.versions.get(key),
            current: before.cloned(),
            edited: BTreeMap::new(),
            events: Vec::new(),
        }
    }

    /// The current time.
    pub(crate) fn now(&self) -> SystemTime {
        self.store.now()
    }

    /// The object after the changes so far.
    pub(crate) fn current(&self) -> Option<&Object> {
        self.current.as_deref()
    }

    /// The version with this name, if it is an object.
    pub(crate) fn object(&self, id: &str) -> Option<&Object> {
        let current = self.current();
        if current.is_some_and(|object| object.version.name() == id) {
            return current;
        }
        let mut versions = self.versions();
        versions.find_map(|version| match version {
            Version::Object(object) if object.version.name() == id => Some(&**object),
            _ => None,
        })
    }

    /// Makes the object the current one, with the lock and the encryption that the bucket gives it.
    ///
    /// # Errors
    /// It requests a lock, and the bucket has no object lock.
    pub(crate) fn put(
        &mut self,
        mut object: Object,
        change: ObjectChange,
    ) -> S3Result<Arc<Object>> {
        object.headers.lock = object.headers.lock.in_bucket(self.bucket, self.now())?;
        object.headers.encrypt_in(self.bucket);
        object.version = self.make_room();
        let object = Arc::new(object);
        self.add_event(change, Some(&object), &object.version);
        self.current = Some(Arc::clone(&object));
        Ok(object)
    }

    /// Deletes the object like a request without a version id.
    pub(crate) fn delete(&mut self) -> Deleted {
        if self.versioning == Versioning::Never {
            if let Some(object) = self.current.take() {
                self.add_event(ObjectChange::Delete, Some(&object), &object.version);
            }
            return Deleted::Object;
        }
        let version = self.make_room();
        self.current = None;
        self.add_event(ObjectChange::DeleteMarkerCreated, None, &version);
        let marker = DeleteMarker {
            version: version.clone(),
            last_modified: self.now(),
        };
        let marker = Version::DeleteMarker(marker);
        self.edited.insert(version.sequence, Some(marker));
        Deleted::MarkerCreated(version)
    }

    /// Deletes a version permanently; the newest of the others becomes the current one.
    pub(crate) fn delete_version(&mut self, id: &str) -> Deleted {
        let is_named = |object: &Arc<Object>| object.version.name() == id;
        if let Some(object) = self.current.take_if(|object| is_named(object)) {
            self.add_event(ObjectChange::Delete, Some(&object), &object.version);
            self.promote();
            return Deleted::Version { was_marker: false };
        }
        let named = self.versions().find(|version| version.id().name() == id);
        let Some(named) = named.cloned() else {
            return Deleted::Version { was_marker: false };
        };
        self.edited.insert(named.id().sequence, None);
        let object = match &named {
            Version::Object(object) => Some(object),
            Version::DeleteMarker(_) => None,
        };
        self.add_event(ObjectChange::Delete, object, named.id());
        if self.current.is_none() {
            self.promote();
        }
        Deleted::Version {
            was_marker: object.is_none(),
        }
    }

    /// Moves the version with this name to another storage class.
    pub(crate) fn set_storage_class(&mut self, id: &str, class: &str) {
        let Some(object) = self.object(id) else {
            return;
        };
        let mut object = object.clone();
        object.headers.storage_class = Some(class.to_owned().into());
        let object = Arc::new(object);
        self.add_event(ObjectChange::Transition, Some(&object), &object.version);
        let current = self.current();
        if current.is_some_and(|current| current.version == object.version) {
            self.current = Some(object);
        } else {
            let sequence = object.version.sequence;
            self.edited.insert(sequence, Some(Version::Object(object)));
        }
    }

    /// The changes, and their events.
    pub(crate) fn finish(self) -> (Vec<Change>, Vec<KeyEvent>) {
        let is_same = match (self.before, &self.current) {
            (Some(before), Some(current)) => Arc::ptr_eq(before, current),
            (before, current) => before.is_none() && current.is_none(),
        };
        let mut changes = Vec::with_capacity(1);
        for (sequence, version) in self.edited {
            changes.push(Change::Version(self.key.clone(), sequence, version));
        }
        if !is_same {
            changes.push(Change::Object(self.key, self.current));
        }
        (changes, self.events)
    }

    /// The older versions and delete markers, newest first.
    fn versions(&self) -> impl Iterator<Item = &Version> {
        let older = self.older.into_iter().flat_map(BTreeMap::iter);
        let kept = older.filter(|(sequence, _)| !self.edited.contains_key(sequence));
        let mut all: BTreeMap<u64, &Version> = kept.map(|(at, version)| (*at, version)).collect();
        let edited = self.edited.iter();
        all.extend(edited.filter_map(|(at, version)| Some((*at, version.as_ref()?))));
        all.into_values().rev()
    }

    /// Moves away the version that a new one replaces or hides, and returns the id of the new
    /// version.
    fn make_room(&mut self) -> VersionId {
        if self.versioning == Versioning::Never {
            return VersionId::default();
        }
        let sequence = self.next_sequence();
        let is_named = self.versioning == Versioning::Enabled;
        let id = is_named.then(|| self.store.new_version_id(&self.key, sequence));
        if id.is_none() {
            self.drop_null();
        }
        if let Some(object) = self.current.take() {
            let at = object.version.sequence;
            self.edited.insert(at, Some(Version::Object(object)));
        }
        VersionId { sequence, id }
    }

    fn next_sequence(&self) -> u64 {
        let older = self.older.and_then(BTreeMap::last_key_value);
        let edited = self.edited.last_key_value().map(|(at, _)| *at);
        let current = self.current.as_ref().map(|object| object.version.sequence);
        let known = [older.map(|(at, _)| *at), edited, current];
        let greatest = known.into_iter().flatten().max();
        greatest.map_or(0, |greatest| greatest.saturating_add(1))
    }

    /// There is at most one null version.
    fn drop_null(&mut self) {
        self.current.take_if(|object| object.version.id.is_none());
        let null = self.versions().find(|version| version.id().id.is_none());
        if let Some(sequence) = null.map(|version| version.id().sequence) {
            self.edited.insert(sequence, None);
        }
    }

    /// Makes the newest version current if there is no current object, unless it is a marker.
    fn promote(&mut self) {
        let newest = self.versions().next().cloned();
        if let Some(Version::Object(object)) = newest {
            self.edited.insert(object.version.sequence, None);
            self.current = Some(object);
        }
    }

    fn add_event(
        &mut self,
        change: ObjectChange,
        object: Option<&Arc<Object>>,
        version: &VersionId,
    ) {
        let has_versions = self.versioning != Versioning::Never;
        self.events.push(KeyEvent {
            change,
            key: self.key.clone(),
            size: object.map_or(0, |object| object.content.size()),
            etag: object
                .map(|object| object.entity_tag.clone())
                .unwrap_or_default(),
            version_id: has_versions.then(|| version.name().to_owned()),
            restored: None,
        });
    }
}
