//! Jobs that have ended and are no longer in memory: what is known of each without its row.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

use super::file_index::FileKeys;

/// Archived jobs in the order of their places. There may be millions, so each takes 48 bytes, and
/// 35 more where it can be found by its id.
#[derive(Clone, Debug, Default)]
pub(crate) struct JobArchive {
    hasher: BuildHasherDefault<DefaultHasher>,
    /// Where a job is, by the hash of its id: the row on disk says whether it is the one.
    by_id: HashMap<u64, u64>,
    /// Jobs are archived about in the order of their places, so insertions are close to the end and
    /// removals close to the beginning.
    jobs: VecDeque<ArchivedJob>,
}

/// What is known of a job without its row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ArchivedJob {
    pub(crate) place: u64,
    /// The hash of its id, where the row is on disk.
    pub(crate) id: Option<u64>,
    /// In milliseconds.
    pub(crate) started_at: i64,
    pub(crate) file: FileKeys,
}

impl JobArchive {
    /// What an id is found by.
    pub(crate) fn hash(&self, id: &str) -> u64 {
        self.hasher.hash_one(id)
    }

    /// The place where a job with this id may be.
    pub(crate) fn place(&self, id: &str) -> Option<u64> {
        self.by_id.get(&self.hash(id)).copied()
    }

    /// Adds a job, and replaces one at the same place.
    pub(crate) fn insert(&mut self, job: ArchivedJob) {
        self.remove(job.place);
        if let Some(id) = job.id {
            self.by_id.insert(id, job.place);
        }
        let at = self
            .jobs
            .partition_point(|archived| archived.place < job.place);
        self.jobs.insert(at, job);
    }

    /// Takes the job at a place out.
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
