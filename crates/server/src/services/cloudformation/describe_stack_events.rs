//! `DescribeStackEvents`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_dispatcher::query::QueryValue;
use b2bi_local_stacks::{Stack, StackEvent};

use super::super::form::Form;
use super::errors::wire;
use super::page::page;
use super::record::{Members, Record};
use super::{CloudFormation, names};

/// The maximum number of events in a page.
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

/// The events of a stack, the latest first.
pub(super) fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let stack = service.stacks.get(scope, &input.name);
    let stack = stack.map_err(|mut error| {
        error.message = format!("Stack [{}] does not exist", input.name);
        wire(error)
    })?;
    let events = service.stacks.events(scope, &stack.id).map_err(wire)?;
    let (events, next) = page(events, input.next_token.as_deref(), PAGE)?;
    let described = events.iter().map(|event| described(&stack, event));
    let reply = Record::default()
        .list("StackEvents", described)
        .optional("NextToken", next);
    Ok(reply.members())
}

fn described(stack: &Stack, event: &StackEvent) -> QueryValue {
    Record::default()
        .text("StackId", stack.id.as_str())
        .text("EventId", event.id.as_str())
        .text("StackName", stack.name.as_str())
        .text("OperationId", event.operation_id.as_str())
        .text("LogicalResourceId", event.logical_id.as_str())
        .text(
            "PhysicalResourceId",
            event.physical_id.as_deref().unwrap_or_default(),
        )
        .text("ResourceType", event.resource_type.as_str())
        .time("Timestamp", event.time)
        .text("ResourceStatus", event.status.as_str())
        .optional("ResourceStatusReason", event.reason.as_deref())
        .optional("ResourceProperties", event.properties.as_deref())
        .optional("ClientRequestToken", event.client_token.as_deref())
        .value()
}
