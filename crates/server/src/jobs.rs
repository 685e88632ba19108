//! Faults of jobs: asks the engine before each stage, and applies its decision to the job.

use std::collections::HashMap;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use b2bi_local_b2bi::{Clock as _, JobFacts, Stage, StageDecision, Stages, WriteDecision};
use b2bi_local_dispatcher::{Caller, CallerIdentity};
use b2bi_local_faults::{Engine, Facts, JobFault, JobOutcome, Outcome, Plan};
use b2bi_local_model::SIGNING_NAME;
use serde_json::{Value, json};

use crate::clock::ServerClock;
use crate::journal::{Entry as JournalEntry, Fault, FaultedJob, Journal, Kind};

/// The seam of jobs.
pub(crate) struct JobFaults {
    faults: Arc<Engine>,
    clock: Arc<ServerClock>,
    journal: Arc<Journal>,
    /// Faults about what a job reads or writes in the stage that it is in, by the job's id.
    pending: Mutex<HashMap<String, JobFault>>,
}

impl JobFaults {
    pub(crate) fn new(faults: Arc<Engine>, clock: Arc<ServerClock>, journal: Arc<Journal>) -> Self {
        Self {
            faults,
            clock,
            journal,
            pending: Mutex::default(),
        }
    }

    /// Drops the decisions about jobs that no longer exist.
    pub(crate) fn forget(&self) {
        self.pending().clear();
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

    async fn apply_fault(&self, job: &JobFacts, fault: JobFault) -> StageDecision {
        self.pause(fault.pause_ms()).await;
        if let Some(polls) = fault.polls {
            job.polls
                .reached(u32::try_from(polls).unwrap_or(u32::MAX))
                .await;
        }
        match fault.outcome {
            JobOutcome::Delay => StageDecision::Continue,
            JobOutcome::Stall => pending().await,
            JobOutcome::Vanish => StageDecision::Drop,
            JobOutcome::Panic => injected_panic(),
            JobOutcome::Fail if !fault.is_about_objects() => {
                StageDecision::Fail(fault.message().to_owned())
            }
            JobOutcome::Fail | JobOutcome::Lose | JobOutcome::Late | JobOutcome::Truncate => {
                self.pending().insert(job.id.clone(), fault);
                StageDecision::Continue
            }
        }
    }

    /// Notes in the journal that rules act on a job.
    fn record(&self, job: &JobFacts, stage: Stage, plan: &Plan) {
        let outcome = match &plan.outcome {
            Some(Outcome::Job(fault)) => fault.outcome,
            _ => JobOutcome::Delay,
        };
        tracing::info!(
            job = job.id,
            account = job.account,
            rules = plan.rule_ids().collect::<Vec<_>>().join(","),
            stage = stage.as_str(),
            outcome = outcome.name(),
            "fault injected into a job"
        );
        if self.journal.is_on() {
            let event_log = FaultedJob {
                id: job.id.clone(),
                stage: stage.as_str(),
                outcome: outcome.name(),
            };
            self.journal.push(JournalEntry {
                kind: Kind::Job,
                time: self.clock.now(),
                caller: Caller::from(CallerIdentity {
                    account: job.account.as_str().into(),
                    region: job.region.as_str().into(),
                    access_key: None,
                }),
                service: SIGNING_NAME,
                faults: Fault::of(plan),
                job: Some(event_log),
                ..JournalEntry::default()
            });
        }
    }

    async fn pause(&self, millis: u64) {
        if millis > 0 {
            self.clock.sleep(Duration::from_millis(millis)).await;
        }
    }

    fn pending(&self) -> MutexGuard<'_, HashMap<String, JobFault>> {
        // A fault is added or removed in one statement, so a poisoned lock contains complete ones.
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Stages for JobFaults {
    async fn enter(&self, job: &JobFacts, stage: Stage) -> StageDecision {
        self.pending().remove(&job.id);
        if !self.faults.is_armed() {
            return StageDecision::Continue;
        }
        let plan = self.decide(job, stage);
        if !plan.firings.is_empty() {
            self.record(job, stage, &plan);
        }
        self.pause(plan.delay.before_ms).await;
        let Some(Outcome::Job(fault)) = plan.outcome else {
            return StageDecision::Continue;
        };
        self.apply_fault(job, fault).await
    }

    fn visible_bytes(&self, job: &JobFacts, size: u64) -> u64 {
        self.pending()
            .remove(&job.id)
            .map_or(size, |remove| remove.visible_bytes(size))
    }

    fn ended(&self, job: &JobFacts) {
        self.pending().remove(&job.id);
    }

    fn write(&self, job: &JobFacts, nth: usize) -> WriteDecision {
        let pending = self.pending();
        let Some(fault) = pending.get(&job.id) else {
            return WriteDecision::Write;
        };
        if fault.spares(u64::try_from(nth).unwrap_or(u64::MAX)) {
            return WriteDecision::Write;
        }
        match fault.outcome {
            JobOutcome::Lose => WriteDecision::Lose,
            JobOutcome::Late => {
                WriteDecision::Late(Duration::from_millis(fault.hold_ms.unwrap_or_default()))
            }
            _ => WriteDecision::Refuse {
                message: fault.message().to_owned(),
                keep: fault.keep_partial,
            },
        }
    }
}

/// Panics like a defect, to show that only the job is affected.
#[expect(clippy::panic, reason = "that is what the rule asks for")]
fn injected_panic() -> ! {
    panic!("injected by a fault rule");
}

/// The job in the form of the body of `StartTransformerJob`, for rules that match the body.
fn described(job: &JobFacts) -> Value {
    json!({
        "transformerId": job.transformer_id,
        "inputFile": {"bucketName": job.bucket, "key": job.key},
    })
}
