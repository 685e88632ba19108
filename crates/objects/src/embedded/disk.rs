//! Writes changes to the disk, if buckets are stored there.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use b2bi_local_persistence::{Batch, CommitSeq, RowStore};
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::blobs::Blobs;
use super::change::Change;
use super::operations::multipart::Place;
use super::rows::{self, Kind};
use super::state::{self, Bucket, Buckets, Store, Upload, UploadedPart};
use super::versions::Version;

/// A row store, and files for long contents.
pub(crate) struct Disk {
    row_store: RowStore,
    pub(crate) blobs: Arc<Blobs>,
    /// The sequence number of the last change.
    last: AtomicU64,
}

impl Disk {
    pub(crate) fn new(row_store: RowStore, blobs: Arc<Blobs>) -> Self {
        Self {
            row_store,
            blobs,
            last: AtomicU64::new(0),
        }
    }

    /// Queues a row, or its removal; `undo` is called if it is accepted but cannot be written.
    fn send(
        &self,
        key: String,
        row: Option<serde_json::Result<Vec<u8>>>,
        undo: impl FnOnce() + Send + 'static,
    ) -> S3Result<()> {
        let mut batch = Batch::new();
        match row.transpose().map_err(unwritable)? {
            Some(row) => batch.put(rows::ROWS, key, row),
            None => batch.remove(rows::ROWS, key),
        }
        batch.on_failure(undo);
        self.send_batch(batch)
    }

    pub(crate) fn send_batch(&self, batch: Batch) -> S3Result<()> {
        let ticket = self.row_store.send(batch).map_err(unwritable)?;
        self.last.fetch_max(ticket.number(), Ordering::AcqRel);
        Ok(())
    }
}

/// The reply to a change that cannot be written to the disk.
fn unwritable(error: impl std::error::Error) -> S3Error {
    let mut answer = S3Error::new(S3ErrorCode::InternalError);
    answer.set_message(error.to_string());
    answer
}

impl Disk {
    /// Replaces the rows of one state of an account's buckets by those of another.
    fn exchange(
        batch: &mut Batch,
        account: &str,
        before: &Buckets,
        after: &Buckets,
    ) -> S3Result<()> {
        for (name, bucket) in before {
            batch.remove(rows::ROWS, rows::key(Kind::Bucket, account, name, &[]));
            for key in bucket.objects.keys() {
                batch.remove(rows::ROWS, rows::key(Kind::Object, account, name, &[key]));
            }
            for (key, sequence, _) in versions(bucket) {
                let row = rows::key(Kind::Version(sequence), account, name, &[key]);
                batch.remove(rows::ROWS, row);
            }
            for ((key, id), upload) in &bucket.uploads {
                batch.remove(
                    rows::ROWS,
                    rows::key(Kind::Upload, account, name, &[id, key]),
                );
                for number in upload.parts.keys() {
                    let part = rows::key(Kind::Part(*number), account, name, &[id, key]);
                    batch.remove(rows::ROWS, part);
                }
            }
        }
        for (name, bucket) in after {
            let key = rows::key(Kind::Bucket, account, name, &[]);
            put(batch, key, rows::bucket(bucket))?;
            for (object_key, object) in &bucket.objects {
                let key = rows::key(Kind::Object, account, name, &[object_key]);
                put(batch, key, rows::object(object))?;
            }
            for (object_key, sequence, version) in versions(bucket) {
                let key = rows::key(Kind::Version(sequence), account, name, &[object_key]);
                put(batch, key, rows::version(version))?;
            }
        }
        Ok(())
    }
}

fn versions(bucket: &Bucket) -> impl Iterator<Item = (&String, u64, &Version)> {
    let keys = bucket.versions.iter();
    keys.flat_map(|(key, versions)| {
        let versions = versions.iter();
        versions.map(move |(sequence, version)| (key, *sequence, version))
    })
}

/// Adds a row to a batch.
pub(crate) fn put(
    batch: &mut Batch,
    key: String,
    row: serde_json::Result<Vec<u8>>,
) -> S3Result<()> {
    batch.put(rows::ROWS, key, row.map_err(unwritable)?);
    Ok(())
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.blobs.close();
    }
}

/// Each of these is called under the bucket's lock, before the change is made in memory. An error
/// means that the disk refuses it, and the change must not be made. A change that is accepted and
/// then cannot be written is undone. What it replaced is kept until it is on disk, so the file of
/// the replaced content is removed after its row. Without a disk they do nothing.
impl Store {
    /// The files for long contents, if there are any.
    pub(crate) fn blobs(&self) -> Option<&Arc<Blobs>> {
        self.disk().map(|disk| &disk.blobs)
    }

