//! The jobs of an account in a region, with indexes.

use std::collections::BTreeSet;

use b2bi_local_model::Timestamp;
use serde_json::Value;

use super::archive::{ArchivedJob, JobArchive};
use super::archive_blocks::ArchiveBlocks;
use super::file_index::FileIndex;
use crate::state::RowError;
use crate::state::job::{Job, JobResult, ObjectVersion, RETENTION_MILLIS};
use crate::state::rows::{self, AnyTable};
use crate::state::table::{Table, Undo};

/// Jobs by id: unfinished ones, the latest that have ended, and the places of older ones on disk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Jobs {
    rows: Table<Job>,
    /// The places of the unfinished jobs.
    open: BTreeSet<u64>,
    /// The files of all jobs, including archived ones.
    files: FileIndex,
    archive: JobArchive,
    blocks: ArchiveBlocks,
}

impl Jobs {
    /// Adds a job.
    pub(crate) fn insert(&mut self, job: Job) {
        let id = job.facts.id.clone();
        self.rows.insert(id.clone(), job);
        if let Some(place) = self.rows.place(&id) {
            self.index(place);
        }
    }

    /// The job with this id, if it is in memory.
    pub(crate) fn get(&self, id: &str) -> Option<&Job> {
        self.rows.get(id)
    }

