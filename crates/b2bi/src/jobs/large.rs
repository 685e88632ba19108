//! Large files, and long transactions of split files, without a mapping template: the document is
//! written while the file is read.
//!
//! Neither is completely in memory, and the document becomes visible only after the file is
//! accepted.

use std::sync::Arc;
use std::time::Duration;

use b2bi_local_model::types::S3Location;
use b2bi_local_objects::ObjectWriter;
use bytes::Bytes;
use tokio::sync::mpsc;

use super::error::StageError;
use super::events::Transformation;
use super::inbound::{form, with_report};
use super::outputs::{Body, Output};
use super::report::Report;
use super::run::{JobError, Run};
use super::split::{feed_one, part_size};
use crate::edi;
use crate::edi::transformer;
use crate::edi::{ByteSink, Conversion, ParsedFile};
use crate::files;
use crate::files::FileError;
use crate::location::Location;
use crate::stages::Stage;

/// A document that is being written: its location and its length so far.
pub(super) struct DocumentUpload {
    location: Location,
    writer: Box<dyn ObjectWriter>,
    size: usize,
}

impl DocumentUpload {
    /// Aborts the document.
    pub(super) async fn abandon(self) {
        self.writer.abandon().await;
    }
}

impl Run {
    /// Whether the document is written while the file is read.
    pub(super) fn is_large(&self, conversion: &Conversion) -> bool {
        conversion.mapping.is_none()
            && self.spec.size > part_size(self.context.config.window_bytes) as u64
    }

    /// Takes a large file through its stages.
    pub(super) async fn large(
        &self,
        conversion: &Arc<Conversion>,
        result: &mut Transformation,
    ) -> Result<S3Location, JobError> {
        let limit = self.context.config.job_bytes;
        let fitting = files::check_limit(&self.spec.input, self.spec.size, limit);
        self.stage(Stage::FetchInput, async { Ok(fitting?) })
            .await?;
        let walk = self.walk();
        let feed = move |take: &mut ByteSink<'_>| Ok(walk.windows(take)?);
        self.streamed(conversion, feed, None, result).await
    }

    /// Takes the contents from `feed` through the stages after fetching the input: a file, or the
    /// transaction with this number of a split file. It may block.
    pub(super) async fn streamed(
        &self,
        conversion: &Arc<Conversion>,
        feed: impl FnOnce(&mut ByteSink<'_>) -> Result<(), StageError> + Send + 'static,
        split: Option<usize>,
        result: &mut Transformation,
    ) -> Result<S3Location, JobError> {
        let begun = self.begin(conversion, split).await;
        let mut upload = begun.map_err(|error| JobError::failed(Stage::WriteOutput, &error))?;
        let parsed = self.parse_into(conversion, true, feed, &mut upload);
        match self.stage(Stage::Parse, parsed).await {
            Ok(parsed) => {
                let published = self.publish_upload(upload, &parsed, conversion, split, result);
                published.await
            }
            Err(error) => {
                upload.abandon().await;
                Err(error)
            }
        }
    }

    /// Takes a written document through the stages after parsing.
    pub(super) async fn publish_upload(
        &self,
        upload: DocumentUpload,
        parsed: &ParsedFile,
        conversion: &Arc<Conversion>,
        split: Option<usize>,
        result: &mut Transformation,
    ) -> Result<S3Location, JobError> {
        let report = match self.check_upload(parsed, conversion, split, result).await {
            Ok(report) => report,
            Err(error) => {
                upload.abandon().await;
                return Err(error);
            }
        };
        let (extension, content_type) = form(conversion);
        let report_location = self.spec.report(extension, split);
        let DocumentUpload {
            location,
            writer,
            size,
        } = upload;
        let document = Output {
            location: location.clone(),
            body: Body::Written(writer, split),
            content_type,
        };
        let published = self.publish(with_report(report, &report_location, document));
        published
            .await
            .map_err(|error| JobError::failed(Stage::WriteOutput, &error))?;
        result.delivered(location.clone(), size, report_location);
        Ok(location.into())
    }

    /// Decides on the contents; returns the report of their problems.
    async fn check_upload(
        &self,
        parsed: &ParsedFile,
        conversion: &Arc<Conversion>,
        split: Option<usize>,
        result: &mut Transformation,
    ) -> Result<Report, JobError> {
        match split {
            None => self.check_file(parsed, conversion, result).await?,
            Some(_) => self.check_piece(parsed, conversion).await?,
        }
        self.enter(Stage::Map).await?;
        let report = self.report(&parsed.validation);
        result.validated(&report);
        self.enter(Stage::WriteOutput).await?;
        Ok(report)
    }

    /// Creates the document again from the input, or from its transaction with this number, and
    /// writes it after this time.
    pub(super) fn recreate_later(&self, split: Option<usize>, time: Duration) {
        let run = self.clone();
        self.spawn_beside(async move {
            run.context.environment.clock.sleep(time).await;
            if let Err(error) = run.remake(split).await {
                let reason = error.to_string();
                tracing::warn!(reason, "a late output could not be written");
            }
        });
    }

    async fn remake(&self, split: Option<usize>) -> Result<(), StageError> {
        let conversion = transformer::inbound(&self.spec.transformer);
        let conversion =
            Arc::new(conversion.map_err(|error| StageError::Transformer(Box::new(error)))?);
        let mut upload = self.begin(&conversion, split).await?;
        let walk = self.walk();
        let feed = move |take: &mut ByteSink<'_>| match split {
            None => Ok(walk.windows(take)?),
            Some(number) => feed_one(&walk, number, take),
        };
        // The problems of the input are already known.
        let parsed = self.parse_into(&conversion, false, feed, &mut upload).await;
        if let Err(error) = parsed {
            upload.abandon().await;
            return Err(error);
        }
        let finished = upload.writer.finish().await.map(drop);
        finished.map_err(StageError::Object)
    }

    /// Begins the object of a document.
    pub(super) async fn begin(
        &self,
        conversion: &Conversion,
        split: Option<usize>,
    ) -> Result<DocumentUpload, StageError> {
        let (extension, content_type) = form(conversion);
        let location = self.spec.document(extension, split);
        let objects = &self.context.environment.objects;
        let Location { bucket, key } = &location;
        let writer = objects
            .writer(&self.scope.account, bucket, key, content_type)
            .await;
        let writer = writer.map_err(|error| FileError::storage(&location, error))?;
        Ok(DocumentUpload {
            location,
            writer,
            size: 0,
        })
    }

    /// Reads the bytes that arrive and writes the result immediately.
    pub(super) async fn parse_into(
        &self,
        conversion: &Arc<Conversion>,
        validates: bool,
        feed: impl FnOnce(&mut ByteSink<'_>) -> Result<(), StageError> + Send + 'static,
        upload: &mut DocumentUpload,
    ) -> Result<ParsedFile, StageError> {
        let conversion = Arc::clone(conversion);
        let style = self.context.config.job_style();
        let (sender, mut pieces) = mpsc::channel::<Bytes>(1);
        let reading = self.compute(move || {
            edi::parse_and_validate_in_windows(&conversion, &style, validates, feed, |piece| {
                sender.blocking_send(piece.into()).is_ok()
            })
        });
        let writing = async move {
            // The receiver is dropped with this block, which ends the reading.
            while let Some(piece) = pieces.recv().await {
                upload.size += piece.len();
                let written = upload.writer.write(piece).await;
                written.map_err(StageError::Object)?;
            }
            Ok::<(), StageError>(())
        };
        let (parsed, written) = tokio::join!(reading, writing);
        written?;
        parsed
    }
}
