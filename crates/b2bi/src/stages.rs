//! The stages of a job, and the trait through which the server injects faults into them.
//!
//! Stages do not depend on this: the runner of jobs asks before it enters one, and before it writes
//! an object.

use std::time::Duration;

use async_trait::async_trait;
use b2bi_local_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::polls::Polls;

/// A stage of a job, in the order of execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// The job exists, and nothing has been done.
    Accept,
    /// The file is read.
    FetchInput,
    /// Inbound: the X12 is read.
    Parse,
    /// Inbound: the contents are checked and reported on. Outbound: the same for the X12 to be
    /// written.
    Validate,
    /// Inbound: the acknowledgements are created and written.
    Acknowledge,
    /// The mapping template is evaluated.
    Map,
    /// Outbound: the document becomes X12.
    Convert,
    /// The outputs are written and published.
    WriteOutput,
    /// The job's result is stored, and its event sent.
    Finish,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 9] = [
        Self::Accept,
        Self::FetchInput,
        Self::Parse,
        Self::Validate,
        Self::Acknowledge,
        Self::Map,
        Self::Convert,
        Self::WriteOutput,
        Self::Finish,
    ];

    /// The name, such as `fetchInput`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::FetchInput => "fetchInput",
            Self::Parse => "parse",
            Self::Validate => "validate",
            Self::Acknowledge => "acknowledge",
            Self::Map => "map",
            Self::Convert => "convert",
            Self::WriteOutput => "writeOutput",
            Self::Finish => "finish",
        }
    }
}

/// The facts about a job for decisions from outside.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobFacts {
    /// The job's id.
    pub id: String,
    /// The account it belongs to.
    pub account: String,
    /// The region it belongs to.
    pub region: String,
    /// The transformer.
    pub transformer_id: String,
    /// The capability that watches the file's folder; `None` for `StartTransformerJob`.
    pub capability_id: Option<String>,
    /// The partnership of the file; `None` for `StartTransformerJob`.
    pub partnership_id: Option<String>,
    /// The trading partner whose folder the file was in; `None` for `StartTransformerJob`.
    pub trading_partner_id: Option<String>,
    /// The bucket of the input file.
    pub bucket: String,
    /// The key of the input file.
    pub key: String,
    /// When the job was accepted.
    pub started_at: Timestamp,
    /// The number of calls of `GetTransformerJob` for it.
    #[serde(skip, default = "Polls::none")]
    pub polls: Polls,
}

/// Whether a job may enter a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StageDecision {
    /// It may.
    Continue,
    /// The stage has failed, for this reason.
    Fail(String),
    /// The job no longer exists, and ends without a trace.
    Drop,
}

/// The outcome of an object that a job is about to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteDecision {
    /// It is written.
    Write,
    /// The job treats it as written, but it does not exist.
    Lose,
    /// The write succeeds, and the object appears only after this time.
    Late(Duration),
    /// It cannot be written, for this reason.
    Refuse {
        /// The reason.
        message: String,
        /// Whether the outputs written before are kept; otherwise the job deletes them.
        keep: bool,
    },
}

/// Decides about jobs from outside. [`NoFaults`] changes nothing.
#[async_trait]
pub trait Stages: Send + Sync {
    /// Called before each stage of each job; the job waits for the answer, however long.
    async fn enter(&self, job: &JobFacts, stage: Stage) -> StageDecision;

    /// Called when a job has entered the stage [`Stage::FetchInput`]; returns how many of its
    /// input's `size` bytes it sees.
    fn visible_bytes(&self, _job: &JobFacts, size: u64) -> u64 {
        size
    }

    /// Called when a job has ended, with any result.
    fn ended(&self, _job: &JobFacts) {}

    /// Called before each object is written; `nth` counts the job's objects from 1.
    fn write(&self, job: &JobFacts, nth: usize) -> WriteDecision;
}

/// Changes nothing in any job.
#[derive(Debug)]
pub struct NoFaults;

#[async_trait]
impl Stages for NoFaults {
    async fn enter(&self, _: &JobFacts, _: Stage) -> StageDecision {
        StageDecision::Continue
    }

    fn write(&self, _: &JobFacts, _: usize) -> WriteDecision {
        WriteDecision::Write
    }
}
