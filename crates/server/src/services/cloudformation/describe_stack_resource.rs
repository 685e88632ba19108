//! `DescribeStackResource`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;

use super::super::form::Form;
use super::errors::{validation, wire};
use super::record::{Members, Record, resource_drift};
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

/// A resource of a stack.
pub(super) fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let stack = service.stacks.get(scope, &input.stack).map_err(wire)?;
    let resource = stack.resource(&input.logical_id).ok_or_else(|| {
        validation(format!(
            "Resource {} does not exist for stack {}",
            input.logical_id, stack.name
        ))
    })?;
    let metadata = resource.metadata.as_ref().map(ToString::to_string);
    let detail = Record::default()
        .text("StackName", stack.name.as_str())
        .text("StackId", stack.id.as_str())
        .text("LogicalResourceId", resource.logical_id.as_str())
        .optional("PhysicalResourceId", resource.physical_id.as_deref())
        .text("ResourceType", resource.type_name.as_str())
        .time("LastUpdatedTimestamp", resource.changed)
        .text("ResourceStatus", resource.status.as_str())
        .optional("ResourceStatusReason", resource.status_reason.as_deref())
        .text("Metadata", metadata.unwrap_or_else(|| "{}".to_owned()))
        .structure("DriftInformation", resource_drift(resource.drift.as_ref()));
    let reply = Record::default().structure("StackResourceDetail", detail);
    Ok(reply.members())
}
