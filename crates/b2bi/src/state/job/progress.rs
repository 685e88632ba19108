//! The state machine of a job; every transition is one function.
//!
//! ```text
//! Accepted → Queued → Running(stage) → Succeeded | Failed
//! ```

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use b2bi_local_model::Timestamp;
use b2bi_local_model::types::{GetTransformerJobResponse, S3Location, TransformerJobStatus};
use serde::{Deserialize, Serialize};

use super::Job;
use crate::stages::Stage;

/// The duration of jobs, in addition to the work itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobDuration {
    /// No longer than the work.
    Immediate,
    /// This much time on the clock.
    Fixed(Duration),
    /// Until this many calls of `GetTransformerJob`. Jobs of pipelines, which are not polled, take
    /// no longer than the work.
    Polls(u32),
}

/// The progress of an unfinished job; clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Step(Arc<Mutex<Progress>>);

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Progress {
    /// The job exists, and its duration has not passed.
    #[default]
    Accepted,
    /// It waits for other jobs to end.
    Queued,
    /// It is at work.
    Running(Stage),
}

/// The result of a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum JobResult {
    /// Success, with the objects that were written.
    Succeeded(Vec<S3Location>),
    /// Failure, for this reason.
    Failed(String),
}

impl Step {
    /// The duration has passed; the job waits for its slot.
    pub(crate) fn queue(&self) {
        self.set(Progress::Queued);
    }

    /// The job enters a stage; the first one is before its duration and its slot.
    pub(crate) fn enter(&self, stage: Stage) {
        if stage != Stage::Accept {
            self.set(Progress::Running(stage));
        }
    }

    /// The stage of a running job; before that, the first one.
    pub(crate) fn stage(&self) -> Stage {
        match self.get() {
            Progress::Running(stage) => stage,
            Progress::Accepted | Progress::Queued => Stage::Accept,
        }
    }

    /// One assignment, so a poisoned lock contains a complete progress.
    fn set(&self, progress: Progress) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = progress;
    }

    fn get(&self) -> Progress {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A job, for the administrator of the server.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JobReport {
    /// The job's id.
    pub id: String,
    /// The account it belongs to.
    pub account: String,
    /// The region it belongs to.
    pub region: String,
    /// `accepted`, `queued`, `running`, `succeeded` or `failed`.
    pub state: &'static str,
    /// The stage of a job that is running.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<&'static str>,
    /// The transformer.
    pub transformer_id: String,
    /// The capability; `None` for `StartTransformerJob`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capability_id: Option<String>,
    /// The trading partner; `None` for `StartTransformerJob`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trading_partner_id: Option<String>,
    /// The input file, `s3://bucket/key`.
    pub input_file: String,
    /// Its outputs.
    pub output_files: Vec<S3Location>,
    /// Why it has failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// When it was accepted.
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

impl Job {
    /// Ends it, with any result.
    pub(crate) fn finish(&mut self, end: JobResult, now: Timestamp) {
        self.end = Some(end);
        self.spec = None;
        self.numbers.clear();
        self.ended_at = Some(now);
    }

    pub(crate) fn state(&self) -> &'static str {
        match (&self.end, self.step.get()) {
            (Some(JobResult::Succeeded(_)), _) => "succeeded",
            (Some(JobResult::Failed(_)), _) => "failed",
            (None, Progress::Accepted) => "accepted",
            (None, Progress::Queued) => "queued",
            (None, Progress::Running(_)) => "running",
        }
    }

    fn stage(&self) -> Option<&'static str> {
        match (&self.end, self.step.get()) {
            (None, Progress::Running(stage)) => Some(stage.as_str()),
            _ => None,
        }
    }

    /// The job in the form of `GetTransformerJob`.
    pub(crate) fn describe(&self) -> GetTransformerJobResponse {
        let (status, output_files, message) = match &self.end {
            None => (TransformerJobStatus::Running, None, None),
            Some(JobResult::Succeeded(outputs)) => (
                TransformerJobStatus::Succeeded,
                Some(outputs.clone()),
                // Source: the service model's example.
                Some("Transformed, writing output".to_owned()),
            ),
            Some(JobResult::Failed(reason)) => {
                (TransformerJobStatus::Failed, None, Some(reason.clone()))
            }
        };
        GetTransformerJobResponse {
            status,
            output_files,
            message,
        }
    }

    /// The job, for the administrator of the server.
    pub(crate) fn report(&self) -> JobReport {
        let facts = &self.facts;
        let (outputs, message) = match &self.end {
            Some(JobResult::Succeeded(outputs)) => (outputs.clone(), None),
            Some(JobResult::Failed(reason)) => (Vec::new(), Some(reason.clone())),
            None => (Vec::new(), None),
        };
        JobReport {
            id: facts.id.clone(),
            account: facts.account.clone(),
            region: facts.region.clone(),
            state: self.state(),
            stage: self.stage(),
            transformer_id: facts.transformer_id.clone(),
            capability_id: facts.capability_id.clone(),
            trading_partner_id: facts.trading_partner_id.clone(),
            input_file: format!("s3://{}/{}", facts.bucket, facts.key),
            output_files: outputs,
            message,
            started_at: facts.started_at,
            ended_at: self.ended_at,
        }
    }
}
