//! `DescribeChangeSet`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_dispatcher::query::QueryValue;
use b2bi_local_stacks::{ChangeDetail, ResourceChange};

use super::super::form::Form;
use super::errors::wire;
use super::page::page;
use super::record::{Members, Record, parameters, rollback_configuration, tags};
use super::{CloudFormation, names};

/// The maximum number of changes in a page. A page of AWS has at most 1 MB.
const PAGE: usize = 100;

#[derive(Clone, Debug)]
pub(crate) struct Input {
    name: String,
    stack: Option<String>,
    has_values: bool,
    next_token: Option<String>,
}

impl Input {
    #[allow(clippy::unnecessary_wraps, reason = "all operations are read alike")]
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        Ok(Self {
            name: names::change_set(form),
            stack: names::optional_stack(form),
            has_values: form.boolean("IncludePropertyValues").unwrap_or(false),
            next_token: names::next_token(form),
        })
    }
}

/// A change set and its changes, page by page.
pub(super) fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let stack = input.stack.as_deref();
    let found = service.stacks.get_change_set(scope, &input.name, stack);
    let found = found.map_err(wire)?;
    let (changes, next) = page(found.changes, input.next_token.as_deref(), PAGE)?;
    let changes = changes.iter().map(|change| {
        Record::default()
            .text("Type", "Resource")
            .structure("ResourceChange", resource(change, input.has_values))
            .value()
    });
    let definition = &found.definition;
    let reply = Record::default()
        .text("ChangeSetName", found.name)
        .text("ChangeSetId", found.id)
        .text("StackId", found.stack_id)
        .text("StackName", found.stack_name)
        .optional("Description", found.description)
        .list("Parameters", parameters(&definition.parameters))
        .time("CreationTime", found.created)
        .text("ExecutionStatus", found.execution_status)
        .text("Status", found.status)
        .optional("StatusReason", found.status_reason)
        .texts("NotificationARNs", &definition.notification_arns)
        .structure("RollbackConfiguration", rollback_configuration(definition))
        .texts("Capabilities", &definition.capabilities)
        .list("Tags", tags(&definition.tags))
        .list("Changes", changes)
        .optional("NextToken", next)
        .flag("IncludeNestedStacks", found.include_nested_stacks)
        .optional("OnStackFailure", found.on_stack_failure);
    Ok(reply.members())
}

fn resource(change: &ResourceChange, has_values: bool) -> Record {
    let shown = |value: &Option<String>| value.clone().filter(|_| has_values);
    let details = change.details.iter();
    Record::default()
        .optional("PolicyAction", change.policy_action.as_deref())
        .text("Action", change.action.as_str())
        .text("LogicalResourceId", change.logical_id.as_str())
        .optional("PhysicalResourceId", change.physical_id.as_deref())
        .text("ResourceType", change.type_name.as_str())
        .optional("Replacement", change.replacement.as_deref())
        .texts("Scope", &change.scope)
        .list(
            "Details",
            details.map(|detail| detail_value(detail, has_values)),
        )
        .optional("BeforeContext", shown(&change.before))
        .optional("AfterContext", shown(&change.after))
}

fn detail_value(detail: &ChangeDetail, has_values: bool) -> QueryValue {
    let shown = |value: &Option<String>| value.clone().filter(|_| has_values);
    let path = detail
        .name
        .as_ref()
        .map(|name| format!("/Properties/{name}"));
    let kind = has_values.then_some(detail.kind.as_str());
    let target = Record::default()
        .text("Attribute", detail.attribute.as_str())
        .optional("Name", detail.name.as_deref())
        .text("RequiresRecreation", detail.requires_recreation.as_str())
        .optional("Path", path.filter(|_| has_values))
        .optional("BeforeValue", shown(&detail.before))
        .optional("AfterValue", shown(&detail.after))
        .optional("AttributeChangeType", kind);
    Record::default()
        .structure("Target", target)
        .text("Evaluation", detail.evaluation.as_str())
        .text("ChangeSource", detail.source.as_str())
        .optional("CausingEntity", detail.causing_entity.as_deref())
        .value()
}
