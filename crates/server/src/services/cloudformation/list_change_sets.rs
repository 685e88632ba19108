//! `ListChangeSets`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_dispatcher::query::QueryValue;
use b2bi_local_stacks::ChangeSet;

use super::super::form::Form;
use super::errors::wire;
use super::page::page;
use super::record::{Members, Record};
use super::{CloudFormation, names};

/// The maximum number of change sets in a page.
const PAGE: usize = 100;

#[derive(Clone, Debug)]
pub(crate) struct Input {
    stack: String,
    next_token: Option<String>,
}

impl Input {
    #[allow(clippy::unnecessary_wraps, reason = "all operations are read alike")]
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        Ok(Self {
            stack: names::stack(form),
            next_token: names::next_token(form),
        })
    }
}

/// The change sets of a stack, the latest first.
pub(super) fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let found = service.stacks.change_sets(scope, &input.stack);
    let found = found.map_err(wire)?;
    let (found, next) = page(found, input.next_token.as_deref(), PAGE)?;
    let reply = Record::default()
        .list("Summaries", found.iter().map(summary))
        .optional("NextToken", next);
    Ok(reply.members())
}

fn summary(found: &ChangeSet) -> QueryValue {
    Record::default()
        .text("StackId", found.stack_id.as_str())
        .text("StackName", found.stack_name.as_str())
        .text("ChangeSetId", found.id.as_str())
        .text("ChangeSetName", found.name.as_str())
        .text("ExecutionStatus", found.execution_status.as_str())
        .text("Status", found.status.as_str())
        .optional("StatusReason", found.status_reason.as_deref())
        .time("CreationTime", found.created)
        .optional("Description", found.description.as_deref())
        .flag("IncludeNestedStacks", found.include_nested_stacks)
        .value()
}
