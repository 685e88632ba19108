//! `DescribeStackResources`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_dispatcher::query::QueryValue;
use b2bi_local_stacks::{Stack, StackResource, Status};

use super::super::form::Form;
use super::errors::{validation, wire};
use super::record::{Members, Record, resource_drift};
use super::{CloudFormation, names};

/// The maximum number of resources in a reply.
const MOST: usize = 100;

#[derive(Clone, Debug)]
pub(crate) struct Input {
    stack: Option<String>,
    logical_id: Option<String>,
    physical_id: Option<String>,
}

impl Input {
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        let input = Self {
            stack: names::optional_stack(form),
            logical_id: names::logical_id(form),
            physical_id: form.optional("PhysicalResourceId", (1, 2048), |_| true),
        };
        match (&input.stack, &input.physical_id) {
            (None, None) => Err(validation(
                "Either StackName or PhysicalResourceId must be specified",
            )),
            (Some(_), Some(_)) => Err(validation(
                "You may only specify one of StackName and PhysicalResourceId",
            )),
            _ => Ok(input),
        }
    }
}

/// The resources of a stack, or of the stack that has a resource.
pub(super) fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let stack = match (&input.stack, &input.physical_id) {
        (Some(name), _) => service.stacks.get(scope, name).map_err(wire)?,
        (None, physical_id) => owner(service, scope, physical_id.as_deref().unwrap_or_default())?,
    };
    let wanted = stack.resources.iter().filter(|resource| {
        let logical_id = input.logical_id.as_ref();
        logical_id.is_none_or(|id| *id == resource.logical_id)
    });
    let described = wanted
        .take(MOST)
        .map(|resource| described(&stack, resource));
    Ok(Record::default()
        .list("StackResources", described)
        .members())
}

fn owner(
    service: &CloudFormation,
    scope: &Scope,
    physical_id: &str,
) -> Result<Stack, ServiceError> {
    let mut all = service.stacks.all(scope).into_iter();
    let found = all.find(|stack| {
        let mut resources = stack.resources.iter();
        stack.status != Status::DeleteComplete
            && resources.any(|resource| resource.physical_id.as_deref() == Some(physical_id))
    });
    found.ok_or_else(|| validation(format!("Stack for {physical_id} does not exist")))
}

fn described(stack: &Stack, resource: &StackResource) -> QueryValue {
    Record::default()
        .text("StackName", stack.name.as_str())
        .text("StackId", stack.id.as_str())
        .text("LogicalResourceId", resource.logical_id.as_str())
        .optional("PhysicalResourceId", resource.physical_id.as_deref())
        .text("ResourceType", resource.type_name.as_str())
        .time("Timestamp", resource.changed)
        .text("ResourceStatus", resource.status.as_str())
        .optional("ResourceStatusReason", resource.status_reason.as_deref())
        .structure("DriftInformation", resource_drift(resource.drift.as_ref()))
        .value()
}
