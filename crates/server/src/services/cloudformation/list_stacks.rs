//! `ListStacks`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_dispatcher::query::QueryValue;
use b2bi_local_stacks::{Stack, Status};

use super::super::form::Form;
use super::errors::validation;
use super::page::page;
use super::record::{Members, Record, stack_drift};
use super::{CloudFormation, names};

/// The maximum number of stacks in a page.
const PAGE: usize = 100;

#[derive(Clone, Debug)]
pub(crate) struct Input {
    statuses: Vec<String>,
    next_token: Option<String>,
}

impl Input {
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        let statuses = form.list("StackStatusFilter").unwrap_or_default();
        let is_known = |text: &String| Status::ALL.iter().any(|status| status.as_str() == text);
        if let Some(unknown) = statuses.iter().find(|text| !is_known(text)) {
            let message = format!(
                "1 validation error detected: Value '[{unknown}]' at 'stackStatusFilter' failed to satisfy \
                 constraint: Member must satisfy enum value set of StackStatus"
            );
            return Err(validation(message));
        }
        Ok(Self {
            statuses,
            next_token: names::next_token(form),
        })
    }
}

/// The stacks, including deleted ones, or those with some statuses.
pub(super) fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let wanted = service.stacks.all(scope).into_iter().filter(|stack| {
        let mut statuses = input.statuses.iter();
        input.statuses.is_empty() || statuses.any(|status| status == stack.status.as_str())
    });
    let (stacks, next) = page(wanted.collect(), input.next_token.as_deref(), PAGE)?;
    let reply = Record::default()
        .list("StackSummaries", stacks.iter().map(summary))
        .optional("NextToken", next);
    Ok(reply.members())
}

fn summary(stack: &Stack) -> QueryValue {
    let description = stack.definition.description.as_deref();
    Record::default()
        .text("StackId", stack.id.as_str())
        .text("StackName", stack.name.as_str())
        .optional("TemplateDescription", description)
        .time("CreationTime", stack.created)
        .optional_time("LastUpdatedTime", stack.updated)
        .optional_time("DeletionTime", stack.deleted)
        .text("StackStatus", stack.status.as_str())
        .optional("StackStatusReason", stack.status_reason.as_deref())
        .optional("ParentId", stack.parent_id.as_deref())
        .optional("RootId", stack.root_id.as_deref())
        .structure("DriftInformation", stack_drift(stack))
        .value()
}
