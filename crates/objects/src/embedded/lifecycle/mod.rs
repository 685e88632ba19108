//! The lifecycle rules of buckets: finds what has expired, and removes it as S3 does.
//!
//! Source: docs `intro-lifecycle-rules`, `lifecycle-expire-general-considerations`, 2026-11; the
//! hour is Assumption A-283.

mod expiration;
mod rule;
mod transition;

use std::ops::Bound;
use std::sync::Arc;
use std::time::SystemTime;

use s3s::S3Result;

use rule::{LIFECYCLE, Rule, is_past, rules};
use transition::Transitions;

use super::EmbeddedS3;
use super::change::{Change, KeyEvent};
use super::disk_error::DiskError;
use super::state::{Bucket, Buckets, Store, Versioning};
use super::versions::{KeyEdit, Version};
use crate::event::ObjectChange;

/// The maximum number of keys, and of uploads, that are checked while a lock is held.
const KEYS_AT_ONCE: usize = 256;

/// The numbers of changes that the rules of a bucket made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    /// Objects and older versions that were deleted permanently, and delete markers that hid
    /// nothing.
    pub removed: usize,
    /// Objects that a delete marker hides.
    pub hidden: usize,
    /// Uploads that were aborted.
    pub aborted: usize,
    /// Objects and older versions that were moved to another storage class.
    pub moved: usize,
}

impl EmbeddedS3 {
    /// Removes what has expired by the rules of the buckets, and returns the numbers for each
    /// bucket.
    ///
    /// The lock of an account is held for a few hundred keys at a time; `pause` is awaited in
    /// between.
    ///
    /// # Errors
    /// The disk refuses a change; the changes before it remain.
    pub async fn expire<F: Future<Output = ()>>(
        &self,
        pause: impl Fn() -> F,
    ) -> Result<Vec<(String, String, Expired)>, DiskError> {
        let store = &self.memory;
        let mut all = Vec::new();
        for owner in store.owners() {
            let named = |buckets: &Buckets| {
                let names = buckets.iter();
                let names =
                    names.filter(|(_, bucket)| bucket.configurations.contains_key(LIFECYCLE));
                names.map(|(name, _)| name.clone()).collect::<Vec<_>>()
            };
            for name in store.read(&owner, named) {
                let mut expired = Expired::default();
                let mut from = Some(String::new());
                while let Some(key) = from {
                    let step = store.expire_some(&owner, &name, &key, &mut expired);
                    from = step.map_err(DiskError)?;
                    pause().await;
                }
                if expired != Expired::default() {
                    all.push((owner.clone(), name, expired));
                }
            }
        }
        Ok(all)
    }
}

impl Store {
    /// Checks some keys from this one on, and returns the key to continue at.
    fn expire_some(
        &self,
        account: &str,
        bucket_name: &str,
        from: &str,
        expired: &mut Expired,
    ) -> S3Result<Option<String>> {
        let now = self.now();
        self.write(account, |buckets| {
            let Some(bucket) = buckets.get_mut(bucket_name) else {
                return Ok(None);
            };
            let rules = rules(bucket);
            if rules.is_empty() {
                return Ok(None);
            }
            let mut keys = keys(bucket, from);
            let next = (keys.len() > KEYS_AT_ONCE).then(|| keys.pop()).flatten();
            let (mut changes, mut events) = (Vec::new(), Vec::new());
            for key in &keys {
                let mut edit = KeyEdit::new(self, bucket, key);
                for task in tasks(bucket, key, &rules, now) {
                    task.run(&mut edit, bucket, expired);
                }
                let (edits, sent) = edit.finish();
                changes.extend(edits);
                events.extend(sent.into_iter().map(by_rule));
            }
            if from.is_empty() {
                let stale = stale_uploads(bucket, &rules, now);
                expired.aborted += stale.len();
                changes.extend(stale.into_iter().map(Change::UploadGone));
            }
            self.change(account, bucket_name, bucket, changes, events)?;
            Ok(next)
        })
    }
}

/// The keys from this one on, in order; one more than are checked.
fn keys(bucket: &Bucket, from: &str) -> Vec<String> {
    let range = (Bound::Included(from), Bound::Unbounded);
    let objects = bucket.objects.range::<str, _>(range).map(|(key, _)| key);
    let versions = bucket.versions.range::<str, _>(range).map(|(key, _)| key);
    let most = KEYS_AT_ONCE.saturating_add(1);
    let mut keys: Vec<String> = objects
        .take(most)
        .chain(versions.take(most))
        .cloned()
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys.truncate(most);
    keys
}

