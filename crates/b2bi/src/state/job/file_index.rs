//! Finds the files for which jobs were started, by hashes of what identifies a write.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::num::NonZeroU64;

use foldhash::fast::FixedState;

use crate::state::job::{Job, ObjectVersion};

/// The files of jobs, each remembered until its job is removed.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileIndex {
    hasher: BuildHasherDefault<DefaultHasher>,
    /// The number of jobs for an occurrence of a file.
    occurrences: HashMap<NonZeroU64, u32, FixedState>,
    /// The jobs for a file with an entity tag.
    writings: HashMap<NonZeroU64, Writing, FixedState>,
}

/// Where a job is in the index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FileKeys {
    pub(super) occurrence: Option<NonZeroU64>,
    pub(super) writing: Option<NonZeroU64>,
}

/// The index entry of a job; times are in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct FileRecord {
    keys: FileKeys,
    /// When it noticed the file.
    noticed: i64,
    /// The time of writing seen by polling; `i64::MIN` if the file was reported by a notification.
    seen: i64,
}

impl FileRecord {
    /// The entry of a job that was started at this time.
    pub(super) fn new(keys: FileKeys, written: Option<i64>, started_at: i64) -> Self {
        let seen = written.filter(|_| keys.occurrence.is_none());
        Self {
            keys,
            noticed: written.unwrap_or(started_at),
            seen: seen.unwrap_or(i64::MIN),
        }
    }
}

/// The jobs for a file with an entity tag; times are in milliseconds.
#[derive(Clone, Copy, Debug)]
struct Writing {
    jobs: u32,
    /// The latest time at which one of them noticed the file.
    noticed: i64,
    /// The latest time of writing seen by polling; `i64::MIN` for none.
    seen: i64,
}

impl FileKeys {
    /// Whether the job is for a file that was not noticed by the service.
    pub(crate) fn is_none(&self) -> bool {
        self.occurrence.is_none() && self.writing.is_none()
    }
}

impl FileIndex {
    /// Where a job is.
    pub(crate) fn keys(&self, job: &Job) -> FileKeys {
        let (bucket, key) = (job.facts.bucket.as_str(), job.facts.key.as_str());
        let ObjectVersion {
            etag,
            written,
            occurrence,
        } = &job.object_version;
        let is_noticed = !etag.is_empty() || written.is_some();
        FileKeys {
            occurrence: occurrence
                .as_deref()
                .map(|occurrence| self.occurrence(bucket, key, occurrence)),
            writing: is_noticed.then(|| self.writing(bucket, key, etag)),
        }
    }

    pub(crate) fn add(&mut self, job: &Job) {
        let started_at = job.facts.started_at.as_millis();
        let written = job.object_version.written;
        self.insert(FileRecord::new(self.keys(job), written, started_at));
    }

    /// Adds the entry of a job.
    pub(super) fn insert(&mut self, record: FileRecord) {
        if let Some(key) = record.keys.occurrence {
            let jobs = self.occurrences.entry(key).or_default();
            *jobs = jobs.saturating_add(1);
        }
        let Some(key) = record.keys.writing else {
            return;
        };
        let writing = self.writings.entry(key).or_insert(Writing {
            jobs: 0,
            noticed: i64::MIN,
            seen: i64::MIN,
        });
        writing.jobs = writing.jobs.saturating_add(1);
        writing.noticed = writing.noticed.max(record.noticed);
        writing.seen = writing.seen.max(record.seen);
    }

    pub(crate) fn remove(&mut self, keys: FileKeys) {
        if let Some(key) = keys.occurrence
            && let Some(jobs) = self.occurrences.get_mut(&key)
        {
            *jobs = jobs.saturating_sub(1);
            if *jobs == 0 {
                self.occurrences.remove(&key);
            }
        }
        if let Some(key) = keys.writing
            && let Some(writing) = self.writings.get_mut(&key)
        {
            writing.jobs = writing.jobs.saturating_sub(1);
            if writing.jobs == 0 {
                self.writings.remove(&key);
            }
        }
    }

    /// Whether there is a job for the write of a file that an event reported.
    pub(crate) fn has_writing(&self, bucket: &str, key: &str, version: &ObjectVersion) -> bool {
        let Some(occurrence) = &version.occurrence else {
            return false;
        };
        if self
            .occurrences
            .contains_key(&self.occurrence(bucket, key, occurrence))
        {
            return true;
        }
        // The poll saw the latest write, in whole seconds.
        let writing = self.writings.get(&self.writing(bucket, key, &version.etag));
        let written = version.written.unwrap_or(i64::MIN);
        writing.is_some_and(|writing| writing.seen > i64::MIN && writing.seen >= written)
    }

    /// Whether there is a job for a file with this entity tag that was written at this time, or
    /// written again since.
    pub(crate) fn knows(&self, bucket: &str, key: &str, etag: &str, written: i64) -> bool {
        let writing = self.writings.get(&self.writing(bucket, key, etag));
        writing.is_some_and(|writing| writing.noticed >= written)
    }

    fn occurrence(&self, bucket: &str, key: &str, occurrence: &str) -> NonZeroU64 {
        self.hash(("occurrence", bucket, key, occurrence))
    }

    fn writing(&self, bucket: &str, key: &str, etag: &str) -> NonZeroU64 {
        self.hash(("writing", bucket, key, etag))
    }

    fn hash(&self, parts: (&str, &str, &str, &str)) -> NonZeroU64 {
        NonZeroU64::new(self.hasher.hash_one(parts)).unwrap_or(NonZeroU64::MIN)
    }
}