    /// The job with this id, for changes to everything except its file and its result.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Job> {
        self.rows.get_mut(id)
    }

    /// The place on disk of a job that may no longer be in memory.
    pub(crate) fn archived(&self, id: &str) -> Option<u64> {
        self.archive.place(id)
    }

    /// Ends a job, and returns its place.
    pub(crate) fn finish(&mut self, id: &str, end: JobResult, now: Timestamp) -> Option<u64> {
        let place = self.rows.place(id)?;
        self.rows.get_mut(id)?.finish(end, now);
        self.open.remove(&place);
        Some(place)
    }

    /// Removes a job, as if it had never existed.
    pub(crate) fn remove(&mut self, id: &str) {
        if let Some(place) = self.rows.place(id) {
            self.forget(place);
        }
    }

    /// The unfinished jobs, oldest first.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Job> {
        self.open.iter().filter_map(|place| self.rows.at(*place))
    }

    /// The places of the jobs in memory that have ended, oldest first.
    pub(crate) fn ended_places(&self) -> Vec<u64> {
        let all = self.rows.starting_at(0);
        all.filter(|(_, job)| job.end.is_some())
            .map(|(place, _)| place)
            .collect()
    }

    /// Whether the job at this place is in memory and has ended.
    pub(crate) fn has_ended(&self, place: u64) -> bool {
        self.rows.at(place).is_some_and(|job| job.end.is_some())
    }

    /// The jobs in memory from a place on, with their places.
    pub(crate) fn starting_at(&self, place: u64) -> impl Iterator<Item = (u64, &Job)> {
        self.rows.starting_at(place)
    }

    /// Whether there is a job for this write of a file that an event reported.
    pub(crate) fn has_job_for_write(
        &self,
        bucket: &str,
        key: &str,
        version: &ObjectVersion,
    ) -> bool {
        self.files.has_writing(bucket, key, version)
    }

    /// Whether there is a job for a file with this entity tag that was written at this time, or
    /// written again since; in milliseconds.
    pub(crate) fn is_known(&self, bucket: &str, key: &str, etag: &str, written: i64) -> bool {
        self.files.knows(bucket, key, etag, written)
    }

    /// Drops the jobs that were started more than 30 days ago.
    pub(crate) fn forget_old(&mut self, now: Timestamp) {
        let now = now.as_millis();
        let is_old = |started_at: i64| now.saturating_sub(started_at) > RETENTION_MILLIS;
        while let Some(place) = self.oldest_if(is_old) {
            self.forget(place);
        }
    }

    /// Removes an ended job from memory: its row on disk remains, if there is one. Of more than
    /// `limit` such jobs, the oldest are dropped.
    pub(crate) fn archive(&mut self, place: u64, is_on_disk: bool, limit: usize) {
        let Some(job) = self.rows.at(place).filter(|job| job.end.is_some()) else {
            return;
        };
        let file = self.files.keys(job);
        if !is_on_disk && file.is_none() {
            self.forget(place);
            return;
        }
        let id = is_on_disk.then(|| self.archive.hash(&job.facts.id));
        let archived = ArchivedJob::new(place, id, job, file);
        self.rows.evict(place);
        self.archive.insert(archived);
        self.blocks.note(place);
        while self.archive.len() > limit
            && let Some(oldest) = self.archive.oldest()
        {
            self.forget(oldest.place);
        }
    }

    /// The archive entry of a job whose row is on disk.
    pub(crate) fn archived_form(&self, place: u64, job: &Job) -> ArchivedJob {
        let id = self.archive.hash(&job.facts.id);
        ArchivedJob::new(place, Some(id), job, self.files.keys(job))
    }

    /// Restores archived jobs from a block.
    pub(crate) fn put_back_archived(&mut self, block: u64, jobs: Vec<ArchivedJob>) {
        self.blocks.read(block);
        for job in jobs {
            self.rows.reserve(job.place);
            self.files.insert(job.file());
            self.archive.insert(job);
        }
    }

    /// Records a block on disk that does not match the rows of its jobs.
    pub(crate) fn replace_block(&mut self, block: u64) {
        self.blocks.disagrees(block);
    }

    /// If an archived job is at this place, the first place after it without one.
    pub(crate) fn after_archived(&self, place: u64) -> Option<u64> {
        let run = self.archive.starting_at(place).map(|job| job.place);
        let run = run
            .zip(place..=u64::MAX)
            .take_while(|(job, place)| job == place);
        run.last().map(|(last, _)| last.saturating_add(1))
    }

    /// The blocks of archived jobs to write or to remove.
    pub(crate) fn take_blocks(&mut self) -> Vec<(u64, Option<Vec<u8>>)> {
        let archive = &self.archive;
        self.blocks.take_due(|place| archive.starting_at(place))
    }

    /// Starts or stops recording changes.
    pub(crate) fn record_undo(&mut self, is_on: bool) {
        self.rows.record_undo(is_on);
    }

    /// The changes since recording began.
    pub(crate) fn take_undo(&mut self) -> Vec<Undo<Job>> {
        self.rows.take_undo()
    }

    /// Undoes these changes.
    pub(crate) fn undo(&mut self, changes: &[Undo<Job>]) {
        let places: BTreeSet<u64> = changes.iter().map(Undo::place).collect();
        for place in &places {
            self.unindex(*place);
        }
        self.rows.undo(changes);
        for place in places {
            self.index(place);
        }
    }

    /// The place of the oldest job whose start meets the condition: in memory, or else on disk.
    fn oldest_if(&self, is_old: impl Fn(i64) -> bool) -> Option<u64> {
        let mut rows = self.rows.starting_at(0);
        let row = rows
            .next()
            .map(|(place, job)| (place, job.facts.started_at.as_millis()));
        let archived = self.archive.oldest();
        let archived = archived.map(|job| (job.place, job.started_at));
        let mut oldest = archived.into_iter().chain(row);
        oldest.find(|(_, at)| is_old(*at)).map(|(place, _)| place)
    }

    /// Removes a job from memory and from the disk.
    fn forget(&mut self, place: u64) {
        self.unindex(place);
        if self.rows.remove_at(place).is_none() {
            self.rows.touch(place);
        }
    }

    /// Adds the job at a place to the indexes.
    fn index(&mut self, place: u64) {
        let Some(job) = self.rows.at(place) else {
            return;
        };
        if job.end.is_none() {
            self.open.insert(place);
        }
        self.files.add(job);
    }

    /// Removes the job at a place from the indexes.
    fn unindex(&mut self, place: u64) {
        self.open.remove(&place);
        if let Some(job) = self.rows.at(place) {
            self.files.remove(self.files.keys(job));
        } else if let Some(job) = self.archive.remove(place) {
            self.files.remove(job.file);
            self.blocks.note(place);
        }
    }
}