    /// Stores or removes the row of a bucket; `before` is the current bucket.
    pub(crate) fn keep_bucket(
        &self,
        account: &str,
        name: &str,
        before: Option<&Bucket>,
        after: Option<&Bucket>,
    ) -> S3Result<()> {
        let Some(disk) = self.disk() else {
            return Ok(());
        };
        let row_key = rows::key(Kind::Bucket, self.owner(account), name, &[]);
        let (before, bucket_name) = (before.map(Bucket::without_content), name.to_owned());
        let undo = self.undo(account, move |buckets| match before {
            Some(before) => buckets
                .entry(bucket_name)
                .or_insert_with(|| before.without_content())
                .copy_settings(&before),
            None => drop(buckets.remove(&bucket_name)),
        });
        disk.send(row_key, after.map(rows::bucket), undo)
    }

    /// Replaces the settings of a locked bucket by those of another.
    pub(crate) fn change_bucket(
        &self,
        account: &str,
        name: &str,
        bucket: &mut Bucket,
        after: &Bucket,
    ) -> S3Result<()> {
        self.keep_bucket(account, name, Some(bucket), Some(after))?;
        bucket.copy_settings(after);
        Ok(())
    }

    /// Stores an upload without its parts; the place is its key and its id.
    pub(crate) fn keep_upload(
        &self,
        account: &str,
        bucket: &str,
        (key, id): (&str, &str),
        upload: &Upload,
    ) -> S3Result<()> {
        let Some(disk) = self.disk() else {
            return Ok(());
        };
        let row_key = rows::key(Kind::Upload, self.owner(account), bucket, &[id, key]);
        let id = (key.to_owned(), id.to_owned());
        let undo = self.undo_in_bucket(account, bucket, move |bucket| {
            bucket.uploads.remove(&id);
        });
        disk.send(row_key, Some(rows::upload(upload)), undo)
    }

    /// Stores a part of an upload; `before` is the current part with that number.
    pub(crate) fn keep_part(
        &self,
        account: &str,
        place: &Place<'_>,
        before: Option<UploadedPart>,
        after: &UploadedPart,
    ) -> S3Result<()> {
        let Some(disk) = self.disk() else {
            return Ok(());
        };
        let (id, number) = (
            (place.key.to_owned(), place.upload_id.to_owned()),
            place.number,
        );
        let undo = self.undo_in_bucket(account, place.bucket, move |bucket| {
            if let Some(upload) = bucket.uploads.get_mut(&id) {
                match before {
                    Some(part) => drop(upload.parts.insert(number, part)),
                    None => drop(upload.parts.remove(&number)),
                }
            }
        });
        let row_key = self.part_key(account, place);
        disk.send(row_key, Some(rows::part(after)), undo)
    }

    fn part_key(&self, account: &str, place: &Place<'_>) -> String {
        let rest = [place.upload_id, place.key];
        rows::key(
            Kind::Part(place.number),
            self.owner(account),
            place.bucket,
            &rest,
        )
    }

