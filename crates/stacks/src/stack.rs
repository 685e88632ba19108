//! A stack, its definition and its resources, as they are stored.

use std::collections::{BTreeMap, BTreeSet};

use std::sync::Arc;

use b2bi_local_registry::{Properties, Registry, Resource, ResourceType, Tags, UnknownTypeError};
use b2bi_local_template::Policy;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::status::Status;

/// A stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stack {
    /// Its ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: Status,
    /// The reason for the status.
    pub status_reason: Option<String>,
    /// Its definition.
    pub definition: Definition,
    /// Its desired state before the last update.
    pub previous: Option<Box<Definition>>,
    /// The values of its outputs.
    pub outputs: Vec<Output>,
    /// Its resources, in order of creation.
    pub resources: Vec<StackResource>,
    /// The exports of other stacks that it uses.
    pub imports: BTreeSet<String>,
    /// Whether a failed operation keeps its changes.
    pub disable_rollback: bool,
    /// Whether it cannot be deleted.
    pub termination_protection: bool,
    /// Its stack policy, which nothing enforces.
    pub policy: Option<String>,
    /// The change set that was executed last.
    pub change_set_id: Option<String>,
    /// The stack that this one is a resource of.
    pub parent_id: Option<String>,
    /// The outermost stack around it.
    pub root_id: Option<String>,
    /// How many stacks it is nested in.
    pub depth: usize,
    /// When it was created, in milliseconds since 1970.
    pub created: i64,
    /// When it was updated last.
    pub updated: Option<i64>,
    /// When it was deleted.
    pub deleted: Option<i64>,
    /// How many events it has had.
    pub event_count: u64,
    /// The current update, or one whose rollback has failed.
    pub update: Option<Box<UpdateRecord>>,
    /// The operations on it, the latest first.
    pub operations: Vec<OperationRecord>,
}

/// An operation on a stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperationRecord {
    /// The operation, such as `CREATE_STACK`.
    pub kind: String,
    /// The events of the operation.
    pub id: String,
}

/// The definition of a stack: the template and its deployment settings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    /// The template, as it was given.
    pub template: String,
    /// What `AWS::Include` inserts, by its address in S3.
    #[serde(default)]
    pub included: BTreeMap<String, String>,
    /// The description that the template has.
    pub description: Option<String>,
    /// The parameters.
    pub parameters: Vec<StackParameter>,
    /// The tags.
    pub tags: Tags,
    /// The capabilities that were acknowledged.
    pub capabilities: Vec<String>,
    /// Topics that would receive events.
    pub notification_arns: Vec<String>,
    /// The role that was named. It is stored only.
    pub role_arn: Option<String>,
    /// The time after which a creation fails, in minutes.
    pub timeout_minutes: Option<u32>,
    /// How long the alarms of rollback triggers would be monitored, in minutes. It is only stored.
    #[serde(default)]
    pub monitoring_minutes: Option<u32>,
}

/// A parameter of a stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StackParameter {
    /// Its name.
    pub key: String,
    /// The value that was given, or the default.
    pub value: String,
    /// The value of the parameter of Systems Manager that it names.
    pub resolved: Option<String>,
    /// Whether the value is not shown.
    pub no_echo: bool,
}

impl StackParameter {
    /// The value as others may see it.
    #[must_use]
    pub fn shown(&self) -> &str {
        if self.no_echo { "****" } else { &self.value }
    }
}

/// An output of a stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Output {
    /// Its name.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Its description.
    pub description: Option<String>,
    /// The name under which other stacks import it.
    pub export_name: Option<String>,
}

/// A resource of a stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StackResource {
    /// Its name in the template.
    pub logical_id: String,
    /// Its type.
    pub type_name: String,
    /// What `Ref` gives.
    pub physical_id: Option<String>,
    /// Its identifier in its type.
    pub identifier: Option<String>,
    /// Its status.
    pub status: Status,
    /// The reason for the status.
    pub status_reason: Option<String>,
    /// When the status changed, in milliseconds since 1970.
    pub changed: i64,
    /// The properties that the template gives it.
    pub desired: Properties,
    /// The properties that its type answers.
    pub model: Properties,
    /// The resources that are created before it.
    pub dependencies: BTreeSet<String>,
    /// What happens when it is removed from its stack.
    pub deletion_policy: Policy,
    /// What happens when another replaces it.
    pub update_replace_policy: Policy,
    /// `Metadata` of the template.
    pub metadata: Option<Value>,
    /// Where it is: `here`, `recorded` or `upstream`.
    pub residence: String,
    /// What drift detection found last.
    pub drift: Option<Drift>,
}

/// What drift detection has found of a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// `IN_SYNC`, `MODIFIED` or `DELETED`.
    pub status: String,
    /// When, in milliseconds since 1970.
    pub time: i64,
    /// The properties as they are.
    pub actual: Properties,
    /// The properties that differ, by their paths: as they should be, and as they are.
    pub differences: BTreeMap<String, (Value, Value)>,
}

impl StackResource {
    /// The type of a resource that exists.
    pub(crate) fn resource_type(
        &self,
        registry: &Registry,
    ) -> Result<Arc<dyn ResourceType>, UnknownTypeError> {
        registry.of_existing(&self.type_name, &self.residence)
    }

    /// The type's stored data about the resource.
    pub(crate) fn made(&self) -> Resource {
        Resource {
            identifier: self.identifier.clone().unwrap_or_default(),
            properties: self.model.clone(),
        }
    }

    /// Whether there is something to refer to.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.identifier.is_some()
            && !matches!(self.status, Status::DeleteComplete | Status::DeleteSkipped)
    }
}

/// The changes of an update, so that they can be undone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct UpdateRecord {
    /// The stack's definition before.
    pub previous: Definition,
    /// Its outputs before.
    pub outputs: Vec<Output>,
    /// The exports that it used before.
    pub imports: BTreeSet<String>,
    /// Its resources before.
    pub resources: Vec<StackResource>,
    /// The resources that were changed, or whose change has failed, in order.
    pub changed: Vec<String>,
}

impl Stack {
    /// The resource of this name.
    #[must_use]
    pub fn resource(&self, logical_id: &str) -> Option<&StackResource> {
        let mut resources = self.resources.iter();
        resources.find(|resource| resource.logical_id == logical_id)
    }

    pub(crate) fn resource_mut(&mut self, logical_id: &str) -> Option<&mut StackResource> {
        let mut resources = self.resources.iter_mut();
        resources.find(|resource| resource.logical_id == logical_id)
    }

    pub(crate) fn put_resource(&mut self, resource: StackResource) {
        match self.resource_mut(&resource.logical_id) {
            Some(present) => *present = resource,
            None => self.resources.push(resource),
        }
    }
}
