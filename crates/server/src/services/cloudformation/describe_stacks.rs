//! `DescribeStacks`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_dispatcher::query::QueryValue;
use b2bi_local_stacks::{Stack, Status};

use super::super::form::Form;
use super::errors::wire;
use super::page::page;
use super::record::{Members, Record, parameters, rollback_configuration, stack_drift, tags};
use super::{CloudFormation, names};

/// The maximum number of stacks in a page. A page of AWS has at most 1 MB.
const PAGE: usize = 100;

#[derive(Clone, Debug)]
pub(crate) struct Input {
    name: Option<String>,
    next_token: Option<String>,
}

impl Input {
    #[allow(clippy::unnecessary_wraps, reason = "all operations are read alike")]
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        Ok(Self {
            name: names::optional_stack(form),
            next_token: names::next_token(form),
        })
    }
}

/// One stack, or all that are not deleted.
pub(super) fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let stacks = if let Some(name) = &input.name {
        let stack = service.stacks.get(scope, name).map_err(wire)?;
        service.stacks.polled(&stack);
        vec![stack]
    } else {
        let all = service.stacks.all(scope).into_iter();
        all.filter(|stack| stack.status != Status::DeleteComplete)
            .collect()
    };
    let (stacks, next) = page(stacks, input.next_token.as_deref(), PAGE)?;
    let reply = Record::default()
        .list("Stacks", stacks.iter().map(described))
        .optional("NextToken", next);
    Ok(reply.members())
}

fn described(stack: &Stack) -> QueryValue {
    let definition = &stack.definition;
    let operations = stack.operations.iter().map(|operation| {
        Record::default()
            .text("OperationType", operation.kind.as_str())
            .text("OperationId", operation.id.as_str())
            .value()
    });
    let capabilities = definition.capabilities.iter();
    let capabilities = capabilities.map(|name| name.as_str().into());
    let minutes = definition.timeout_minutes;
    Record::default()
        .text("StackId", stack.id.as_str())
        .text("StackName", stack.name.as_str())
        .optional("ChangeSetId", stack.change_set_id.as_deref())
        .optional("Description", definition.description.as_deref())
        .some("Parameters", parameters(&definition.parameters))
        .time("CreationTime", stack.created)
        .optional_time("DeletionTime", stack.deleted)
        .optional_time("LastUpdatedTime", stack.updated)
        .structure("RollbackConfiguration", rollback_configuration(definition))
        .text("StackStatus", stack.status.as_str())
        .optional("StackStatusReason", stack.status_reason.as_deref())
        .flag("DisableRollback", stack.disable_rollback)
        .texts("NotificationARNs", &definition.notification_arns)
        .optional(
            "TimeoutInMinutes",
            minutes.map(|minutes| minutes.to_string()),
        )
        .some("Capabilities", capabilities)
        .some("Outputs", outputs(stack))
        .optional("RoleARN", definition.role_arn.as_deref())
        .list("Tags", tags(&definition.tags))
        .flag("EnableTerminationProtection", stack.termination_protection)
        .optional("ParentId", stack.parent_id.as_deref())
        .optional("RootId", stack.root_id.as_deref())
        .structure("DriftInformation", stack_drift(stack))
        .list("LastOperations", operations)
        .value()
}

fn outputs(stack: &Stack) -> impl Iterator<Item = QueryValue> {
    stack.outputs.iter().map(|output| {
        Record::default()
            .text("OutputKey", output.key.as_str())
            .text("OutputValue", output.value.as_str())
            .optional("Description", output.description.as_deref())
            .optional("ExportName", output.export_name.as_deref())
            .value()
    })
}
