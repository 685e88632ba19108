//! Ended jobs that are no longer in memory: the facts that are kept about each, without its row.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::num::NonZeroU64;

use foldhash::fast::FixedState;

use super::file_index::{FileKeys, FileRecord};
use crate::state::job::Job;

/// Archived jobs in the order of their places. There may be millions, so each takes 48 bytes, and
/// 35 more if it can be found by its id.
#[derive(Clone, Debug, Default)]
pub(crate) struct JobArchive {
    hasher: BuildHasherDefault<DefaultHasher>,
    /// The place of a job by the hash of its id: the row on disk shows whether it is the right one.
    by_id: HashMap<NonZeroU64, u64, FixedState>,
    /// Jobs are archived roughly in the order of their places, so insertions are close to the end
    /// and removals close to the beginning.
    jobs: VecDeque<ArchivedJob>,
}

/// What is known about a job without its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ArchivedJob {
    pub(crate) place: u64,
    /// The hash of its id, if the row is on disk.
    pub(crate) id: Option<NonZeroU64>,
    /// In milliseconds.
    pub(crate) started_at: i64,
    /// When its file was written, in milliseconds; [`UNKNOWN`] if not known.
    written: i64,
    pub(crate) file: FileKeys,
}

const UNKNOWN: i64 = i64::MIN;

impl ArchivedJob {
    /// The size of one on disk, in bytes.
    pub(crate) const BYTES: usize = 48;

    /// The facts about the job at a place; `id` is the hash of its id, if its row is on disk.
    pub(super) fn new(place: u64, id: Option<NonZeroU64>, job: &Job, file: FileKeys) -> Self {
        Self {
            place,
            id,
            started_at: job.facts.started_at.as_millis(),
            written: job.object_version.written.unwrap_or(UNKNOWN),
            file,
        }
    }

    /// Its entry in the index of files.
    pub(super) fn file(&self) -> FileRecord {
        let written = (self.written != UNKNOWN).then_some(self.written);
        FileRecord::new(self.file, written, self.started_at)
    }

    /// Its members in order, eight bytes each, little-endian.
    pub(crate) fn to_bytes(self) -> [u8; Self::BYTES] {
        let number = |number: Option<NonZeroU64>| number.map_or(0, NonZeroU64::get);
        let members = [
            self.place,
            number(self.id),
            self.started_at.cast_unsigned(),
            self.written.cast_unsigned(),
            number(self.file.occurrence),
            number(self.file.writing),
        ];
        let mut bytes = [0; Self::BYTES];
        for (to, member) in bytes.as_chunks_mut().0.iter_mut().zip(members) {
            *to = member.to_le_bytes();
        }
        bytes
    }

    /// The job from these bytes.
    pub(crate) fn from_bytes(bytes: &[u8; Self::BYTES]) -> Self {
        let mut members = bytes
            .as_chunks()
            .0
            .iter()
            .map(|part| u64::from_le_bytes(*part));
        let mut member = || members.next().unwrap_or_default();
        Self {
            place: member(),
            id: NonZeroU64::new(member()),
            started_at: member().cast_signed(),
            written: member().cast_signed(),
            file: FileKeys {
                occurrence: NonZeroU64::new(member()),
                writing: NonZeroU64::new(member()),
            },
        }
    }
}

impl JobArchive {
    /// The hash for finding an id.
    pub(crate) fn hash(&self, id: &str) -> NonZeroU64 {
        NonZeroU64::new(self.hasher.hash_one(id)).unwrap_or(NonZeroU64::MIN)
    }

    /// The place where a job with this id may be.
    pub(crate) fn place(&self, id: &str) -> Option<u64> {
        self.by_id.get(&self.hash(id)).copied()
    }

    /// Adds a job, and replaces one at the same place.
    pub(crate) fn insert(&mut self, job: ArchivedJob) {
        let is_last = self.jobs.back().is_none_or(|last| last.place < job.place);
        if !is_last {
            self.remove(job.place);
        }
        if let Some(id) = job.id {
            self.by_id.insert(id, job.place);
        }
        if is_last {
            self.jobs.push_back(job);
        } else {
            let at = self.jobs.partition_point(|other| other.place < job.place);
            self.jobs.insert(at, job);
        }
    }

    /// Removes the job at a place.
    pub(crate) fn remove(&mut self, place: u64) -> Option<ArchivedJob> {
        let at = self
            .jobs
            .binary_search_by_key(&place, |job| job.place)
            .ok()?;
        let job = self.jobs.remove(at)?;
        if let Some(id) = job.id
            && self.by_id.get(&id) == Some(&place)
        {
            self.by_id.remove(&id);
        }
        Some(job)
    }

    /// The job at the first place.
    pub(crate) fn oldest(&self) -> Option<&ArchivedJob> {
        self.jobs.front()
    }

    /// The jobs from a place on, in order.
    pub(crate) fn starting_at(&self, place: u64) -> impl Iterator<Item = &ArchivedJob> {
        let at = self.jobs.partition_point(|job| job.place < place);
        self.jobs.range(at..)
    }

    /// The places of all jobs, in order.
    pub(crate) fn places(&self) -> impl Iterator<Item = u64> {
        self.jobs.iter().map(|job| job.place)
    }

    /// The number of jobs.
    pub(crate) fn len(&self) -> usize {
        self.jobs.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::file_index::FileKeys;
    use super::{ArchivedJob, JobArchive};

    fn job(archive: &JobArchive, place: u64) -> ArchivedJob {
        ArchivedJob {
            place,
            id: Some(archive.hash(&place.to_string())),
            started_at: 0,
            written: super::UNKNOWN,
            file: FileKeys::default(),
        }
    }

    #[test]
    fn jobs_are_in_the_order_of_their_places_and_found_by_id() {
        let mut archive = JobArchive::default();
        for place in [3, 1, 2, 9, 7, 8, 2] {
            archive.insert(job(&archive, place));
        }
        assert!(archive.places().eq([1, 2, 3, 7, 8, 9]));
        assert_eq!((archive.place("7"), archive.place("5")), (Some(7), None));
        assert_eq!(archive.remove(7).map(|job| job.place), Some(7));
        assert!(archive.remove(7).is_none() && archive.remove(5).is_none());
        assert_eq!((archive.place("7"), archive.len()), (None, 5));
        assert_eq!(archive.oldest().map(|job| job.place), Some(1));
    }

    #[test]
    fn what_a_job_takes_is_what_the_limits_page_says() {
        let archived = size_of::<ArchivedJob>();
        assert!(archived <= 48, "{archived} bytes");
    }
}
