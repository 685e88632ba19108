//! Stored jobs: their task, their progress, their result.

mod archive;
mod archive_blocks;
mod counts;
mod file_index;
mod group;
mod progress;
mod retention;
mod spec;
mod table;

use std::collections::BTreeMap;

use b2bi_local_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::control_numbers::FileNumbers;
use crate::stages::JobFacts;
pub(crate) use archive::ArchivedJob;
pub(crate) use archive_blocks::decode as archived_jobs;
pub(crate) use counts::Ended;
pub use counts::JobCounts;
pub(crate) use group::{CancelledJobs, JobGroup, JobTicket};
pub use progress::{JobDuration, JobReport};
pub(crate) use progress::{JobResult, Step};
pub(crate) use retention::JobRetention;
pub(crate) use spec::{CapabilityRoute, JobSpec, ObjectVersion};
pub(crate) use table::Jobs;

/// The time for which a job is kept, in milliseconds.
///
/// Source: the service model's documentation of `GetTransformerJob`.
pub(crate) const RETENTION_MILLIS: i64 = 30 * 24 * 60 * 60 * 1000;

/// A stored job.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Job {
    pub(crate) facts: JobFacts,
    /// The file as it was noticed, if it was.
    #[serde(flatten)]
    pub(crate) object_version: ObjectVersion,
    /// The result; `None` while it is unfinished.
    pub(crate) end: Option<JobResult>,
    /// The progress of an unfinished job; it is not stored, because a resumed job starts again.
    #[serde(skip)]
    pub(crate) step: Step,
    /// The remaining work; `None` if the job has ended.
    #[serde(default, rename = "order", skip_serializing_if = "Option::is_none")]
    pub(crate) spec: Option<JobSpec>,
    /// The control numbers of the files it writes, by key: a job that is run again uses them again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) numbers: BTreeMap<String, FileNumbers>,
    pub(crate) ended_at: Option<Timestamp>,
}

impl Job {
    /// A job before any work.
    pub(crate) fn new(facts: JobFacts, spec: JobSpec) -> Self {
        Self {
            facts,
            object_version: spec.object_version.clone(),
            end: None,
            step: Step::default(),
            spec: Some(spec),
            numbers: BTreeMap::new(),
            ended_at: None,
        }
    }
}
