//! Changes of a bucket's content that are stored together: all of them or none, in memory and on
//! disk.

use std::sync::Arc;

use b2bi_local_persistence::Batch;
use s3s::S3Result;

use super::disk::put;
use super::rows::{self, Kind};
use super::state::{Bucket, Object, Store, Upload};
use super::versions::Version;
use crate::event::{ObjectChange, ObjectEvent, RestoredObject};

/// The key of an upload's object, and the upload's id.
pub(crate) type UploadKey = (String, String);

/// One of the changes.
#[derive(Clone)]
pub(crate) enum Change {
    /// The object under the key is replaced by this one, or removed.
    Object(String, Option<Arc<Object>>),
    /// The older version or the delete marker of the key with this sequence is replaced by this
    /// one, or removed.
    Version(String, u64, Option<Version>),
    /// The upload is removed with its parts.
    UploadGone(UploadKey),
}

/// The event of a change of a key.
pub(crate) struct KeyEvent {
    pub(crate) change: ObjectChange,
    pub(crate) key: String,
    pub(crate) size: u64,
    pub(crate) etag: String,
    pub(crate) version_id: Option<String>,
    pub(crate) restored: Option<Box<RestoredObject>>,
}

/// The state before a change.
enum Before {
    Object(String, Option<Arc<Object>>),
    Version(String, u64, Option<Version>),
    Upload(UploadKey, Option<Box<Upload>>),
}

impl Change {
    fn make(self, bucket: &mut Bucket) {
        match self {
            Self::Object(key, Some(object)) => drop(bucket.objects.insert(key, object)),
            Self::Object(key, None) => drop(bucket.objects.remove(&key)),
            Self::Version(key, sequence, version) => set_version(bucket, key, sequence, version),
            Self::UploadGone(id) => drop(bucket.uploads.remove(&id)),
        }
    }

    fn before(&self, bucket: &Bucket) -> Before {
        match self {
            Self::Object(key, _) => Before::Object(key.clone(), bucket.objects.get(key).cloned()),
            Self::Version(key, sequence, _) => {
                let versions = bucket.versions.get(key);
                let version = versions.and_then(|versions| versions.get(sequence));
                Before::Version(key.clone(), *sequence, version.cloned())
            }
            Self::UploadGone(id) => {
                let upload = bucket.uploads.get(id).cloned();
                Before::Upload(id.clone(), upload.map(Box::new))
            }
        }
    }
}

impl Before {
    fn put_back(self, bucket: &mut Bucket) {
        match self {
            Self::Object(key, object) => Change::Object(key, object).make(bucket),
            Self::Version(key, sequence, version) => set_version(bucket, key, sequence, version),
            Self::Upload(id, Some(upload)) => drop(bucket.uploads.insert(id, *upload)),
            Self::Upload(id, None) => drop(bucket.uploads.remove(&id)),
        }
    }
}

fn set_version(bucket: &mut Bucket, key: String, sequence: u64, version: Option<Version>) {
    if let Some(version) = version {
        let versions = bucket.versions.entry(key).or_default();
        versions.insert(sequence, version);
    } else if let Some(versions) = bucket.versions.get_mut(&key) {
        versions.remove(&sequence);
        if versions.is_empty() {
            bucket.versions.remove(&key);
        }
    }
}

impl Store {
    /// Applies the changes to a locked bucket, and sends the events.
    ///
    /// Every step that can fail comes first, so a failure or a panic changes nothing. No two
    /// changes may have the same key and version.
    ///
    /// # Errors
    /// The disk refuses them.
    pub(crate) fn change(
        &self,
        account: &str,
        bucket_name: &str,
        bucket: &mut Bucket,
        changes: Vec<Change>,
        events: Vec<KeyEvent>,
    ) -> S3Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        let events = self.events(account, bucket_name, bucket, events);
        if let Some(disk) = self.disk() {
            let mut batch = Batch::new();
            for change in &changes {
                self.write_change(&mut batch, account, bucket_name, bucket, change)?;
            }
            let before: Vec<Before> = changes.iter().map(|change| change.before(bucket)).collect();
            batch.on_failure(self.undo_in_bucket(account, bucket_name, move |bucket| {
                for before in before {
                    before.put_back(bucket);
                }
            }));
            disk.send_batch(batch)?;
        }
        for change in changes {
            change.make(bucket);
        }
        for event in events {
            self.send_event(event);
        }
        Ok(())
    }

    fn events(
        &self,
        account: &str,
        bucket_name: &str,
        bucket: &Bucket,
        events: Vec<KeyEvent>,
    ) -> Vec<ObjectEvent> {
        let now = self.now();
        let event = |event: KeyEvent| ObjectEvent {
            notified: bucket.notified(event.change, &event.key),
            change: event.change,
            account: self.owner(account).to_owned(),
            bucket: bucket_name.to_owned(),
            key: event.key,
            size: event.size,
            etag: event.etag,
            version_id: event.version_id,
            restored: event.restored,
            at: now,
        };
        events.into_iter().map(event).collect()
    }

    /// Adds the rows of a change to a batch.
    pub(crate) fn write_change(
        &self,
        batch: &mut Batch,
        account: &str,
        bucket_name: &str,
        bucket: &Bucket,
        change: &Change,
    ) -> S3Result<()> {
        let owner = self.owner(account);
        let row = |kind, rest: &[&str]| rows::key(kind, owner, bucket_name, rest);
        match change {
            Change::Object(key, Some(object)) => {
                put(batch, row(Kind::Object, &[key]), rows::object(object))?;
            }
            Change::Object(key, None) => batch.remove(rows::ROWS, row(Kind::Object, &[key])),
            Change::Version(key, sequence, Some(version)) => {
                put(
                    batch,
                    row(Kind::Version(*sequence), &[key]),
                    rows::version(version),
                )?;
            }
            Change::Version(key, sequence, None) => {
                batch.remove(rows::ROWS, row(Kind::Version(*sequence), &[key]));
            }
            Change::UploadGone(id) => {
                let rest = [id.1.as_str(), id.0.as_str()];
                let parts = bucket.uploads.get(id).into_iter();
                for number in parts.flat_map(|upload| upload.parts.keys()) {
                    batch.remove(rows::ROWS, row(Kind::Part(*number), &rest));
                }
                batch.remove(rows::ROWS, row(Kind::Upload, &rest));
            }
        }
        Ok(())
    }
}
