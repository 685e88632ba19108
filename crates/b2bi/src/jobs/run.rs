//! Runs a job: waits for its duration and its slot, takes it through its stages, and stores its
//! result.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use b2bi_local_model::types::S3Location;
use b2bi_local_panics::{Kind, Panic, caught, on_thread};

use super::error::StageError;
use super::events::Transformation;
use super::logs::{State as Logged, Status};
use crate::context::ServiceContext;
use crate::edi::mapping;
use crate::edi::mapping::Evaluation;
use crate::scope::Scope;
use crate::stages::{JobFacts, Stage, StageDecision};
use crate::state::Partition;
use crate::state::job::{Job, JobDuration, JobResult, JobSpec, JobTicket, Step};

/// The delay before a job tries again to store its result on a failing disk.
const DISK_RETRY: Duration = Duration::from_secs(1);

/// A running job.
#[derive(Clone)]
pub(super) struct Run {
    pub(super) spec: Arc<JobSpec>,
    pub(super) facts: JobFacts,
    pub(super) scope: Scope,
    pub(super) context: ServiceContext,
    pub(super) partition: Arc<Partition>,
    /// Its place among the jobs that a reset ends; delayed writes have a place too.
    pub(super) ticket: JobTicket,
    step: Step,
    /// The number of objects that it has written, or tried to write.
    writes: Arc<AtomicUsize>,
    /// The number of bytes of its input that it sees.
    reach: Arc<AtomicU64>,
}

/// Why a job, or one transaction of it, ends early.
#[derive(Clone, Debug)]
pub(super) enum JobError {
    /// The stage has failed, for this reason.
    Failed(Stage, String),
    /// The job is dropped.
    Vanished,
}

impl JobError {
    /// The failure of a stage.
    pub(super) fn failed(stage: Stage, error: &impl ToString) -> Self {
        Self::Failed(stage, error.to_string())
    }
}

/// Runs a job in the background.
pub(super) fn spawn(
    context: &ServiceContext,
    scope: &Scope,
    partition: &Arc<Partition>,
    spec: JobSpec,
    job: &Job,
) {
    let run = Run {
        spec: Arc::new(spec),
        facts: job.facts.clone(),
        step: job.step.clone(),
        scope: scope.clone(),
        context: context.clone(),
        partition: Arc::clone(partition),
        ticket: partition.jobs.ticket(),
        writes: Arc::default(),
        reach: Arc::new(AtomicU64::new(u64::MAX)),
    };
    tokio::spawn(run.ticket.clone().run(run.execute()));
}

impl Run {
    /// Runs the job to its end; a panic fails it.
    async fn execute(self) {
        let mut result = Transformation::default();
        let ended = caught(Box::pin(self.run_stages(&mut result))).await;
        let ended = ended.unwrap_or_else(|panic| Err(self.crashed(&panic)));
        self.context.environment.stages.ended(&self.facts);
        let end = async {
            match ended {
                Err(JobError::Vanished) => self.partition.lock().jobs.remove(&self.facts.id),
                ended => self.finish(&result, ended).await,
            }
        };
        if let Err(panic) = caught(Box::pin(end)).await
            && let JobError::Failed(_, reason) = self.crashed(&panic)
        {
            self.end(JobResult::Failed(reason)).await;
        }
    }

    async fn run_stages(&self, result: &mut Transformation) -> Result<Vec<S3Location>, JobError> {
        let outputs = self.run_pipeline(result).await?;
        self.enter(Stage::Finish).await?;
        Ok(outputs)
    }

    /// Logs and counts a panic of the job; its stage has failed.
    fn crashed(&self, panic: &Panic) -> JobError {
        let panics = &self.context.environment.panics;
        panics.report(Kind::Job, &self.facts.id, panic);
        let reason = format!(
            "The server failed at {}; its log has the details",
            panic.place()
        );
        JobError::Failed(self.step.stage(), reason)
    }

    /// Runs a task of the job; a panic in it is logged and counted.
    pub(super) fn spawn_beside(&self, work: impl Future<Output = ()> + Send + 'static) {
        let (panics, id) = (
            self.context.environment.panics.clone(),
            self.facts.id.clone(),
        );
        tokio::spawn(self.ticket.clone().run(async move {
            if let Err(panic) = caught(pin!(work)).await {
                panics.report(Kind::Job, &id, &panic);
            }
        }));
    }

    /// From the job's acceptance to its outputs.
    async fn run_pipeline(&self, result: &mut Transformation) -> Result<Vec<S3Location>, JobError> {
        if self.spec.route.is_some() {
            self.log(Logged::CapabilityMatch, Status::Complete, None);
        }
        self.accepted().await?;
        self.enter(Stage::Accept).await?;
        self.wait().await;
        self.step.queue();
        // The slots close only when the runtime ends.
        let slots = Arc::clone(&self.context.slots);
        let _slot = slots
            .acquire_owned()
            .await
            .map_err(|_| JobError::Vanished)?;
        self.log(Logged::FileTransform, Status::InProgress, None);
        if self.spec.is_outbound() {
            self.outbound(result).await
        } else {
            self.inbound(result).await
        }
    }

