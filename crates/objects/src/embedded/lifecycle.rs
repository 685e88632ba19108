//! The lifecycle rules of buckets: what has expired is found, and removed as S3 does it.
//!
//! Source: docs `intro-lifecycle-rules`, `lifecycle-expire-general-considerations`, 2026-11; the hour is
//! Assumption A-283. Transitions are kept and not carried out.

use std::ops::Bound;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use s3s::{S3Error, S3Result};

use super::EmbeddedS3;
use super::change::{Change, KeyEvent};
use super::state::{Bucket, Buckets, Object, Store, Versioning};
use super::times;
use super::versions::{KeyEdit, Version};
use crate::event::ObjectChange;
use crate::xml::Element;

/// The name of the configuration among those of a bucket.
const LIFECYCLE: &str = "lifecycle";
/// How many keys are looked at, and how many uploads, while a lock is held.
const KEYS_AT_ONCE: usize = 256;
const DAY: u64 = 24 * 60 * 60;

/// How much the rules of a bucket removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    /// Objects and older versions that are gone for good, and delete markers that hid nothing.
    pub removed: usize,
    /// Objects that a delete marker hides.
    pub hidden: usize,
    /// Uploads that were aborted.
    pub aborted: usize,
}

/// A rule that is enabled, as far as something expires by it.
#[derive(Default)]
struct Rule {
    filter: Filter,
    expiry: Option<Expiry>,
    removes_markers: bool,
    noncurrent_days: Option<u64>,
    newer_versions: usize,
    upload_days: Option<u64>,
}

enum Expiry {
    Days(u64),
    Date(SystemTime),
}

/// What a rule is about.
#[derive(Default)]
struct Filter {
    prefix: String,
    tags: Vec<(String, String)>,
    greater_than: Option<u64>,
    less_than: Option<u64>,
}

impl EmbeddedS3 {
    /// Removes what has expired by the rules of the buckets, and returns how much in which bucket.
    ///
    /// The lock of an account is held for a few hundred keys at a time; between them `pause` is
    /// awaited.
    ///
    /// # Errors
    /// The disk does not take a change; what was done before it stays done.
    pub async fn expire<F: Future<Output = ()>>(
        &self,
        pause: impl Fn() -> F,
    ) -> Result<Vec<(String, String, Expired)>, String> {
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
                    from = step.map_err(|error| said(&error))?;
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

fn said(error: &S3Error) -> String {
    error.message().unwrap_or("the disk failed").to_owned()
}

impl Store {
    /// Looks at some keys from this one on, and returns the key to continue at.
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
                let (made, told) = edit.finish();
                changes.extend(made);
                events.extend(told.into_iter().map(by_rule));
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

/// The keys from this one on, in order; one more than are looked at.
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

/// What is to be done to a key.
enum Task {
    Expire,
    Remove(String),
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
        }
    }
}

/// What the rules want done to a key.
fn tasks(bucket: &Bucket, key: &str, rules: &[Rule], now: SystemTime) -> Vec<Task> {
    let current = bucket.objects.get(key).map(Arc::clone).map(Version::Object);
    let older = bucket.versions.get(key).into_iter();
    let older = older.flat_map(|versions| versions.values().rev().cloned());
    // Newest first; the first one is the object, or the delete marker that hides it.
    let all: Vec<Version> = current.into_iter().chain(older).collect();
    let mut tasks = Vec::new();
    for (newer, pair) in all.windows(2).enumerate() {
        let [successor, version] = pair else { continue };
        let since = successor.modified();
        let is_due = |rule: &Rule| {
            rule.is_noncurrent_over(since, newer, now) && rule.filter.fits(key, version)
        };
        if !is_locked(version, now) && rules.iter().any(is_due) {
            tasks.push(Task::Remove(version.id().name().to_owned()));
        }
    }
    let is_alone = all.len() == 1;
    tasks.extend(
        all.first()
            .and_then(|newest| newest_task(newest, is_alone, key, rules, now)),
    );
    tasks
}

/// Whether an object lock keeps the version.
fn is_locked(version: &Version, now: SystemTime) -> bool {
    match version {
        Version::Object(object) => object.headers.lock.check_delete(false, now).is_err(),
        Version::DeleteMarker(_) => false,
    }
}

/// What the rules want done to the newest version of a key. A delete marker goes once it is alone.
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
        let is_over = rule.is_over(newest.modified(), now) || is_marker && rule.removes_markers;
        is_over && rule.filter.fits(key, newest)
    };
    rules.iter().any(is_due).then(|| {
        if is_marker {
            Task::Remove(newest.id().name().to_owned())
        } else {
            Task::Expire
        }
    })
}

/// The uploads that were begun too long ago.
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

