//! `ListStackResources`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_dispatcher::query::QueryValue;
use b2bi_local_stacks::StackResource;

use super::super::form::Form;
use super::errors::wire;
use super::page::page;
use super::record::{Members, Record, resource_drift};
use super::{CloudFormation, names};

/// The maximum number of resources in a page.
const PAGE: usize = 100;

#[derive(Clone, Debug)]
pub(crate) struct Input {
    name: String,
    next_token: Option<String>,
}

impl Input {
    #[allow(clippy::unnecessary_wraps, reason = "all operations are read alike")]
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        Ok(Self {
            name: names::stack(form),
            next_token: names::next_token(form),
        })
    }
}

/// The resources of a stack, page by page.
pub(super) fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let stack = service.stacks.get(scope, &input.name).map_err(wire)?;
    let (resources, next) = page(stack.resources, input.next_token.as_deref(), PAGE)?;
    let reply = Record::default()
        .list("StackResourceSummaries", resources.iter().map(summary))
        .optional("NextToken", next);
    Ok(reply.members())
}

fn summary(resource: &StackResource) -> QueryValue {
    Record::default()
        .text("LogicalResourceId", resource.logical_id.as_str())
        .optional("PhysicalResourceId", resource.physical_id.as_deref())
        .text("ResourceType", resource.type_name.as_str())
        .time("LastUpdatedTimestamp", resource.changed)
        .text("ResourceStatus", resource.status.as_str())
        .optional("ResourceStatusReason", resource.status_reason.as_deref())
        .structure("DriftInformation", resource_drift(resource.drift.as_ref()))
        .value()
}
