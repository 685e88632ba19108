//! `DetectStackResourceDrift`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;

use super::super::form::Form;
use super::describe_stack_resource_drifts::drift_of;
use super::errors::{validation, wire};
use super::record::{Members, Record};
use super::{CloudFormation, names};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    stack: String,
    logical_id: String,
}

impl Input {
    #[allow(clippy::unnecessary_wraps, reason = "all operations are read alike")]
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        Ok(Self {
            stack: names::stack(form),
            logical_id: form.required("LogicalResourceId", (1, 255), |_| true),
        })
    }
}

/// Compares a resource of a stack with its actual state.
pub(super) async fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let wanted = std::slice::from_ref(&input.logical_id);
    let detected = service.stacks.detect_drift(scope, &input.stack, wanted);
    detected.await.map_err(wire)?;
    let stack = service.stacks.live(scope, &input.stack).map_err(wire)?;
    let resource = stack.resource(&input.logical_id);
    let drift = resource.and_then(|resource| drift_of(&stack, resource));
    let drift = drift.ok_or_else(|| {
        validation(format!(
            "The drift of {} cannot be detected",
            input.logical_id
        ))
    })?;
    Ok(Record::default()
        .structure("StackResourceDrift", drift)
        .members())
}