/// An event of a change that a rule made.
fn by_rule(event: KeyEvent) -> KeyEvent {
    let change = match event.change {
        ObjectChange::DeleteMarkerCreated => ObjectChange::ExpiryMarkerCreated,
        _ => ObjectChange::ExpiryDelete,
    };
    KeyEvent { change, ..event }
}

/// Whether so many days since a time are over: they are at the midnight that follows them.
///
/// Assumption A-283.
fn is_past(since: SystemTime, days: u64, now: SystemTime) -> bool {
    let day = |time: SystemTime| {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        since.as_secs() / DAY
    };
    day(now) > day(since).saturating_add(days)
}

impl Rule {
    fn is_over(&self, modified: SystemTime, now: SystemTime) -> bool {
        match self.expiry {
            Some(Expiry::Days(days)) => is_past(modified, days, now),
            Some(Expiry::Date(date)) => date <= now,
            None => false,
        }
    }

    /// Whether a version goes that so many others which are not current are newer than.
    fn is_noncurrent_over(&self, since: SystemTime, newer: usize, now: SystemTime) -> bool {
        let is_over = |days| is_past(since, days, now);
        self.noncurrent_days.is_some_and(is_over) && newer >= self.newer_versions
    }

    fn of(rule: &Element) -> Self {
        let number = |element: Option<&Element>, name| {
            element.and_then(|element| element.text_of(name)?.parse().ok())
        };
        let expiration = rule.child("Expiration");
        let text = |name| expiration.and_then(|expiration| expiration.text_of(name));
        let days = number(expiration, "Days").map(Expiry::Days);
        let date = || text("Date").and_then(read_date).map(Expiry::Date);
        let noncurrent = rule.child("NoncurrentVersionExpiration");
        let newer = number(noncurrent, "NewerNoncurrentVersions").unwrap_or(0);
        Self {
            filter: Filter::of(rule),
            expiry: days.or_else(date),
            removes_markers: text("ExpiredObjectDeleteMarker") == Some("true"),
            noncurrent_days: number(noncurrent, "NoncurrentDays"),
            newer_versions: usize::try_from(newer).unwrap_or(usize::MAX),
            upload_days: number(
                rule.child("AbortIncompleteMultipartUpload"),
                "DaysAfterInitiation",
            ),
        }
    }
}

fn read_date(text: &str) -> Option<SystemTime> {
    // S3 takes a day without a time as well.
    let whole = if text.contains('T') {
        text.to_owned()
    } else {
        format!("{text}T00:00:00Z")
    };
    times::read(&whole)
}

fn rules(bucket: &Bucket) -> Vec<Rule> {
    let document = bucket.configurations.get(LIFECYCLE);
    let document = document.and_then(Option::as_deref);
    let document = document.and_then(|document| Element::read(document.as_bytes()));
    let rules = document
        .iter()
        .flat_map(|document| document.children_named("Rule"));
    let enabled = rules.filter(|rule| rule.text_of("Status") == Some("Enabled"));
    enabled.map(Rule::of).collect()
}

impl Filter {
    fn of(rule: &Element) -> Self {
        let mut filter = Self::default();
        if let Some(prefix) = rule.text_of("Prefix") {
            prefix.clone_into(&mut filter.prefix);
        }
        if let Some(given) = rule.child("Filter") {
            let terms = given.child("And").unwrap_or(given);
            terms.children.iter().for_each(|term| filter.add(term));
        }
        filter
    }

    fn add(&mut self, term: &Element) {
        match term.name.as_str() {
            "Prefix" => self.prefix.clone_from(&term.text),
            "Tag" => {
                let text = |name| term.text_of(name).unwrap_or_default().to_owned();
                self.tags.push((text("Key"), text("Value")));
            }
            "ObjectSizeGreaterThan" => self.greater_than = term.text.parse().ok(),
            "ObjectSizeLessThan" => self.less_than = term.text.parse().ok(),
            _ => {}
        }
    }

    fn fits(&self, key: &str, version: &Version) -> bool {
        match version {
            Version::Object(object) => self.fits_object(key, object),
            Version::DeleteMarker(_) => self.fits_marker(key),
        }
    }

    fn fits_object(&self, key: &str, object: &Object) -> bool {
        let size = object.content.size();
        key.starts_with(&self.prefix)
            && self.tags.iter().all(|tag| object.tags.contains(tag))
            && self.greater_than.is_none_or(|least| size > least)
            && self.less_than.is_none_or(|most| size < most)
    }

    /// Whether it is about what has no tags and no size: delete markers and uploads.
    fn fits_marker(&self, key: &str) -> bool {
        key.starts_with(&self.prefix)
            && self.tags.is_empty()
            && self.greater_than.is_none()
            && self.less_than.is_none()
    }
}
