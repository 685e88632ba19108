//! `DescribeStackResourceDrifts`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_stacks::{Stack, StackResource};
use serde_json::Value;

use super::super::form::Form;
use super::errors::wire;
use super::page::page;
use super::record::{Members, Record};
use super::{CloudFormation, names};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    stack: String,
    statuses: Vec<String>,
    next_token: Option<String>,
    limit: usize,
}

impl Input {
    #[allow(clippy::unnecessary_wraps, reason = "all operations are read alike")]
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        let limit = form.number("MaxResults", (1, 100)).unwrap_or(100);
        Ok(Self {
            stack: names::stack(form),
            statuses: form
                .list("StackResourceDriftStatusFilters")
                .unwrap_or_default(),
            next_token: names::next_token(form),
            limit: usize::try_from(limit).unwrap_or(100),
        })
    }
}

/// What drift detection has found of the resources of a stack.
pub(super) fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let stack = service.stacks.live(scope, &input.stack).map_err(wire)?;
    let wanted = stack.resources.iter().filter(|resource| {
        let status = resource.drift.as_ref().map(|drift| &drift.status);
        let is_wanted = |status| input.statuses.is_empty() || input.statuses.contains(status);
        status.is_some_and(is_wanted)
    });
    let (found, next) = page(wanted.collect(), input.next_token.as_deref(), input.limit)?;
    let drifts = found
        .into_iter()
        .filter_map(|resource| drift_of(&stack, resource));
    let reply = Record::default()
        .list("StackResourceDrifts", drifts.map(Record::value))
        .optional("NextToken", next);
    Ok(reply.members())
}

/// What drift detection has found of a resource.
pub(super) fn drift_of(stack: &Stack, resource: &StackResource) -> Option<Record> {
    let drift = resource.drift.as_ref()?;
    let differences = drift.differences.iter().map(|(path, (expected, actual))| {
        let kind = if actual.is_null() {
            "REMOVE"
        } else {
            "NOT_EQUAL"
        };
        Record::default()
            .text("PropertyPath", path.as_str())
            .text("ExpectedValue", text(expected))
            .text("ActualValue", text(actual))
            .text("DifferenceType", kind)
            .value()
    });
    let json = |properties| serde_json::to_string(properties).ok();
    let expected = json(&resource.desired);
    let actual = json(&drift.actual).filter(|_| drift.status != "DELETED");
    Some(
        Record::default()
            .text("StackId", stack.id.as_str())
            .text("LogicalResourceId", resource.logical_id.as_str())
            .optional("PhysicalResourceId", resource.physical_id.as_deref())
            .text("ResourceType", resource.type_name.as_str())
            .optional("ExpectedProperties", expected)
            .optional("ActualProperties", actual)
            .list("PropertyDifferences", differences)
            .text("StackResourceDriftStatus", drift.status.as_str())
            .time("Timestamp", drift.time),
    )
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
