//! Changes of a bucket's content that are made together: all of them or none, in memory and on disk.

use std::sync::Arc;

use b2bi_local_persistence::Batch;
use s3s::S3Result;

use super::disk::put;
use super::rows::{self, Kind};
use super::state::{Bucket, Object, Store, Upload};
use crate::event::{ObjectChange, ObjectEvent};

/// The key of an upload's object, and the upload's id.
pub(crate) type UploadKey = (String, String);

/// One of the changes.
#[derive(Clone)]
pub(crate) enum Change {
    /// The object under the key is now this one, or gone.
    Object(String, Option<Arc<Object>>),
    /// The upload is gone with its parts.
    UploadGone(UploadKey),
}

/// What was there before a change.
enum Before {
    Object(String, Option<Arc<Object>>),
    Upload(UploadKey, Option<Box<Upload>>),
}

impl Change {
    fn make(self, bucket: &mut Bucket) {
        match self {
            Self::Object(key, Some(object)) => drop(bucket.objects.insert(key, object)),
            Self::Object(key, None) => drop(bucket.objects.remove(&key)),
            Self::UploadGone(id) => drop(bucket.uploads.remove(&id)),
        }
    }

    fn before(&self, bucket: &Bucket) -> Before {
        match self {
            Self::Object(key, _) => Before::Object(key.clone(), bucket.objects.get(key).cloned()),
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
            Self::Upload(id, Some(upload)) => drop(bucket.uploads.insert(id, *upload)),
            Self::Upload(id, None) => drop(bucket.uploads.remove(&id)),
        }
    }
}

impl Store {
    /// Makes the changes to a bucket that is held, and tells of its objects.
    ///
    /// All that may fail comes first, so a failure or a panic leaves everything as it was. No key may
    /// be in two of the changes.
    ///
    /// # Errors
    /// The disk does not take them.
    pub(crate) fn change(
        &self,
        account: &str,
        bucket_name: &str,
        bucket: &mut Bucket,
        changes: Vec<Change>,
    ) -> S3Result<()> {
        let events = self.events(account, bucket_name, bucket, &changes);
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

    /// What is to be told of the changes.
    fn events(
        &self,
        account: &str,
        bucket_name: &str,
        bucket: &Bucket,
        changes: &[Change],
    ) -> Vec<ObjectEvent> {
        let told = changes.iter().filter_map(|change| match change {
            Change::Object(key, Some(object)) => Some((ObjectChange::Created, key, object)),
            Change::Object(key, None) => {
                let object = bucket.objects.get(key)?;
                Some((ObjectChange::Removed, key, object))
            }
            Change::UploadGone(_) => None,
        });
        let event = |(change, key, object): (_, &String, &Arc<Object>)| ObjectEvent {
            change,
            account: self.owner(account).to_owned(),
            bucket: bucket_name.to_owned(),
            key: key.clone(),
            size: object.content.size(),
            etag: object.entity_tag.clone(),
            at: self.now(),
        };
        told.map(event).collect()
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
