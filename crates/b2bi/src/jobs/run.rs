//! Carries a job out, one function a stage: fetch, transform, deliver, finish.

use std::sync::Arc;

use b2bi_local_mapping::Limits;
use b2bi_local_model::Timestamp;
use b2bi_local_model::types::{FileFormat, S3Location};
use bytes::Bytes;

use super::{Order, Progress};
use crate::ctx::Ctx;
use crate::edi::{self, DocumentStyle};
use crate::environment::Environment;
use crate::files::{self, Location};
use crate::mapping;
use crate::polls::Polls;
use crate::service::Scope;
use crate::stages::{Entry, Fate, JobFacts, Stage};
use crate::state::Partition;

/// A job under way.
struct Run {
    facts: JobFacts,
    order: Order,
    scope: Scope,
    environment: Environment,
    style: DocumentStyle,
    limits: Limits,
    partition: Arc<Partition>,
}

/// Sets a job going beside the request that started it.
pub(super) fn spawn(ctx: &Ctx<'_>, id: String, order: Order, started_at: Timestamp, polls: Polls) {
    let run = Run {
        facts: facts(ctx, id, &order, started_at, polls),
        order,
        scope: ctx.scope.clone(),
        environment: ctx.environment.clone(),
        style: ctx.config.style.clone(),
        limits: ctx.config.mapping_limits,
        partition: Arc::clone(&ctx.partition),
    };
    tokio::spawn(run.carry_out());
}

fn facts(
    ctx: &Ctx<'_>,
    id: String,
    order: &Order,
    started_at: Timestamp,
    polls: Polls,
) -> JobFacts {
    JobFacts {
        id,
        account: ctx.scope.account.clone(),
        region: ctx.scope.region.clone(),
        transformer_id: order.transformer_id.clone(),
        capability_id: None,
        partnership_id: None,
        trading_partner_id: None,
        bucket: order.input.bucket.clone(),
        key: order.input.key.clone(),
        started_at,
        polls,
    }
}

/// Why a job goes no further.
enum End {
    Failed(String),
    Vanished,
}

impl From<String> for End {
    fn from(reason: String) -> Self {
        Self::Failed(reason)
    }
}

impl Run {
    async fn carry_out(self) {
        let ended = match self.stages().await {
            Ok(output) => Ok(Progress::Succeeded(output)),
            Err(End::Failed(reason)) => Ok(Progress::Failed(reason)),
            Err(End::Vanished) => Err(()),
        };
        match ended {
            Ok(progress) => self.finish(progress),
            Err(()) => drop(self.partition.lock().jobs.remove(&self.facts.id)),
        }
    }

    /// Asks whether the job may enter a stage.
    async fn enter(&self, stage: Stage) -> Result<(), End> {
        match self.environment.stages.enter(&self.facts, stage).await {
            Entry::Go => Ok(()),
            Entry::Fail(reason) => Err(End::Failed(reason)),
            Entry::Vanish => Err(End::Vanished),
        }
    }

    async fn stages(&self) -> Result<S3Location, End> {
        self.enter(Stage::Accept).await?;
        self.enter(Stage::FetchInput).await?;
        let file = self.fetch().await?;
        self.enter(Stage::Parse).await?;
        self.enter(Stage::Validate).await?;
        self.enter(Stage::Map).await?;
        let document = self.transform(file).await?;
        self.enter(Stage::WriteOutput).await?;
        let output = self.deliver(document).await?;
        self.enter(Stage::Finish).await?;
        Ok(output)
    }

    async fn fetch(&self) -> Result<Bytes, String> {
        let input = &self.order.input;
        files::read(&self.environment, &self.scope, input)
            .await
            .map_err(|it| it.message(input))
    }

    /// Parsing and mapping are computation, and large files take long: they have a thread of their
    /// own.
    async fn transform(&self, file: Bytes) -> Result<String, String> {
        let conversion = self.order.conversion.clone();
        let style = self.style.clone();
        let evaluation = mapping::evaluation(&self.environment, self.limits);
        tokio::task::spawn_blocking(move || edi::transform(&file, &conversion, &style, &evaluation))
            .await
            .map_err(|error| format!("The transformation did not end: {error}"))?
    }

    async fn deliver(&self, document: String) -> Result<S3Location, String> {
        let output = self.output();
        match self.environment.stages.write(&self.facts, 1) {
            Fate::Write => {}
            Fate::Lose => return Ok(output.into()),
            Fate::Refuse { message, .. } => return Err(message),
        }
        let content_type = match self.order.conversion.format {
            FileFormat::Xml => "application/xml",
            FileFormat::Json | FileFormat::NotUsed => "application/json",
        };
        files::write(
            &self.environment,
            &self.scope,
            &output,
            document.into(),
            content_type,
        )
        .await
        .map_err(|it| it.message(&output))?;
        Ok(output.into())
    }

    /// `{folder}/{file}.{timestamp}.{json|xml}`
    ///
    /// The time is that of the job's start, so that a job that is taken up again after a crash
    /// writes over what it wrote before.
    ///
    /// Source: the service model's example; a folder without a slash: Assumption A-20.
    fn output(&self) -> Location {
        let Order {
            input,
            output,
            conversion,
            ..
        } = &self.order;
        let slash = if output.key.is_empty() || output.key.ends_with('/') {
            ""
        } else {
            "/"
        };
        let extension = match conversion.format {
            FileFormat::Xml => "xml",
            FileFormat::Json | FileFormat::NotUsed => "json",
        };
        let file = input.file_name();
        let time = self.facts.started_at;
        Location {
            bucket: output.bucket.clone(),
            key: format!("{}{slash}{file}.{time}.{extension}", output.key),
        }
    }

    fn finish(&self, progress: Progress) {
        tracing::info!(
            job = self.facts.id,
            account = self.scope.account,
            region = self.scope.region,
            ?progress,
            "transformer job ended"
        );
        let mut state = self.partition.lock();
        if let Some(job) = state.jobs.get_mut(&self.facts.id) {
            job.progress = progress;
        }
    }
}
