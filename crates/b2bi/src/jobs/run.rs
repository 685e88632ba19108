//! Carries a job out, one function a stage: fetch, transform, deliver, finish.

use std::sync::Arc;

use b2bi_local_mapping::Limits;
use b2bi_local_model::types::{FileFormat, S3Location};
use bytes::Bytes;

use super::{Order, Progress};
use crate::ctx::Ctx;
use crate::edi::{self, DocumentStyle};
use crate::environment::Environment;
use crate::files::{self, Location};
use crate::mapping;
use crate::service::Scope;
use crate::state::Partition;

/// A job under way.
struct Run {
    id: String,
    order: Order,
    scope: Scope,
    environment: Environment,
    style: DocumentStyle,
    limits: Limits,
    partition: Arc<Partition>,
}

/// Sets a job going beside the request that started it.
pub(super) fn spawn(ctx: &Ctx<'_>, id: String, order: Order) {
    let run = Run {
        id,
        order,
        scope: ctx.scope.clone(),
        environment: ctx.environment.clone(),
        style: ctx.config.style.clone(),
        limits: ctx.config.mapping_limits,
        partition: Arc::clone(&ctx.partition),
    };
    tokio::spawn(run.carry_out());
}

impl Run {
    async fn carry_out(self) {
        let progress = match self.stages().await {
            Ok(output) => Progress::Succeeded(output),
            Err(reason) => Progress::Failed(reason),
        };
        self.finish(progress);
    }

    async fn stages(&self) -> Result<S3Location, String> {
        let file = self.fetch().await?;
        let document = self.transform(file).await?;
        self.deliver(document).await
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
        let run = mapping::run(&self.environment, self.limits);
        tokio::task::spawn_blocking(move || edi::transform(&file, &conversion, &style, &run))
            .await
            .map_err(|error| format!("The transformation did not end: {error}"))?
    }

    async fn deliver(&self, document: String) -> Result<S3Location, String> {
        let output = self.output();
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
        let now = self.environment.clock.now();
        Location {
            bucket: output.bucket.clone(),
            key: format!("{}{slash}{file}.{now}.{extension}", output.key),
        }
    }

    fn finish(&self, progress: Progress) {
        tracing::info!(
            job = self.id,
            account = self.scope.account,
            region = self.scope.region,
            ?progress,
            "transformer job ended"
        );
        let mut state = self.partition.lock();
        if let Some(job) = state.jobs.get_mut(&self.id) {
            job.progress = progress;
        }
    }
}