    /// The closure that undoes a change of the account's buckets, later and without their lock.
    fn undo(
        &self,
        account: &str,
        change: impl FnOnce(&mut Buckets) + Send + 'static,
    ) -> impl FnOnce() + Send + 'static {
        let (memory, account) = (self.downgrade(), self.owner(account).to_owned());
        move || {
            if let Some(memory) = memory.upgrade() {
                memory.write(&account, change);
            }
        }
    }

    /// The same for one bucket; if the bucket is gone there is nothing to undo.
    pub(crate) fn undo_in_bucket(
        &self,
        account: &str,
        name: &str,
        change: impl FnOnce(&mut Bucket) + Send + 'static,
    ) -> impl FnOnce() + Send + 'static {
        let name = name.to_owned();
        self.undo(account, move |buckets| {
            if let Some(bucket) = buckets.get_mut(&name) {
                change(bucket);
            }
        })
    }

    /// Removes an empty bucket with its uploads.
    ///
    /// # Errors
    /// The disk refuses it; then nothing has changed.
    pub(crate) fn remove_bucket(
        &self,
        account: &str,
        name: &str,
        buckets: &mut Buckets,
    ) -> S3Result<()> {
        let Some(disk) = self.disk() else {
            buckets.remove(name);
            return Ok(());
        };
        let mut batch = Batch::new();
        let bucket = state::bucket(buckets, name)?;
        for id in bucket.uploads.keys() {
            let gone = Change::UploadGone(id.clone());
            self.write_change(&mut batch, account, name, bucket, &gone)?;
        }
        let row_key = rows::key(Kind::Bucket, self.owner(account), name, &[]);
        batch.remove(rows::ROWS, row_key);
        let before = Arc::new(Mutex::new(None));
        let (later, bucket_name) = (Arc::clone(&before), name.to_owned());
        batch.on_failure(self.undo(account, move |buckets| {
            let held = later.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(bucket) = held {
                buckets.insert(bucket_name, bucket);
            }
        }));
        // Locked until the bucket is in it: an undo that runs at once waits for it.
        let mut held = before.lock().unwrap_or_else(PoisonError::into_inner);
        disk.send_batch(batch)?;
        *held = buckets.remove(name);
        Ok(())
    }

    /// Removes all buckets of the account with their content, without events.
    ///
    /// # Errors
    /// The disk refuses it; then nothing has changed.
    pub(crate) fn clear(&self, account: &str) -> S3Result<()> {
        self.write(account, |buckets| {
            if let Some(disk) = self.disk() {
                let mut batch = Batch::new();
                Disk::exchange(&mut batch, self.owner(account), buckets, &Buckets::new())?;
                // The rows are written together, so an undo restores the whole map.
                let before = Arc::new(Mutex::new(None));
                let later = Arc::clone(&before);
                batch.on_failure(self.undo(account, move |buckets| {
                    let held = later.lock().unwrap_or_else(PoisonError::into_inner).take();
                    *buckets = held.unwrap_or_default();
                }));
                // Locked until the buckets are in it: an undo that runs at once waits for it.
                let mut held = before.lock().unwrap_or_else(PoisonError::into_inner);
                disk.send_batch(batch)?;
                *held = Some(std::mem::take(buckets));
            } else {
                buckets.clear();
            }
            Ok(())
        })
    }

    /// Replaces the buckets of all accounts under all their locks, which are taken in order; no
    /// other code takes more than one.
    ///
    /// # Errors
    /// The disk refuses it; then nothing has changed. If it is accepted and then cannot be written,
    /// it is undone.
    pub(crate) fn exchange(&self, mut accounts: BTreeMap<String, Buckets>) -> S3Result<()> {
        let mut owners = self.owners();
        owners.extend(accounts.keys().cloned());
        owners.sort_unstable();
        owners.dedup();
        let locks: Vec<_> = owners.iter().map(|owner| self.buckets(owner)).collect();
        let locks = locks.iter().map(|lock| lock.write());
        let mut guards: Vec<_> = locks
            .map(|guard| guard.unwrap_or_else(PoisonError::into_inner))
            .collect();
        let (before, mut pending) = (Arc::new(Mutex::new(Vec::new())), None);
        if let Some(disk) = self.disk() {
            let (mut batch, none) = (Batch::new(), Buckets::new());
            for (owner, guard) in owners.iter().zip(&guards) {
                let after = accounts.get(owner).unwrap_or(&none);
                Disk::exchange(&mut batch, owner, guard, after)?;
            }
            batch.on_failure(self.undo_exchange(&before));
            pending = Some((disk, batch));
        }
        // Locked until everything is in it: an undo that runs at once waits for it.
        let mut held = before.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((disk, batch)) = pending {
            disk.send_batch(batch)?;
        }
        for (owner, guard) in owners.into_iter().zip(&mut guards) {
            let new = accounts.remove(&owner).unwrap_or_default();
            held.push((owner, std::mem::replace(&mut **guard, new)));
        }
        Ok(())
    }

    fn undo_exchange(
        &self,
        before: &Arc<Mutex<Vec<(String, Buckets)>>>,
    ) -> impl FnOnce() + Send + 'static {
        let (memory, before) = (self.downgrade(), Arc::clone(before));
        move || {
            let Some(memory) = memory.upgrade() else {
                return;
            };
            let before =
                std::mem::take(&mut *before.lock().unwrap_or_else(PoisonError::into_inner));
            for (owner, old) in before {
                memory.write(&owner, |buckets| *buckets = old);
            }
        }
    }

    /// The state before a request that [`flushed`](Self::flushed) needs.
    pub(crate) fn failures(&self) -> u64 {
        self.disk().map_or(0, |disk| disk.row_store.failures())
    }

    /// Waits until all changes made so far are on disk, if they are stored there.
    ///
    /// # Errors
    /// `InternalError` if changes have been undone since there were this many `failures`: those of
    /// the request may be among them.
    pub(crate) async fn flushed(&self, failures: u64) -> S3Result<()> {
        let Some(disk) = self.disk() else {
            return Ok(());
        };
        let ticket = CommitSeq::of(disk.last.load(Ordering::Acquire));
        disk.row_store.decided(ticket).await;
        if disk.row_store.failures() == failures {
            return Ok(());
        }
        Err(disk.row_store.failure().map_or_else(
            || S3Error::with_message(S3ErrorCode::InternalError, "a change was undone; retry"),
            unwritable,
        ))
    }
}
