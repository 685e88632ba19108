//! The way of changes to the disk, when buckets are kept there.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};

use b2bi_local_ledger::{Batch, Ledger, Ticket};
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::blobs::Blobs;
use super::kept::{self, Kind};
use super::operations::multipart::Place;
use super::state::{Bucket, Buckets, Memory, Object, Upload, UploadedPart};

/// A ledger for rows, and files beside it for what is long.
pub(crate) struct Disk {
    ledger: Ledger,
    pub(crate) blobs: Arc<Blobs>,
    /// The ticket of the last change.
    last: AtomicU64,
}

impl Disk {
    pub(crate) fn new(ledger: Ledger, blobs: Arc<Blobs>) -> Self {
        Self {
            ledger,
            blobs,
            last: AtomicU64::new(0),
        }
    }

    fn send(&self, key: String, row: Option<serde_json::Result<Vec<u8>>>) {
        let mut batch = Batch::new();
        match row.transpose() {
            Ok(Some(row)) => batch.put(kept::ROWS, key, row),
            Ok(None) => batch.remove(kept::ROWS, key),
            // Our own rows can be written as JSON: their keys are texts.
            Err(_) => return,
        }
        let ticket = self.ledger.send(batch);
        self.last.fetch_max(ticket.number(), Ordering::AcqRel);
    }
}

impl Disk {
    /// Makes rows of one state of an account's buckets those of another.
    fn exchange(batch: &mut Batch, account: &str, before: &Buckets, after: &Buckets) {
        for (name, bucket) in before {
            batch.remove(kept::ROWS, kept::key(Kind::Bucket, account, name, &[]));
            for key in bucket.objects.keys() {
                batch.remove(kept::ROWS, kept::key(Kind::Object, account, name, &[key]));
            }
            for ((key, id), upload) in &bucket.uploads {
                batch.remove(
                    kept::ROWS,
                    kept::key(Kind::Upload, account, name, &[id, key]),
                );
                for number in upload.parts.keys() {
                    let part = kept::key(Kind::Part(*number), account, name, &[id, key]);
                    batch.remove(kept::ROWS, part);
                }
            }
        }
        for (name, bucket) in after {
            let key = kept::key(Kind::Bucket, account, name, &[]);
            put(batch, key, kept::bucket(bucket));
            for (object_key, object) in &bucket.objects {
                let key = kept::key(Kind::Object, account, name, &[object_key]);
                put(batch, key, kept::object(object));
            }
        }
    }
}

fn put(batch: &mut Batch, key: String, row: serde_json::Result<Vec<u8>>) {
    // Our own rows can be written as JSON: their keys are texts.
    if let Ok(row) = row {
        batch.put(kept::ROWS, key, row);
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.blobs.close();
    }
}

/// Each is called under the bucket's lock, before what is replaced is let go of, so rows come in
/// the order of changes and a file goes after its row. Without a disk they do nothing.
impl Memory {
    /// The files for what is long, if there are any.
    pub(crate) fn blobs(&self) -> Option<&Arc<Blobs>> {
        self.disk().map(|disk| &disk.blobs)
    }

    /// Keeps an object as it is now, or its end.
    pub(crate) fn keep_object(
        &self,
        account: &str,
        bucket: &str,
        key: &str,
        object: Option<&Object>,
    ) {
        if let Some(disk) = self.disk() {
            let row_key = kept::key(Kind::Object, self.owner(account), bucket, &[key]);
            disk.send(row_key, object.map(kept::object));
        }
    }

    /// Keeps what is said of a bucket, or its end.
    pub(crate) fn keep_bucket(&self, account: &str, name: &str, bucket: Option<&Bucket>) {
        if let Some(disk) = self.disk() {
            let row_key = kept::key(Kind::Bucket, self.owner(account), name, &[]);
            disk.send(row_key, bucket.map(kept::bucket));
        }
    }

    /// Keeps an upload without its parts, or its end; the place is its key and its id.
    pub(crate) fn keep_upload(
        &self,
        account: &str,
        bucket: &str,
        (key, id): (&str, &str),
        upload: Option<&Upload>,
    ) {
        if let Some(disk) = self.disk() {
            let row_key = kept::key(Kind::Upload, self.owner(account), bucket, &[id, key]);
            disk.send(row_key, upload.map(kept::upload));
        }
    }

