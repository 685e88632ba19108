//! Outbound files: from a document to X12 in the partnership's envelope.

use std::sync::Arc;

use b2bi_local_model::types::{ConversionSourceFormat, S3Location};
use b2bi_local_x12::{ReceivedInterchanges, Validation, Wrap, WriteOptions, read};

use super::envelope;
use super::error::StageError;
use super::events::Transformation;
use super::inbound::report_output;
use super::report::Report;
use super::run::{JobError, Run};
use crate::edi;
use crate::edi::Conversion;
use crate::edi::outbound::formatted;
use crate::edi::transformer;
use crate::errors;
use crate::stages::Stage;
use crate::state::control_numbers::CounterKeys;

/// The suffix of X12 files.
///
/// Source: Assumption A-75.
const EXTENSION: &str = "edi";

/// A document, its write options, and options for a draft: in one line, without real control
/// numbers.
struct Converted {
    document: String,
    writing: WriteOptions,
    draft: Vec<u8>,
}

impl Run {
    /// Takes an outbound file through its stages.
    pub(super) async fn outbound(
        &self,
        result: &mut Transformation,
    ) -> Result<Vec<S3Location>, JobError> {
        let conversion = transformer::outbound(&self.spec.transformer)
            .map(Arc::new)
            .map_err(|error| JobError::Failed(Stage::Accept, errors::message(&error)))?;
        let limit = self.context.config.job_bytes;
        let fetched = async { text(self.fetch(limit).await?.to_vec()) };
        let input = self.stage(Stage::FetchInput, fetched).await?;
        result.input_format = Some(format_of(&input).as_str());
        let mapped = self.map(input, &conversion);
        let document = self.stage(Stage::Map, mapped).await?;
        let converted = self
            .stage(Stage::Convert, self.convert(document, &conversion))
            .await?;
        let report = self.validate(&converted, &conversion, result).await?;
        self.deliver_x12(converted, report, result).await
    }

    /// Writes the document as X12, in the partnership's envelope and without numbers yet.
    async fn convert(
        &self,
        document: String,
        conversion: &Arc<Conversion>,
    ) -> Result<Converted, StageError> {
        let partnership = self.spec.route.as_ref().map(|route| &route.partnership);
        let writing = envelope::writing(partnership.and_then(envelope::of));
        let starts = envelope::starts(partnership);
        let (now, conversion) = (self.context.environment.clock.now(), Arc::clone(conversion));
        self.compute(move || {
            let mut drafting = WriteOptions {
                wrap: Wrap::OneLine,
                numbers: Some(starts.numbers()),
                ..writing.clone()
            };
            let format = format_of(&document);
            let undated = formatted(&document, format, &drafting)?;
            envelope::date(&undated, &mut drafting, now);
            let draft = formatted(&document, format, &drafting)?;
            let (_, reading) = read(&draft, ReceivedInterchanges::new());
            edi::check_file(&reading, &reading.problems, &conversion)?;
            let writing = WriteOptions {
                wrap: writing.wrap,
                ..drafting
            };
            Ok(Converted {
                document,
                writing,
                draft,
            })
        })
        .await
    }

    /// Validates the X12, if the partnership requests it; returns the report.
    async fn validate(
        &self,
        converted: &Converted,
        conversion: &Arc<Conversion>,
        result: &mut Transformation,
    ) -> Result<Report, JobError> {
        let partnership = self.spec.route.as_ref().map(|route| &route.partnership);
        if !envelope::is_validated(partnership.and_then(envelope::of)) {
            return Ok(Report::default());
        }
        let (x12, conversion) = (converted.draft.clone(), Arc::clone(conversion));
        let wording = self.context.config.wording.clone();
        let validated = self.compute(move || {
            let validation: Validation = edi::validate(&x12, &conversion);
            Ok(Report::of(&validation, wording.as_ref()))
        });
        let report = self.stage(Stage::Validate, validated).await?;
        result.validated(&report);
        Ok(report)
    }

    async fn deliver_x12(
        &self,
        converted: Converted,
        report: Report,
        result: &mut Transformation,
    ) -> Result<Vec<S3Location>, JobError> {
        let location = self.spec.document(EXTENSION, None);
        let report_location = self.spec.report(EXTENSION, None);
        let partnership = self.spec.route.as_ref().map(|route| &route.partnership);
        let Converted {
            document,
            writing,
            draft,
        } = converted;
        let write = |numbers| {
            let writing = WriteOptions {
                numbers: Some(numbers),
                ..writing.clone()
            };
            Ok(formatted(&document, format_of(&document), &writing)?)
        };
        let others = report_output(report, &report_location);
        let counts = (CounterKeys::of(&draft), envelope::starts(partnership));
        let published = self.publish_numbered(&location, counts, write, others);
        let written = self.stage(Stage::WriteOutput, published).await?;
        result.delivered(location.clone(), written.len(), report_location);
        Ok(vec![location.into()])
    }
}

fn text(bytes: Vec<u8>) -> Result<String, StageError> {
    String::from_utf8(bytes).map_err(|_| StageError::NotUtf8)
}

fn format_of(document: &str) -> ConversionSourceFormat {
    if document.trim_start().starts_with('<') {
        ConversionSourceFormat::Xml
    } else {
        ConversionSourceFormat::Json
    }
}