/// What to do with a key.
enum Task {
    Expire,
    Remove(String),
    /// Moves it to another storage class.
    Move(String, String),
}

impl Task {
    fn run(self, edit: &mut KeyEdit<'_>, bucket: &Bucket, expired: &mut Expired) {
        match self {
            Self::Expire => {
                edit.delete();
                if bucket.versioning == Versioning::Never {
                    expired.removed += 1;
                } else {
                    expired.hidden += 1;
                }
            }
            Self::Remove(id) => {
                edit.delete_version(&id);
                expired.removed += 1;
            }
            Self::Move(id, class) => {
                edit.set_storage_class(&id, &class);
                expired.moved += 1;
            }
        }
    }
}

/// The action of the rules on a key.
fn tasks(bucket: &Bucket, key: &str, rules: &[Rule], now: SystemTime) -> Vec<Task> {
    let current = bucket.objects.get(key).map(Arc::clone).map(Version::Object);
    let older = bucket.versions.get(key).into_iter();
    let older = older.flat_map(|versions| versions.values().rev().cloned());
    // Newest first; the first one is the object, or the delete marker that hides it.
    let all: Vec<Version> = current.into_iter().chain(older).collect();
    let transitions = Transitions::new(bucket, rules, now);
    let mut tasks = Vec::new();
    for (newer, pair) in all.windows(2).enumerate() {
        let [successor, version] = pair else { continue };
        let since = successor.modified();
        let is_over = |rule: &Rule| {
            let end = rule.noncurrent_end(since, newer);
            end.is_some_and(|end| end <= now) && rule.filter.fits(key, version)
        };
        let id = || version.id().name().to_owned();
        if !is_locked(version, now) && rules.iter().any(is_over) {
            tasks.push(Task::Remove(id()));
        } else if let Version::Object(object) = version {
            let class = transitions.noncurrent_class(key, object, since, newer);
            tasks.extend(class.map(|class| Task::Move(id(), class)));
        }
    }
    let is_alone = all.len() == 1;
    if let Some(newest) = all.first() {
        let end = newest_task(newest, is_alone, key, rules, now);
        let moved = || match newest {
            Version::Object(object) => {
                let class = transitions.class(key, object)?;
                Some(Task::Move(object.version.name().to_owned(), class))
            }
            Version::DeleteMarker(_) => None,
        };
        tasks.extend(end.or_else(moved));
    }
    tasks
}

/// Whether an object lock protects the version.
fn is_locked(version: &Version, now: SystemTime) -> bool {
    match version {
        Version::Object(object) => object.headers.lock.check_delete(false, now).is_err(),
        Version::DeleteMarker(_) => false,
    }
}

/// The action of the rules on the newest version of a key. A delete marker is removed when it is
/// the only version.
fn newest_task(
    newest: &Version,
    is_alone: bool,
    key: &str,
    rules: &[Rule],
    now: SystemTime,
) -> Option<Task> {
    let is_marker = matches!(newest, Version::DeleteMarker(_));
    if is_marker && !is_alone {
        return None;
    }
    let is_due = |rule: &Rule| {
        let end = rule
            .expiry
            .and_then(|expiry| expiry.time(newest.modified()));
        let is_over = end.is_some_and(|end| end <= now);
        (is_over || is_marker && rule.removes_markers) && rule.filter.fits(key, newest)
    };
    rules.iter().any(is_due).then(|| {
        if is_marker {
            Task::Remove(newest.id().name().to_owned())
        } else {
            Task::Expire
        }
    })
}

/// The uploads that began too long ago.
fn stale_uploads(bucket: &Bucket, rules: &[Rule], now: SystemTime) -> Vec<(String, String)> {
    let is_stale = |key: &str, initiated| {
        rules.iter().any(|rule| {
            let is_past = rule
                .upload_days
                .is_some_and(|days| is_past(initiated, days, now));
            is_past && rule.filter.fits_marker(key)
        })
    };
    let uploads = bucket.uploads.iter();
    let stale = uploads.filter(|((key, _), upload)| is_stale(key, upload.initiated));
    stale.map(|(id, _)| id.clone()).collect()
}

/// The event of a change by a rule.
fn by_rule(event: KeyEvent) -> KeyEvent {
    let change = match event.change {
        ObjectChange::Transition => ObjectChange::Transition,
        ObjectChange::DeleteMarkerCreated => ObjectChange::ExpiryMarkerCreated,
        _ => ObjectChange::ExpiryDelete,
    };
    KeyEvent { change, ..event }
}
