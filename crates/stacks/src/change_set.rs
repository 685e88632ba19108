//! A change set: what an update would do.

use std::collections::BTreeMap;

use b2bi_local_registry::Properties;
use b2bi_local_template::{
    Action, Bound, BoundResource, Change, ChangeSource, Detail, Replacement, Target,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::stack::{Definition, Stack, StackResource};

/// The placeholder of a value that is known only when the change is made.
const KNOWN_LATER: &str = "{{changeSet:KNOWN_AFTER_APPLY}}";

/// A change set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangeSet {
    /// Its ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The ARN of its stack.
    pub stack_id: String,
    /// The name of its stack.
    pub stack_name: String,
    /// Its description.
    pub description: Option<String>,
    /// `CREATE_COMPLETE` or `FAILED`.
    pub status: String,
    /// The reason if it has failed.
    pub status_reason: Option<String>,
    /// `AVAILABLE`, `UNAVAILABLE`, `EXECUTE_IN_PROGRESS`, `EXECUTE_COMPLETE` or `EXECUTE_FAILED`.
    pub execution_status: String,
    /// The new definition of the stack.
    pub definition: Definition,
    /// The changes.
    pub changes: Vec<ResourceChange>,
    /// Whether it creates its stack.
    pub creates: bool,
    /// The identifiers of the resources that it imports, by their names in the template.
    #[serde(default)]
    pub imports: BTreeMap<String, String>,
    /// Whether it creates or updates its stack, and imports only what exists already.
    #[serde(default)]
    pub imports_existing: bool,
    /// `DO_NOTHING`, `ROLLBACK` or `DELETE`.
    pub on_stack_failure: Option<String>,
    /// Whether changes of nested stacks were asked for.
    pub include_nested_stacks: bool,
    /// When it was created, in milliseconds since 1970.
    pub created: i64,
}

impl ChangeSet {
    /// Whether it only imports resources.
    pub(crate) fn is_import(&self) -> bool {
        !self.imports.is_empty() && !self.imports_existing
    }
}

/// A change of a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResourceChange {
    /// `Add`, `Modify`, `Remove` or `Import`.
    pub action: String,
    /// What happens to the old resource: `Delete`, `Retain`, `ReplaceAndDelete`, …
    pub policy_action: Option<String>,
    /// The name of the resource.
    pub logical_id: String,
    /// What identifies it, if it exists.
    pub physical_id: Option<String>,
    /// Its type.
    pub type_name: String,
    /// `True`, `False` or `Conditional`, for a resource that is modified.
    pub replacement: Option<String>,
    /// Which parts change, such as `Properties`.
    pub scope: Vec<String>,
    /// Each change of a value.
    pub details: Vec<ChangeDetail>,
    /// The resource before, as JSON.
    pub before: Option<String>,
    /// The resource after, as JSON.
    pub after: Option<String>,
}

/// A change of a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangeDetail {
    /// Which part changes, such as `Properties`.
    pub attribute: String,
    /// The property.
    pub name: Option<String>,
    /// `Never`, `Conditionally` or `Always`.
    pub requires_recreation: String,
    /// The value before.
    pub before: Option<String>,
    /// The value after.
    pub after: Option<String>,
    /// `Add`, `Modify` or `Remove`.
    pub kind: String,
    /// `Static`, or `Dynamic` if the value is not known yet.
    pub evaluation: String,
    /// Why it changes, such as `DirectModification`.
    pub source: String,
    /// The cause of the change.
    pub causing_entity: Option<String>,
}

/// The changes of a plan, with the values that change.
pub(crate) fn described(
    changes: &[Change],
    stack: &Stack,
    old: Option<&Bound>,
    new: &Bound,
) -> Vec<ResourceChange> {
    let described = changes.iter().map(|change| {
        let id = &change.logical_id;
        let before = old.and_then(|old| old.resources().get(id));
        let after = new.resources().get(id);
        let present = stack.resource(id).filter(|resource| resource.exists());
        resource_change(change, present, before, after)
    });
    described.collect()
}

/// Marks the changes that import a resource.
pub(crate) fn mark_imports(changes: &mut [ResourceChange], imports: &BTreeMap<String, String>) {
    for change in changes {
        if let Some(identifier) = imports.get(&change.logical_id) {
            "Import".clone_into(&mut change.action);
            change.physical_id = Some(identifier.clone());
        }
    }
}