    /// Keeps a part of an upload, or its end.
    pub(crate) fn keep_part(&self, account: &str, place: &Place<'_>, part: Option<&UploadedPart>) {
        if let Some(disk) = self.disk() {
            let kind = Kind::Part(place.number);
            let rest = [place.upload_id, place.key];
            let row_key = kept::key(kind, self.owner(account), place.bucket, &rest);
            disk.send(row_key, part.map(kept::part));
        }
    }

    /// Takes an upload and its parts out of a bucket that is held.
    ///
    /// # Errors
    /// `NoSuchUpload`.
    pub(crate) fn remove_upload(
        &self,
        account: &str,
        bucket_name: &str,
        bucket: &mut Bucket,
        id: &(String, String),
    ) -> S3Result<()> {
        let upload = bucket.uploads.remove(id).ok_or(S3ErrorCode::NoSuchUpload)?;
        for number in upload.parts.keys() {
            let place = Place {
                bucket: bucket_name,
                key: &id.0,
                upload_id: &id.1,
                number: *number,
            };
            self.keep_part(account, &place, None);
        }
        self.keep_upload(account, bucket_name, (&id.0, &id.1), None);
        Ok(())
    }

    /// Takes all buckets of the account away with what is in them, and tells nobody.
    ///
    /// # Errors
    /// An upload that is listed is not there.
    pub(crate) fn clear(&self, account: &str) -> S3Result<()> {
        self.write(account, |buckets| {
            while let Some((name, mut bucket)) = buckets.pop_first() {
                for key in bucket.objects.keys() {
                    self.keep_object(account, &name, key, None);
                }
                let uploads: Vec<_> = bucket.uploads.keys().cloned().collect();
                for id in uploads {
                    self.remove_upload(account, &name, &mut bucket, &id)?;
                }
                self.keep_bucket(account, &name, None);
            }
            Ok(())
        })
    }

    /// Exchanges the buckets of all accounts under the locks of all, which are taken in order; nobody
    /// else holds more than one. Returns what they were before.
    pub(crate) fn exchange(
        &self,
        mut accounts: BTreeMap<String, Buckets>,
        is_kept: bool,
    ) -> BTreeMap<String, Buckets> {
        let mut owners = self.owners();
        owners.extend(accounts.keys().cloned());
        owners.sort_unstable();
        owners.dedup();
        let locks: Vec<_> = owners.iter().map(|it| self.buckets(it)).collect();
        let locks = locks.iter().map(|it| it.write());
        let guards: Vec<_> = locks
            .map(|it| it.unwrap_or_else(PoisonError::into_inner))
            .collect();
        if let Some(disk) = self.disk().filter(|_| is_kept) {
            let (mut batch, none) = (Batch::new(), Buckets::new());
            for (owner, before) in owners.iter().zip(&guards) {
                let after = accounts.get(owner).unwrap_or(&none);
                Disk::exchange(&mut batch, owner, before, after);
            }
            let ticket = disk.ledger.send(batch);
            disk.last.fetch_max(ticket.number(), Ordering::AcqRel);
        }
        let exchanged = owners.into_iter().zip(guards).map(|(owner, mut guard)| {
            let new = accounts.remove(&owner).unwrap_or_default();
            (owner, std::mem::replace(&mut *guard, new))
        });
        exchanged.collect()
    }

    /// Waits until all changes that were made by now are on disk, if that is where they go.
    ///
    /// # Errors
    /// `InternalError` when the disk does not take them.
    pub(crate) async fn settled(&self) -> S3Result<()> {
        let Some(disk) = self.disk() else {
            return Ok(());
        };
        let ticket = Ticket::of(disk.last.load(Ordering::Acquire));
        disk.ledger.settled(ticket).await.map_err(|failed| {
            let mut error = S3Error::new(S3ErrorCode::InternalError);
            error.set_message(failed.to_string());
            error
        })
    }
}
