//! The log records of jobs, in the service's log groups.
//!
//! Source: groups and states are documented; streams and the layout of records are Assumption
//!

use b2bi_local_model::types::CapabilityDirection;
use serde_json::{Map, Value, json};

use super::events::Transformation;
use super::run::{JobError, Run};
use crate::environment::Environment;
use crate::event_sink::LogRecord;
use crate::location::Location;
use crate::log_groups::{DEFAULT, TRANSFORMERS};
use crate::scope::Scope;
use crate::stages::Stage;
use crate::state::job::JobSpec;

/// The subject of a record.
#[derive(Clone, Copy, Debug)]
pub(super) enum State {
    CapabilityMatch,
    Acknowledgement,
    FileTransform,
    FileDeliver,
}

/// Its state.
#[derive(Clone, Copy, Debug)]
pub(super) enum Status {
    Complete,
    Failed,
    InProgress,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            Self::CapabilityMatch => "Capability Match",
            Self::Acknowledgement => "Acknowledgement",
            Self::FileTransform => "File Transform",
            Self::FileDeliver => "File Deliver",
        }
    }
}

impl Status {
    fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "Complete",
            Self::Failed => "Failed",
            Self::InProgress => "In progress",
        }
    }
}

impl Run {
    /// Logs the outcome of a transformation and of the delivery of its output.
    pub(super) fn log_transformation(&self, result: &Transformation, stop: Option<&JobError>) {
        if let Some(report) = &result.report {
            let uri = report.uri();
            let errors = &result.errors;
            let notes =
                format!("Validation report has been generated and written to {uri}. {errors}");
            self.log(State::FileTransform, Status::InProgress, Some(notes));
        }
        match stop {
            None => {
                let uri = result.output.as_ref().map(|(location, _)| location.uri());
                self.log(State::FileTransform, Status::Complete, None);
                self.log(State::FileDeliver, Status::Complete, uri);
            }
            Some(JobError::Failed(Stage::WriteOutput, reason)) => {
                self.log(State::FileTransform, Status::Complete, None);
                self.log(State::FileDeliver, Status::Failed, Some(reason.clone()));
            }
            Some(JobError::Failed(_, reason)) => {
                self.log(State::FileTransform, Status::Failed, Some(reason.clone()));
            }
            Some(JobError::Vanished) => {}
        }
    }

    /// Logs a state of the job, unless the profile does not log.
    pub(super) fn log(&self, state: State, status: Status, notes: Option<String>) {
        let (group, stream) = match &self.spec.route {
            None => (TRANSFORMERS, &self.facts.transformer_id),
            Some(route) => match &route.log_group {
                Some(group) => (group.as_str(), &route.trading_partner_id),
                None => return,
            },
        };
        let mut message = Map::new();
        message.insert("jobId".to_owned(), json!(self.spec.id));
        message.insert("transformerId".to_owned(), json!(self.facts.transformer_id));
        if let Some(route) = &self.spec.route {
            message.insert("capabilityId".to_owned(), json!(route.capability_id));
            let partnership = &route.partnership.partnership_id;
            message.insert("partnershipId".to_owned(), json!(partnership));
            message.insert(
                "tradingPartnerId".to_owned(),
                json!(route.trading_partner_id),
            );
        }
        let direction = match self.direction() {
            CapabilityDirection::Inbound => "INBOUND",
            CapabilityDirection::Outbound => "OUTBOUND",
        };
        message.insert("direction".to_owned(), direction.into());
        message.extend(entry(&self.spec.input, state, status, notes));
        record(
            &self.context.environment,
            &self.scope,
            group,
            stream,
            message.into(),
        );
    }
}

/// Logs that a file in a watched bucket belongs to no partnership.
pub(crate) fn unmatched(environment: &Environment, scope: &Scope, input: &Location, reason: &str) {
    let state = State::CapabilityMatch;
    let message = entry(input, state, Status::Failed, Some(reason.to_owned()));
    record(environment, scope, DEFAULT, "unmatched", message.into());
}

/// Logs that a file is skipped because its buckets are not set up correctly.
pub(crate) fn passed_over(environment: &Environment, scope: &Scope, job: &JobSpec, reason: &str) {
    let state = State::CapabilityMatch;
    let message = entry(&job.input, state, Status::Failed, Some(reason.to_owned()));
    let route = job.route.as_ref();
    let group = route.and_then(|route| route.log_group.as_deref());
    let group = group.unwrap_or(DEFAULT);
    record(environment, scope, group, "passed-over", message.into());
}

fn entry(
    input: &Location,
    state: State,
    status: Status,
    notes: Option<String>,
) -> Map<String, Value> {
    let mut message = Map::new();
    message.insert("inputFile".to_owned(), input.uri().into());
    message.insert("state".to_owned(), state.as_str().into());
    message.insert("status".to_owned(), status.as_str().into());
    if let Some(notes) = notes {
        message.insert("eventNotes".to_owned(), notes.into());
    }
    message
}

fn record(environment: &Environment, scope: &Scope, group: &str, stream: &str, message: Value) {
    environment.records.record(LogRecord {
        account: scope.account.to_string(),
        region: scope.region.to_string(),
        group: group.to_owned(),
        stream: stream.to_owned(),
        timestamp: environment.clock.now(),
        message,
    });
}
