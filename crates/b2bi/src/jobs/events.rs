//! The events of jobs: the outcome of a transformation or an acknowledgement.
//!
//! Source: the detail reference of the service's events; values that are not published are
//! Assumption A-76.

use b2bi_local_model::types::CapabilityDirection;
use serde_json::{Map, Value, json};

use super::acknowledge::AcknowledgementKind;
use super::error::StageError;
use super::logs::{State, Status};
use super::report::Report;
use super::run::{JobError, Run};
use crate::edi::transformer;
use crate::event_sink::{Event, SOURCE};
use crate::location::Location;
use crate::stages::Stage;

/// The detail of a transformation's event.
#[derive(Debug, Default)]
pub(super) struct Transformation {
    /// The document or X12 that was written, and its size.
    pub(super) output: Option<(Location, usize)>,
    pub(super) validation: Validated,
    pub(super) report: Option<Location>,
    /// The first errors, for the log.
    pub(super) errors: String,
    /// The outcome of the acknowledgements; `None` if there are none.
    pub(super) acknowledgement: Option<Acknowledged>,
    /// The index of the transaction, and the number of transactions.
    pub(super) split: Option<(usize, usize)>,
    /// The format of an outbound file.
    pub(super) input_format: Option<&'static str>,
    /// Whether each transaction had its own event.
    pub(super) told_in_parts: bool,
}

/// The result of the validation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Validated {
    #[default]
    NotAttempted,
    Succeeded,
    Failed,
}

/// The outcome of the acknowledgements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Acknowledged {
    Completed {
        /// Whether they report errors.
        errors: bool,
    },
    Failed,
}

impl Validated {
    fn as_str(self) -> &'static str {
        match self {
            Self::NotAttempted => "NOT_ATTEMPTED",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
        }
    }
}

impl Transformation {
    /// Validation produced this report, which is empty if there are no problems.
    pub(super) fn validated(&mut self, report: &Report) {
        self.validation = if report.text.is_empty() {
            Validated::Succeeded
        } else {
            Validated::Failed
        };
        self.errors.clone_from(&report.summary);
    }

    /// Its output has been written, and so has the report, if it is not empty.
    pub(super) fn delivered(&mut self, output: Location, size: usize, report: Location) {
        self.output = Some((output, size));
        self.reported(report);
    }

    /// The report has been written, if it is not empty.
    pub(super) fn reported(&mut self, report: Location) {
        if self.validation == Validated::Failed {
            self.report = Some(report);
        }
    }

    /// Adds the outcome of one acknowledgement; a failure takes precedence.
    pub(super) fn acknowledged(&mut self, status: Acknowledged) {
        self.acknowledgement = Some(match (self.acknowledgement, status) {
            (Some(Acknowledged::Failed), _) | (_, Acknowledged::Failed) => Acknowledged::Failed,
            (Some(Acknowledged::Completed { errors: true }), _) => {
                Acknowledged::Completed { errors: true }
            }
            (_, status) => status,
        });
    }
}

impl Run {
    /// Sends the event of a transformation that has succeeded or failed.
    pub(super) fn emit_transformation_event(
        &self,
        result: &Transformation,
        stop: Option<&JobError>,
    ) {
        let mut detail = self.detail();
        self.add_content(&mut detail, "x12-transaction-set", "x12-version");
        if let Some(format) = result.input_format {
            detail.insert("input-format".to_owned(), format.into());
            detail.insert("output-format".to_owned(), "X12".into());
        }
        detail.insert("input-file-s3-attributes".to_owned(), self.input());
        if let (Some((location, size)), None) = (&result.output, stop) {
            let file = attributes(location, *size as u64);
            detail.insert("output-file-s3-attributes".to_owned(), file);
        }
        add_failure(&mut detail, stop);
        self.add_acknowledgement(&mut detail, result);
        add_validation(&mut detail, result);
        let failed = stop.is_some();
        self.emit("Transformation", failed, detail);
        self.log_transformation(result, stop);
    }

    /// Sends the event of an acknowledgement: its location, its size and whether it reports errors,
    /// or why it was not created.
    pub(super) fn emit_acknowledgement_event(
        &self,
        kind: &AcknowledgementKind,
        written: Result<Option<(Location, usize, bool)>, StageError>,
    ) {
        let mut detail = self.detail();
        // Source: Assumption A-405.
        detail.insert("transformer-job-id".to_owned(), json!(self.spec.id));
        self.add_content(
            &mut detail,
            "input-x12-transaction-set",
            "input-x12-version",
        );
        detail.insert("input-file-s3-attributes".to_owned(), self.input());
        detail.insert("ack-x12-type".to_owned(), kind.set.into());
        if let Some(version) = kind.version {
            detail.insert("ack-x12-version".to_owned(), version.as_str().into());
        }
        match written {
            Ok(Some((location, size, errors))) => {
                let file = attributes(&location, size as u64);
                detail.insert("ack-file-s3-attributes".to_owned(), file);
                detail.insert("ack-error-code-detected".to_owned(), errors.into());
                self.emit("Acknowledgement", false, detail);
                self.log(
                    State::Acknowledgement,
                    Status::Complete,
                    Some(location.uri()),
                );
            }
            Ok(None) => {}
            Err(error) => {
                let reason = error.to_string();
                let stop = JobError::Failed(Stage::Acknowledge, reason.clone());
                add_failure(&mut detail, Some(&stop));
                self.emit("Acknowledgement", true, detail);
                self.log(State::Acknowledgement, Status::Failed, Some(reason));
            }
        }
    }

