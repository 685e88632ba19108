//! `DescribeStackDriftDetectionStatus`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;

use super::super::form::Form;
use super::CloudFormation;
use super::errors::wire;
use super::record::{Members, Record};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    id: String,
}

impl Input {
    #[allow(clippy::unnecessary_wraps, reason = "all operations are read alike")]
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        let id = form.required("StackDriftDetectionId", (1, 36), |_| true);
        Ok(Self { id })
    }
}

/// How a drift detection has ended.
pub(super) fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let found = service.stacks.drift_detection(scope, &input.id);
    let found = found.map_err(wire)?;
    let reply = Record::default()
        .text("StackId", found.stack_id)
        .text("StackDriftDetectionId", input.id)
        .text("StackDriftStatus", found.status)
        .text("DetectionStatus", "DETECTION_COMPLETE")
        .text("DriftedStackResourceCount", found.drifted.to_string())
        .time("Timestamp", found.time);
    Ok(reply.members())
}
