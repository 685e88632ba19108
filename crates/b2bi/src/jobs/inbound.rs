//! Inbound files: X12 comes, documents and acknowledgements go.

use std::sync::Arc;

use b2bi_local_model::types::{FileFormat, S3Location};
use bytes::Bytes;

use super::events::{Transformation, Validated};
use super::outputs::Output;
use super::run::{Run, Stop};
use crate::edi::{self, Conversion, Examined};
use crate::errors;
use crate::files;
use crate::stages::Stage;
use crate::transformers;

impl Run {
    /// Takes an inbound file through its stages.
    pub(super) async fn inbound(
        &self,
        result: &mut Transformation,
    ) -> Result<Vec<S3Location>, Stop> {
        let conversion = transformers::inbound(&self.order.transformer)
            .map(Arc::new)
            .map_err(|error| Stop::Failed(Stage::Accept, errors::message(&error)))?;
        if conversion.split {
            return self.split(&conversion, result).await;
        }
        let limit = self.works.config.job_bytes;
        let file = self.stage(Stage::FetchInput, self.fetch(limit)).await?;
        let parsed = self
            .stage(Stage::Parse, self.parse(file, &conversion))
            .await?;
        self.enter(Stage::Validate).await?;
        let judged = edi::judge(&parsed.reading, &conversion);
        if !matches!(judged, Err(edi::Misfit::Other(_))) {
            self.acknowledge(
                &parsed.received,
                &parsed.reading,
                &parsed.validation,
                result,
            )
            .await?;
        }
        judged.map_err(|it| Stop::Failed(Stage::Validate, it.into_message()))?;
        let output = self.deliver(parsed, &conversion, None, result).await?;
        Ok(vec![output])
    }

    /// The bytes of the input.
    pub(super) async fn fetch(&self, limit: u64) -> Result<Bytes, String> {
        let input = &self.order.input;
        files::check_limit(input, self.order.size, limit)?;
        files::read(&self.works.environment, &self.scope, input)
            .await
            .map_err(|it| it.message(input))
    }

    /// Reads X12, and looks for what is wrong with it on the way.
    pub(super) async fn parse(
        &self,
        file: impl AsRef<[u8]> + Send + 'static,
        conversion: &Arc<Conversion>,
    ) -> Result<Examined, String> {
        let (conversion, style) = (Arc::clone(conversion), self.works.config.style.clone());
        self.compute(move || edi::examine(file.as_ref(), &conversion, &style))
            .await
    }

    /// Maps a document and writes it, with the report of what is wrong with it.
    pub(super) async fn deliver(
        &self,
        parsed: Examined,
        conversion: &Arc<Conversion>,
        split: Option<usize>,
        result: &mut Transformation,
    ) -> Result<S3Location, Stop> {
        let report = parsed.validation.report();
        result.validation = Validated::of(&report);
        let mapped = self.map(parsed.document, conversion);
        let document = self.stage(Stage::Map, mapped).await?;
        let (extension, content_type) = match conversion.format {
            FileFormat::Xml => ("xml", "application/xml"),
            FileFormat::Json | FileFormat::NotUsed => ("json", "application/json"),
        };
        let output = Output {
            location: self.order.document(extension, split),
            body: document.into(),
            content_type,
        };
        let (location, size) = (output.location.clone(), output.body.len());
        let report_location = self.order.report(extension, split);
        let outputs = with_report(report, &report_location, output);
        self.stage(Stage::WriteOutput, self.publish(outputs))
            .await?;
        if result.validation == Validated::Failed {
            result.report = Some(report_location);
        }
        result.output = Some((location.clone(), size));
        Ok(location.into())
    }

    /// What the mapping template makes of a document.
    pub(super) async fn map(
        &self,
        document: String,
        conversion: &Arc<Conversion>,
    ) -> Result<String, String> {
        if conversion.mapping.is_none() {
            return Ok(document);
        }
        let (conversion, run) = (Arc::clone(conversion), self.evaluation());
        self.compute(move || match &conversion.mapping {
            Some(mapping) => mapping.apply(&document, &run),
            None => Ok(document),
        })
        .await
    }
}

/// The objects of a document: its report comes first, so that who sees the document finds it.
fn with_report(report: String, location: &files::Location, document: Output) -> Vec<Output> {
    let mut outputs = report_output(report, location);
    outputs.push(document);
    outputs
}

/// The validation report as an object, if there is anything to report.
pub(super) fn report_output(report: String, location: &files::Location) -> Vec<Output> {
    if report.is_empty() {
        return Vec::new();
    }
    vec![Output {
        location: location.clone(),
        body: report.into(),
        content_type: "text/plain",
    }]
}