    /// The beginning of all events.
    fn detail(&self) -> Map<String, Value> {
        let mut detail = Map::new();
        match &self.spec.route {
            None => detail.insert("transformer-job-id".to_owned(), json!(self.spec.id)),
            Some(route) => {
                let partner = json!(route.trading_partner_id);
                detail.insert("trading-partner-id".to_owned(), partner)
            }
        };
        let now = self.context.environment.clock.now();
        detail.insert("start-timestamp".to_owned(), json!(self.spec.started_at));
        detail.insert("end-timestamp".to_owned(), json!(now));
        detail
    }

    fn add_content(&self, detail: &mut Map<String, Value>, set: &str, version: &str) {
        let Some(content) = transformer::x12_details(&self.spec.transformer) else {
            return;
        };
        if let Some(value) = content.transaction_set {
            detail.insert(set.to_owned(), value.as_str().into());
        }
        if let Some(value) = content.version {
            detail.insert(version.to_owned(), value.as_str().into());
        }
    }

    fn add_acknowledgement(&self, detail: &mut Map<String, Value>, result: &Transformation) {
        let is_due = !self.spec.is_outbound();
        let (status, errors) = match result.acknowledgement {
            None if is_due && !result.told_in_parts && self.owes_acknowledgements() => {
                ("NOT_ATTEMPTED", None)
            }
            None => return,
            Some(Acknowledged::Failed) => ("FAILED", None),
            Some(Acknowledged::Completed { errors }) => ("COMPLETED", Some(errors)),
        };
        detail.insert("ack-generation-status".to_owned(), status.into());
        if let Some(errors) = errors {
            detail.insert("ack-error-code-detected".to_owned(), errors.into());
        }
    }

    fn input(&self) -> Value {
        attributes(&self.spec.input, self.spec.size)
    }

    fn emit(&self, what: &str, failed: bool, detail: Map<String, Value>) {
        let detail_type = match (what, failed) {
            ("Acknowledgement", false) => "Acknowledgement Completed",
            ("Acknowledgement", true) => "Acknowledgement Failed",
            (_, false) => "Transformation Completed",
            (_, true) => "Transformation Failed",
        };
        self.context.environment.event_sink.emit(Event {
            job_id: self.spec.id.clone(),
            detail_type,
            source: SOURCE,
            account: self.scope.account.to_string(),
            time: self.context.environment.clock.now(),
            region: self.scope.region.to_string(),
            resources: self.resources(),
            detail: detail.into(),
        });
    }

    /// The ARNs of the transformer and, for a partner's file, of the profile, capability and
    /// partnership.
    fn resources(&self) -> Vec<String> {
        let mut arns = vec![self.spec.transformer.transformer_arn.clone()];
        if let Some(route) = &self.spec.route {
            arns.push(route.profile_arn.clone());
            arns.push(route.capability_arn.clone());
            arns.push(route.partnership.partnership_arn.clone());
        }
        arns
    }

    /// The direction, for logs.
    pub(super) fn direction(&self) -> CapabilityDirection {
        let route = self.spec.route.as_ref();
        route.map_or(CapabilityDirection::Inbound, |route| route.direction)
    }
}

fn attributes(location: &Location, size: u64) -> Value {
    json!({
        "bucket": location.bucket,
        "object-key": location.key,
        "object-size-bytes": size,
    })
}

fn add_failure(detail: &mut Map<String, Value>, stop: Option<&JobError>) {
    if let Some(JobError::Failed(stage, reason)) = stop {
        detail.insert("failure-message".to_owned(), reason.as_str().into());
        detail.insert("failure-code".to_owned(), failure_code(*stage).into());
    }
}

fn add_validation(detail: &mut Map<String, Value>, result: &Transformation) {
    if let Some((number, total)) = result.split {
        let valid = result.validation == Validated::Succeeded;
        let split = json!({
            "split-number": number,
            "total-split-count": total,
            "split-is-valid": valid,
        });
        detail.insert("split-attributes".to_owned(), split);
    }
    // Without a report, the failure would have no reason.
    let status = match (result.validation, &result.report) {
        (Validated::Failed, None) => Validated::NotAttempted,
        (status, _) => status,
    };
    detail.insert("validation-status".to_owned(), status.as_str().into());
    if let Some(Location { bucket, key }) = &result.report {
        let report = json!({"bucket": bucket, "object-key": key});
        detail.insert("validation-report-s3-location".to_owned(), report);
    }
}

/// Source: Assumption A-76.
fn failure_code(stage: Stage) -> &'static str {
    match stage {
        Stage::Accept => "ACCEPT_FAILED",
        Stage::FetchInput => "FETCH_INPUT_FAILED",
        Stage::Parse => "PARSE_FAILED",
        Stage::Validate => "VALIDATION_FAILED",
        Stage::Acknowledge => "ACKNOWLEDGEMENT_FAILED",
        Stage::Map => "MAPPING_FAILED",
        Stage::Convert => "CONVERSION_FAILED",
        Stage::WriteOutput => "WRITE_OUTPUT_FAILED",
        Stage::Finish => "FINISH_FAILED",
    }
}
