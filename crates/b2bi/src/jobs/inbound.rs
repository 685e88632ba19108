//! Inbound files: from X12 to documents and acknowledgements.

use std::future::Future;
use std::sync::Arc;

use b2bi_local_model::types::{FileFormat, S3Location};
use b2bi_local_x12::Validation;
use bytes::Bytes;

use super::error::StageError;
use super::events::Transformation;
use super::outputs::Output;
use super::report::Report;
use super::run::{JobError, Run};
use crate::config::LegacyRoot;
use crate::edi;
use crate::edi::mapping::interchange_of;
use crate::edi::transformer;
use crate::edi::{Conversion, ParsedFile};
use crate::errors;
use crate::files;
use crate::location::Location;
use crate::stages::Stage;

impl Run {
    /// Takes an inbound file through its stages.
    pub(super) async fn inbound(
        &self,
        result: &mut Transformation,
    ) -> Result<Vec<S3Location>, JobError> {
        let conversion = transformer::inbound(&self.spec.transformer)
            .map(Arc::new)
            .map_err(|error| JobError::Failed(Stage::Accept, errors::message(&error)))?;
        if conversion.split {
            return self.split(&conversion, result).await;
        }
        if self.is_large(&conversion) {
            let output = self.large(&conversion, result).await?;
            return Ok(vec![output]);
        }
        let limit = self.context.config.job_bytes;
        let file = self.stage(Stage::FetchInput, self.fetch(limit)).await?;
        let mut parsed = self
            .stage(Stage::Parse, self.parse(file, &conversion, true))
            .await?;
        self.check_file(&parsed, &conversion, result).await?;
        let document = std::mem::take(&mut parsed.document);
        let mapped = self.map(document, &conversion);
        let output = self.deliver(&parsed, mapped, &conversion, None, result);
        let output = output.await?;
        Ok(vec![output])
    }

    /// Decides on the file, and acknowledges it.
    pub(super) async fn check_file(
        &self,
        parsed: &ParsedFile,
        conversion: &Conversion,
        result: &mut Transformation,
    ) -> Result<(), JobError> {
        self.enter(Stage::Validate).await?;
        let judged = edi::check_file(&parsed.reading, &parsed.validation.problems, conversion);
        if !matches!(judged, Err(edi::RejectError::Other(_))) {
            let ParsedFile {
                received,
                reading,
                validation,
                ..
            } = parsed;
            self.acknowledge(received, reading, validation, result)
                .await?;
        }
        judged.map_err(|error| JobError::failed(Stage::Validate, &error))
    }

    /// The bytes of the input.
    pub(super) async fn fetch(&self, limit: u64) -> Result<Bytes, StageError> {
        let input = &self.spec.input;
        files::check_limit(input, self.spec.size, limit)?;
        let file = files::read(&self.context.environment, &self.scope, input).await;
        let mut file = file?;
        let size = u64::try_from(file.len()).unwrap_or(u64::MAX);
        file.truncate(usize::try_from(self.reach_of(size)).unwrap_or(usize::MAX));
        Ok(file)
    }

    /// Reads X12 and, if `validates` is true, also collects its problems.
    pub(super) async fn parse(
        &self,
        file: impl AsRef<[u8]> + Send + 'static,
        conversion: &Arc<Conversion>,
        validates: bool,
    ) -> Result<ParsedFile, StageError> {
        let (conversion, style) = (Arc::clone(conversion), self.context.config.job_style());
        self.compute(move || {
            let parsed = edi::parse_and_validate(file.as_ref(), &conversion, &style, validates);
            Ok(parsed?)
        })
        .await
    }

    /// Writes the mapped document, with the report of the problems in its input.
    pub(super) async fn deliver(
        &self,
        parsed: &ParsedFile,
        mapped: impl Future<Output = Result<String, StageError>>,
        conversion: &Arc<Conversion>,
        split: Option<usize>,
        result: &mut Transformation,
    ) -> Result<S3Location, JobError> {
        let report = self.report(&parsed.validation);
        result.validated(&report);
        let (extension, content_type) = form(conversion);
        let report_location = self.spec.report(extension, split);
        let document = match self.stage(Stage::Map, mapped).await {
            Ok(document) => document,
            Err(error) => {
                self.deliver_report(report, report_location, result).await;
                return Err(error);
            }
        };
        let size = document.len();
        let output = Output {
            location: self.spec.document(extension, split),
            body: document.into(),
            content_type,
        };
        let location = output.location.clone();
        let outputs = with_report(report, &report_location, output);
        self.stage(Stage::WriteOutput, self.publish(outputs))
            .await?;
        result.delivered(location.clone(), size, report_location);
        Ok(location.into())
    }

    /// The problems of a file, in the configured texts.
    pub(super) fn report(&self, validation: &Validation) -> Report {
        Report::of(validation, self.context.config.wording.as_ref())
    }

    /// Writes the report of a file whose document could not be created.
    async fn deliver_report(
        &self,
        report: Report,
        location: Location,
        result: &mut Transformation,
    ) {
        let outputs = report_output(report, &location);
        if self.publish(outputs).await.is_ok() {
            result.reported(location);
        }
    }

    /// The output of the mapping template for a document.
    pub(super) async fn map(
        &self,
        document: String,
        conversion: &Arc<Conversion>,
    ) -> Result<String, StageError> {
        if conversion.mapping.is_none() {
            return Ok(document);
        }
        let (conversion, run) = (Arc::clone(conversion), self.evaluation());
        let root = self.context.config.legacy_root;
        let form = self.context.config.job_mapping_form;
        self.compute(move || match &conversion.mapping {
            Some(mapping) if mapping.is_legacy && root == LegacyRoot::Interchange => {
                Ok(mapping.apply_in(form, interchange_of(document), &run)?)
            }
            Some(mapping) => Ok(mapping.apply_in(form, document, &run)?),
            None => Ok(document),
        })
        .await
    }
}

/// The suffix of a document's name, and its media type.
pub(super) fn form(conversion: &Conversion) -> (&'static str, &'static str) {
    match conversion.format {
        FileFormat::Xml => ("xml", "application/xml"),
        FileFormat::Json | FileFormat::NotUsed => ("json", "application/json"),
    }
}

/// The objects of a document: the report comes first, so that it exists when the document appears.
pub(super) fn with_report(report: Report, location: &Location, document: Output) -> Vec<Output> {
    let mut outputs = report_output(report, location);
    outputs.push(document);
    outputs
}

/// The validation report as an object, if it is not empty.
pub(super) fn report_output(report: Report, location: &Location) -> Vec<Output> {
    if report.text.is_empty() {
        return Vec::new();
    }
    vec![Output {
        location: location.clone(),
        body: report.text.into(),
        content_type: "text/plain",
    }]
}
