//! `DescribeEvents`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_dispatcher::query::QueryValue;
use b2bi_local_stacks::{Stack, StackEvent};

use super::super::form::Form;
use super::errors::{validation, wire};
use super::page::page;
use super::record::{Members, Record};
use super::{CloudFormation, names};

/// The maximum number of events in a page.
const PAGE: usize = 100;

#[derive(Clone, Debug)]
pub(crate) struct Input {
    stack: Option<String>,
    change_set: Option<String>,
    operation_id: Option<String>,
    only_failed: bool,
    next_token: Option<String>,
}

impl Input {
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        let input = Self {
            stack: names::optional_stack(form),
            change_set: form.has("ChangeSetName").then(|| names::change_set(form)),
            operation_id: form.optional("OperationId", (1, 256), |_| true),
            only_failed: form.boolean("Filters.FailedEvents").unwrap_or(false),
            next_token: names::next_token(form),
        };
        if input.stack.is_none() && input.change_set.is_none() && input.operation_id.is_none() {
            return Err(validation(
                "One of StackName, ChangeSetName and OperationId must be specified",
            ));
        }
        Ok(input)
    }
}

/// The events of a stack or of one operation, the latest first.
///
/// Source: Assumption A-350.
pub(super) fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let stack = stack(service, scope, &input)?;
    let events = service.stacks.events(scope, &stack.id).map_err(wire)?;
    let wanted = events.into_iter().filter(|event| {
        let operation = input.operation_id.as_ref();
        let has_failed = event.status.as_str().ends_with("_FAILED");
        operation.is_none_or(|id| *id == event.operation_id) && (!input.only_failed || has_failed)
    });
    let (events, next) = page(wanted.collect(), input.next_token.as_deref(), PAGE)?;
    let reply = Record::default()
        .list(
            "OperationEvents",
            events.iter().map(|event| described(&stack, event)),
        )
        .optional("NextToken", next);
    Ok(reply.members())
}

fn stack(service: &CloudFormation, scope: &Scope, input: &Input) -> Result<Stack, ServiceError> {
    let name = match (&input.stack, &input.change_set) {
        (Some(name), _) => name.clone(),
        (None, Some(change_set)) => {
            let found = service.stacks.get_change_set(scope, change_set, None);
            found.map_err(wire)?.stack_id
        }
        (None, None) => {
            let id = input.operation_id.as_deref().unwrap_or_default();
            let mut all = service.stacks.all(scope).into_iter();
            let found = all.find(|stack| {
                let mut operations = stack.operations.iter();
                operations.any(|operation| operation.id == id)
            });
            let missing = || validation(format!("Operation [{id}] does not exist"));
            found.ok_or_else(missing)?.id
        }
    };
    service.stacks.get(scope, &name).map_err(wire)
}

fn described(stack: &Stack, event: &StackEvent) -> QueryValue {
    let mut operations = stack.operations.iter();
    let operation = operations.find(|operation| operation.id == event.operation_id);
    Record::default()
        .text("EventId", event.id.as_str())
        .text("StackId", stack.id.as_str())
        .text("OperationId", event.operation_id.as_str())
        .optional(
            "OperationType",
            operation.map(|operation| operation.kind.as_str()),
        )
        .text("EventType", "STACK_EVENT")
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