    /// Waits for the configured duration of jobs.
    ///
    /// It waits before it takes a slot, so that jobs that wait for polls do not block others.
    async fn wait(&self) {
        match self.context.config.job_duration {
            JobDuration::Fixed(time) => self.context.environment.clock.sleep(time).await,
            JobDuration::Polls(count) if self.spec.route.is_none() => {
                self.facts.polls.reached(count).await;
            }
            JobDuration::Immediate | JobDuration::Polls(_) => {}
        }
    }

    /// Asks whether the job may enter a stage, and records that it has.
    pub(super) async fn enter(&self, stage: Stage) -> Result<(), JobError> {
        self.step.enter(stage);
        let stages = &self.context.environment.stages;
        match stages.enter(&self.facts, stage).await {
            StageDecision::Continue if stage == Stage::FetchInput => {
                let reach = stages.visible_bytes(&self.facts, self.spec.size);
                self.reach.store(reach, Ordering::Relaxed);
                Ok(())
            }
            StageDecision::Continue => Ok(()),
            StageDecision::Fail(reason) => Err(JobError::Failed(stage, reason)),
            StageDecision::Drop => Err(JobError::Vanished),
        }
    }

    /// Enters a stage and runs its work.
    pub(super) async fn stage<T>(
        &self,
        stage: Stage,
        work: impl Future<Output = Result<T, StageError>>,
    ) -> Result<T, JobError> {
        self.enter(stage).await?;
        work.await.map_err(|error| JobError::failed(stage, &error))
    }

    /// Runs a computation on its own thread: large files take long.
    pub(super) async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, StageError> + Send + 'static,
    ) -> Result<T, StageError> {
        on_thread(work).await.map_err(StageError::Thread)?
    }

    /// The context of an evaluation.
    pub(super) fn evaluation(&self) -> Evaluation {
        mapping::evaluation(
            &self.context.environment,
            self.context.config.mapping_limits,
        )
    }

    /// Waits until the job itself is on disk, if state is stored there; a job that cannot be stored
    /// never existed.
    async fn accepted(&self) -> Result<(), JobError> {
        // The state shows whether it was undone.
        let _ = self.partition.flushed(self.partition.undone()).await;
        let is_known = self.partition.lock().jobs.get(&self.facts.id).is_some();
        is_known.then_some(()).ok_or(JobError::Vanished)
    }

    /// Stores the job's result, and tries again while the disk refuses it.
    async fn note_end(&self, end: JobResult) {
        let now = self.context.environment.clock.now();
        loop {
            let undone = self.partition.undone();
            let id = &self.facts.id;
            let Some(place) = self.partition.lock().jobs.finish(id, end.clone(), now) else {
                return;
            };
            self.context.retention.ended(&self.partition, place);
            if self.partition.flushed(undone).await.is_ok() {
                return;
            }
            tokio::time::sleep(DISK_RETRY).await;
        }
    }

    async fn finish(&self, result: &Transformation, ended: Result<Vec<S3Location>, JobError>) {
        if !result.told_in_parts {
            self.emit_transformation_event(result, ended.as_ref().err());
        }
        self.log_end(&ended);
        let end = match ended {
            Ok(outputs) => JobResult::Succeeded(outputs),
            Err(JobError::Failed(_, reason)) => JobResult::Failed(reason),
            Err(JobError::Vanished) => return,
        };
        self.end(end).await;
    }

    fn log_end(&self, ended: &Result<Vec<S3Location>, JobError>) {
        let (state, outputs, reason) = match ended {
            Ok(outputs) => ("succeeded", outputs.len(), None),
            Err(JobError::Failed(_, reason)) => ("failed", 0, Some(reason.as_str())),
            Err(JobError::Vanished) => ("vanished", 0, None),
        };
        tracing::info!(
            job = self.facts.id,
            account = &*self.scope.account,
            region = &*self.scope.region,
            state,
            outputs,
            reason,
            "job ended"
        );
    }

    /// Counts and stores the job's result.
    async fn end(&self, end: JobResult) {
        self.context.ended.count(&end);
        self.note_end(end).await;
    }

    /// How much of an input of this size the job sees.
    pub(super) fn reach_of(&self, size: u64) -> u64 {
        self.reach.load(Ordering::Relaxed).min(size)
    }

    /// The number of the object that is written now, from 1.
    pub(super) fn next_write(&self) -> usize {
        self.writes.fetch_add(1, Ordering::Relaxed) + 1
    }
}