impl AnyTable for Jobs {
    fn track(&mut self) {
        AnyTable::track(&mut self.rows);
        self.blocks.track();
    }

    fn touch_all(&mut self) {
        AnyTable::touch_all(&mut self.rows);
    }

    fn clear(&mut self) {
        for place in self.archive.places() {
            self.rows.touch(place);
        }
        AnyTable::clear(&mut self.rows);
        self.open.clear();
        self.files = FileIndex::default();
        self.archive = JobArchive::default();
        self.blocks.clear();
    }

    fn is_empty(&self) -> bool {
        AnyTable::is_empty(&self.rows) && self.archive.len() == 0
    }

    fn take_changes(&mut self) -> serde_json::Result<Vec<(u64, Option<Value>)>> {
        self.rows.take_changes()
    }

    fn forget_changes(&mut self) {
        AnyTable::forget_changes(&mut self.rows);
    }

    fn put_back(&mut self, place: u64, row: Value) -> Result<(), RowError> {
        self.rows.put_back(place, row)?;
        self.index(place);
        Ok(())
    }

    fn rows(&self) -> serde_json::Result<Vec<Value>> {
        self.rows.rows()
    }

    fn add(&mut self, row: Value) -> Result<(), RowError> {
        let (id, job) = rows::parse(row)?;
        if self.rows.get(&id).is_some() {
            return Err(RowError::Duplicate(id));
        }
        self.rows.insert(id.clone(), job);
        if let Some(place) = self.rows.place(&id) {
            self.index(place);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use b2bi_local_model::Timestamp;
    use serde_json::{Value, json};

    use super::super::{JobResult, ObjectVersion, RETENTION_MILLIS};
    use super::{AnyTable as _, Jobs};

    fn row(number: i64, key: &str, occurrence: Option<&str>) -> Value {
        json!({
            "id": format!("tj-{number}"),
            "facts": {
                "id": format!("tj-{number}"), "account": "1", "region": "r", "transformerId": "tr",
                "capabilityId": null, "partnershipId": null, "tradingPartnerId": null,
                "bucket": "b", "key": key, "startedAt": Timestamp::from_millis(number),
            },
            "etag": format!("e{number}"), "written": number * 1000, "occurrence": occurrence,
            "end": null, "endedAt": null,
        })
    }

    /// Jobs 0, 1, 2, … for files with different names, all ended.
    fn ended(count: i64) -> Jobs {
        let mut jobs = Jobs::default();
        jobs.track();
        for number in 0..count {
            let occurrence = (number % 2 == 0).then_some("o");
            jobs.add(row(number, &format!("k{number}"), occurrence))
                .unwrap();
            let end = JobResult::Failed(String::new());
            jobs.finish(&format!("tj-{number}"), end, Timestamp::from_millis(0));
        }
        jobs
    }

    fn version(number: i64) -> ObjectVersion {
        ObjectVersion {
            etag: format!("e{number}"),
            written: Some(number * 1000),
            occurrence: Some("o".to_owned()),
        }
    }

    fn knows(jobs: &Jobs, number: i64) -> bool {
        let key = format!("k{number}");
        let known = jobs.is_known("b", &key, &format!("e{number}"), number * 1000);
        assert_eq!(
            jobs.has_job_for_write("b", &key, &version(number)),
            known,
            "{number}"
        );
        known
    }

    #[test]
    fn an_archived_job_is_on_disk_only_and_its_file_is_still_known() {
        let mut jobs = ended(4);
        jobs.take_changes().unwrap();
        for place in 0..3 {
            jobs.archive(place, true, 100);
        }
        assert!(
            jobs.take_changes().unwrap().is_empty(),
            "the rows on disk stay"
        );
        assert!(jobs.get("tj-1").is_none());
        assert_eq!(
            (jobs.archived("tj-1"), jobs.archived("tj-3")),
            (Some(1), None)
        );
        assert!((0..4).all(|number| knows(&jobs, number)));
        assert_eq!(jobs.rows().unwrap().len(), 1);
    }

    #[test]
    fn of_too_many_archived_jobs_the_oldest_are_forgotten() {
        let mut jobs = ended(5);
        jobs.take_changes().unwrap();
        for place in 0..5 {
            jobs.archive(place, true, 2);
        }
        let gone: Vec<u64> = jobs
            .take_changes()
            .unwrap()
            .into_iter()
            .map(|take_change| take_change.0)
            .collect();
        assert_eq!(gone, [0, 1, 2]);
        let known: Vec<bool> = (0..5).map(|number| knows(&jobs, number)).collect();
        assert_eq!(known, [false, false, false, true, true]);
        assert_eq!(
            (jobs.archived("tj-0"), jobs.archived("tj-4")),
            (None, Some(4))
        );
    }

    #[test]
    fn without_a_disk_only_the_file_of_an_archived_job_is_known() {
        let mut jobs = ended(2);
        jobs.archive(0, false, 100);
        assert_eq!(
            (jobs.get("tj-0").is_some(), jobs.archived("tj-0")),
            (false, None)
        );
        assert!(knows(&jobs, 0));
    }

    #[test]
    fn jobs_are_forgotten_after_thirty_days_wherever_they_are() {
        let mut jobs = ended(4);
        jobs.archive(0, true, 100);
        jobs.archive(1, true, 100);
        jobs.forget_old(Timestamp::from_millis(RETENTION_MILLIS + 3));
        let known: Vec<bool> = (0..4).map(|number| knows(&jobs, number)).collect();
        assert_eq!(known, [false, false, false, true]);
        assert_eq!(jobs.archived("tj-0"), None);
        jobs.take_changes().unwrap();
        jobs.clear();
        assert!(jobs.is_empty());
    }

    #[test]
    fn undone_changes_leave_no_trace_in_jobs_and_indexes() {
        let mut jobs = ended(3);
        jobs.archive(0, true, 100);
        jobs.add(row(3, "k3", Some("o"))).unwrap();
        jobs.add(row(4, "k4", None)).unwrap();
        let before = jobs.rows().unwrap();
        jobs.record_undo(true);
        let end = JobResult::Failed(String::new());
        jobs.finish("tj-3", end, Timestamp::from_millis(0));
        jobs.get_mut("tj-4").unwrap().ended_at = Some(Timestamp::from_millis(1));
        jobs.remove("tj-1");
        jobs.add(row(5, "k5", Some("o"))).unwrap();
        let changes = jobs.take_undo();
        jobs.record_undo(false);
        jobs.undo(&changes);
        assert_eq!(jobs.rows().unwrap(), before);
        let open: Vec<_> = jobs.open().map(|job| job.facts.id.as_str()).collect();
        assert_eq!(open, ["tj-3", "tj-4"]);
        let known: Vec<bool> = (0..6).map(|number| knows(&jobs, number)).collect();
        assert_eq!(known, [true, true, true, true, true, false]);
        jobs.remove("tj-4");
        assert!(jobs.take_undo().is_empty());
    }

    #[test]
    fn a_job_under_way_is_not_archived() {
        let mut jobs = Jobs::default();
        jobs.add(row(0, "k0", None)).unwrap();
        assert_eq!(jobs.open().count(), 1);
        jobs.archive(0, true, 100);
        assert!(jobs.get("tj-0").is_some());
        jobs.remove("tj-0");
        assert!(jobs.is_empty() && jobs.open().count() == 0 && !knows(&jobs, 0));
    }

    #[test]
    fn a_clear_removes_archived_rows_from_the_disk() {
        let mut jobs = ended(3);
        jobs.take_changes().unwrap();
        jobs.archive(0, true, 100);
        jobs.clear();
        let gone: Vec<u64> = jobs
            .take_changes()
            .unwrap()
            .into_iter()
            .map(|take_change| take_change.0)
            .collect();
        assert_eq!(gone, [0, 1, 2]);
    }
}
