//! Large files that nothing maps: the document is written while the file is read.
//!
//! Neither is ever in memory as a whole, and nobody sees the document before it is known that the
//! file is taken.

use std::sync::Arc;
use std::time::Duration;

use b2bi_local_model::types::S3Location;
use b2bi_local_objects::ObjectWriter;
use bytes::Bytes;
use tokio::sync::mpsc;

use super::events::Transformation;
use super::inbound::{form, with_report};
use super::outputs::{Body, Output};
use super::run::{Run, Stop};
use crate::edi::{self, Conversion, Examined};
use crate::files::{self, Location};
use crate::stages::Stage;
use crate::{errors, transformers};

/// A document that is being written, and how long it is.
struct Draft<'r> {
    writer: Box<dyn ObjectWriter + 'r>,
    size: usize,
}

impl Run {
    /// Whether the document is written while the file is read.
    pub(super) fn is_large(&self, conversion: &Conversion) -> bool {
        conversion.mapping.is_none() && self.order.size > self.works.config.window_bytes
    }

    /// Takes a large file through its stages.
    pub(super) async fn large(
        &self,
        conversion: &Arc<Conversion>,
        result: &mut Transformation,
    ) -> Result<Vec<S3Location>, Stop> {
        let (extension, content_type) = form(conversion);
        let location = self.order.document(extension, None);
        let limit = self.works.config.job_bytes;
        let fitting = files::check_limit(&self.order.input, self.order.size, limit);
        self.stage(Stage::FetchInput, async { fitting }).await?;
        let begun = self.begin(&location, content_type).await;
        let mut draft = Some(begun.map_err(|it| Stop::Failed(Stage::WriteOutput, it))?);
        let ended = self.large_stages(conversion, &location, &mut draft, result);
        let ended = ended.await;
        if let Some(draft) = draft {
            draft.writer.abandon().await;
        }
        ended.map(|()| vec![location.into()])
    }

    async fn large_stages<'r>(
        &'r self,
        conversion: &Arc<Conversion>,
        location: &Location,
        draft: &mut Option<Draft<'r>>,
        result: &mut Transformation,
    ) -> Result<(), Stop> {
        let parsed = self.stage(Stage::Parse, self.parse_into(conversion, draft));
        let parsed = parsed.await?;
        self.judge(&parsed, conversion, result).await?;
        self.enter(Stage::Map).await?;
        let (extension, content_type) = form(conversion);
        let (report, report_location) = (
            parsed.validation.report(),
            self.order.report(extension, None),
        );
        result.validated(&report);
        self.enter(Stage::WriteOutput).await?;
        let Some(Draft { writer, size }) = draft.take() else {
            return Ok(());
        };
        let document = Output {
            location: location.clone(),
            body: Body::Written(writer),
            content_type,
        };
        let published = self.publish(with_report(report, &report_location, document));
        published
            .await
            .map_err(|it| Stop::Failed(Stage::WriteOutput, it))?;
        result.delivered(location.clone(), size, report_location);
        Ok(())
    }

    /// Makes the document from the input and writes it when this time has passed.
    pub(super) fn remake_later(&self, location: Location, time: Duration) {
        let run = self.clone();
        tokio::spawn(async move {
            run.works.environment.clock.sleep(time).await;
            if let Err(reason) = run.remake(&location).await {
                tracing::warn!(reason, "a late output could not be written");
            }
        });
    }

    async fn remake(&self, location: &Location) -> Result<(), String> {
        let conversion = transformers::inbound(&self.order.transformer);
        let conversion = Arc::new(conversion.map_err(|error| errors::message(&error))?);
        let begun = self.begin(location, form(&conversion).1).await?;
        let mut draft = Some(begun);
        let parsed = self.parse_into(&conversion, &mut draft).await;
        let Some(Draft { writer, .. }) = draft else {
            return Ok(());
        };
        if let Err(reason) = parsed {
            writer.abandon().await;
            return Err(reason);
        }
        let finished = writer.finish().await.map(drop);
        finished.map_err(|error| error.to_string())
    }

    async fn begin(&self, location: &Location, content_type: &str) -> Result<Draft<'_>, String> {
        let objects = &self.works.environment.objects;
        let Location { bucket, key } = location;
        let writer = objects
            .writer(&self.scope.account, bucket, key, content_type)
            .await;
        let writer = writer.map_err(|it| files::Refusal::from(it).message(location))?;
        Ok(Draft { writer, size: 0 })
    }

    /// Reads the file window by window and writes what comes of each at once.
    async fn parse_into(
        &self,
        conversion: &Arc<Conversion>,
        draft: &mut Option<Draft<'_>>,
    ) -> Result<Examined, String> {
        let (walk, conversion) = (self.walk(), Arc::clone(conversion));
        let style = self.works.config.style.clone();
        let (sender, mut pieces) = mpsc::channel::<Bytes>(1);
        let reading = self.compute(move || {
            edi::examine_in_windows(
                &conversion,
                &style,
                |take| walk.windows(take),
                |piece| sender.blocking_send(piece.into()).is_ok(),
            )
        });
        let writing = async move {
            // The receiver goes with this block, and the reading ends with it.
            while let Some(piece) = pieces.recv().await {
                if let Some(draft) = draft {
                    draft.size += piece.len();
                    let written = draft.writer.write(piece).await;
                    written.map_err(|error| error.to_string())?;
                }
            }
            Ok::<(), String>(())
        };
        let (parsed, written) = tokio::join!(reading, writing);
        written?;
        parsed
    }
}