fn resource_change(
    change: &Change,
    present: Option<&StackResource>,
    before: Option<&BoundResource>,
    after: Option<&BoundResource>,
) -> ResourceChange {
    let is_modified = change.action == Action::Modify;
    let mut scope: Vec<String> = Vec::new();
    for detail in &change.details {
        let attribute = attribute(detail.target).to_owned();
        if !scope.contains(&attribute) {
            scope.push(attribute);
        }
    }
    let details = change.details.iter();
    ResourceChange {
        action: match change.action {
            Action::Add => "Add",
            Action::Modify => "Modify",
            Action::Remove => "Remove",
        }
        .to_owned(),
        policy_action: policy_action(change, before, after),
        logical_id: change.logical_id.clone(),
        physical_id: present.and_then(|present| present.physical_id.clone()),
        type_name: change.type_name.clone(),
        replacement: is_modified.then(|| {
            match change.replacement {
                Replacement::False => "False",
                Replacement::Conditional => "Conditional",
                Replacement::True => "True",
            }
            .to_owned()
        }),
        scope,
        details: details
            .map(|detail| change_detail(detail, before, after))
            .collect(),
        before: before.filter(|_| change.action != Action::Add).map(context),
        after: after
            .filter(|_| change.action != Action::Remove)
            .map(context),
    }
}

fn policy_action(
    change: &Change,
    before: Option<&BoundResource>,
    after: Option<&BoundResource>,
) -> Option<String> {
    let is_deleted = |name: &str| name == "Delete" || name == "Snapshot";
    match change.action {
        Action::Add => None,
        Action::Remove => {
            let policy = before?.deletion_policy.as_str();
            Some(if is_deleted(policy) { policy } else { "Retain" }.to_owned())
        }
        Action::Modify if change.replacement == Replacement::False => None,
        Action::Modify => {
            let policy = after?.update_replace_policy.as_str();
            let policy = if is_deleted(policy) { policy } else { "Retain" };
            Some(format!("ReplaceAnd{policy}"))
        }
    }
}

fn change_detail(
    detail: &Detail,
    before: Option<&BoundResource>,
    after: Option<&BoundResource>,
) -> ChangeDetail {
    let value = |resource: Option<&BoundResource>| {
        let resource = resource?;
        match (detail.target, &detail.property) {
            (Target::Properties, Some(name)) => resource.properties.get(name).map(text),
            (Target::Metadata, _) => resource.metadata.as_ref().map(text),
            (Target::DeletionPolicy, _) => Some(resource.deletion_policy.as_str().to_owned()),
            (Target::UpdateReplacePolicy, _) => {
                Some(resource.update_replace_policy.as_str().to_owned())
            }
            _ => None,
        }
    };
    let (before, after) = (value(before), value(after));
    let (source, causing_entity) = match &detail.source {
        ChangeSource::DirectModification => ("DirectModification", None),
        ChangeSource::ResourceReference(name) => ("ResourceReference", Some(name.clone())),
        ChangeSource::ResourceAttribute(name) => ("ResourceAttribute", Some(name.clone())),
        ChangeSource::Automatic => ("Automatic", None),
    };
    let is_dynamic = causing_entity.is_some() || after.as_deref() == Some(KNOWN_LATER);
    ChangeDetail {
        attribute: attribute(detail.target).to_owned(),
        name: detail.property.clone(),
        requires_recreation: match detail.recreation {
            Replacement::False => "Never",
            Replacement::Conditional => "Conditionally",
            Replacement::True => "Always",
        }
        .to_owned(),
        kind: match (&before, &after) {
            (None, Some(_)) => "Add",
            (Some(_), None) => "Remove",
            _ => "Modify",
        }
        .to_owned(),
        before,
        after,
        evaluation: if is_dynamic { "Dynamic" } else { "Static" }.to_owned(),
        source: source.to_owned(),
        causing_entity,
    }
}

fn attribute(target: Target) -> &'static str {
    match target {
        Target::Properties => "Properties",
        Target::Tags => "Tags",
        Target::Metadata => "Metadata",
        Target::DeletionPolicy => "DeletionPolicy",
        Target::UpdateReplacePolicy => "UpdateReplacePolicy",
    }
}

/// A resource as the contexts of a change show it.
fn context(resource: &BoundResource) -> String {
    let properties: Properties = resource
        .properties
        .iter()
        .map(|(name, value)| (name.clone(), known(value)))
        .collect();
    let mut context = json!({ "Properties": properties });
    if let (Some(members), Some(metadata)) = (context.as_object_mut(), &resource.metadata) {
        members.insert("Metadata".to_owned(), metadata.clone());
    }
    context.to_string()
}

/// A value as text, or the placeholder of one that is not known yet.
fn text(value: &Value) -> String {
    match known(value) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn known(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(known).collect(),
        Value::Object(members) if is_call(members) => Value::from(KNOWN_LATER),
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| (name.clone(), known(value)));
            Value::Object(members.collect())
        }
        other => other.clone(),
    }
}

/// Whether an object is a function with an unknown value.
fn is_call(members: &Properties) -> bool {
    let mut names = members.keys();
    let is_function = names
        .next()
        .is_some_and(|name| name == "Ref" || name.starts_with("Fn::"));
    is_function && names.next().is_none()
}
