//! Faults of jobs: asks the engine before each stage, and does to the job what it says.

use std::collections::HashMap;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use b2bi_local_b2bi::{Clock as _, Entry, Fate, JobFacts, Stage, Stages};
use b2bi_local_faults::{Engine, Facts, JobFault, JobOutcome, Outcome, Plan};
use b2bi_local_model::SIGNING_NAME;
use serde_json::{Value, json};

use crate::clock::ServerClock;

/// The seam of jobs.
pub(crate) struct JobFaults {
    faults: Arc<Engine>,
    clock: Arc<ServerClock>,
    /// Faults about the objects that a job is writing, by the job's id.
    writing: Mutex<HashMap<String, JobFault>>,
}

impl JobFaults {
    pub(crate) fn new(faults: Arc<Engine>, clock: Arc<ServerClock>) -> Self {
        Self {
            faults,
            clock,
            writing: Mutex::default(),
        }
    }

    fn decide(&self, job: &JobFacts, stage: Stage) -> Plan {
        let ids = [
            Some(&job.transformer_id),
            Some(&job.id),
            job.capability_id.as_ref(),
            job.partnership_id.as_ref(),
            job.trading_partner_id.as_ref(),
        ];
        let ids: Vec<&str> = ids.into_iter().flatten().map(String::as_str).collect();
        let is_started = job.capability_id.is_none();
        let body = described(job);
        let facts = Facts {
            service: SIGNING_NAME,
            region: &job.region,
            operation: if is_started {
                "StartTransformerJob"
            } else {
                ""
            },
            account: &job.account,
            resources: &ids,
            body: Some(&body),
            ..Facts::default()
        };
        let now = u64::try_from(self.clock.inner_millis()).unwrap_or_default();
        self.faults.decide_stage(&facts, stage.as_str(), now)
    }

    async fn suffer(&self, job: &JobFacts, fault: JobFault) -> Entry {
        self.pause(fault.hold_ms.unwrap_or_default()).await;
        if let Some(polls) = fault.polls {
            job.polls
                .reached(u32::try_from(polls).unwrap_or(u32::MAX))
                .await;
        }
        match fault.outcome {
            JobOutcome::Delay => Entry::Go,
            JobOutcome::Stall => pending().await,
            JobOutcome::Vanish => Entry::Vanish,
            JobOutcome::Fail | JobOutcome::Lose if fault.is_about_objects() => {
                self.writing().insert(job.id.clone(), fault);
                Entry::Go
            }
            JobOutcome::Fail | JobOutcome::Lose => Entry::Fail(fault.message().to_owned()),
        }
    }

    async fn pause(&self, millis: u64) {
        if millis > 0 {
            self.clock.sleep(Duration::from_millis(millis)).await;
        }
    }

    fn writing(&self) -> MutexGuard<'_, HashMap<String, JobFault>> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Stages for JobFaults {
    async fn enter(&self, job: &JobFacts, stage: Stage) -> Entry {
        self.writing().remove(&job.id);
        if !self.faults.is_armed() {
            return Entry::Go;
        }
        let plan = self.decide(job, stage);
        self.pause(plan.delay.before_ms).await;
        let Some(Outcome::Job(fault)) = plan.outcome else {
            return Entry::Go;
        };
        let (job_id, stage) = (&job.id, stage.as_str());
        tracing::info!(job_id, stage, outcome = ?fault.outcome, "fault injected into a job");
        self.suffer(job, fault).await
    }

    fn write(&self, job: &JobFacts, nth: usize) -> Fate {
        let mut writing = self.writing();
        let Some(fault) = writing.get(&job.id) else {
            return Fate::Write;
        };
        if fault.spares(u64::try_from(nth).unwrap_or(u64::MAX)) {
            return Fate::Write;
        }
        if fault.outcome == JobOutcome::Lose {
            return Fate::Lose;
        }
        let fate = Fate::Refuse {
            message: fault.message().to_owned(),
            keep: fault.keep_partial,
        };
        if fault.stage == Stage::WriteOutput.as_str() {
            // The job ends here, and enters no other stage.
            writing.remove(&job.id);
        }
        fate
    }
}

/// The job as the body of `StartTransformerJob` has it, for rules that look at the body.
fn described(job: &JobFacts) -> Value {
    json!({
        "transformerId": job.transformer_id,
        "inputFile": {"bucketName": job.bucket, "key": job.key},
    })
}
