//! `DetectStackDrift`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;

use super::super::form::Form;
use super::errors::wire;
use super::record::{Members, Record};
use super::{CloudFormation, names};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    stack: String,
    logical_ids: Vec<String>,
}

impl Input {
    #[allow(clippy::unnecessary_wraps, reason = "all operations are read alike")]
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        Ok(Self {
            stack: names::stack(form),
            logical_ids: form.list("LogicalResourceIds").unwrap_or_default(),
        })
    }
}

/// Compares the resources of a stack with what they are.
pub(super) async fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let detected = service
        .stacks
        .detect_drift(scope, &input.stack, &input.logical_ids);
    let id = detected.await.map_err(wire)?;
    Ok(Record::default()
        .text("StackDriftDetectionId", id)
        .members())
}
