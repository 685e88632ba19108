//! What changes between two templates.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::bound::{Bound, BoundResource};
use crate::error::TemplateError;
use crate::evaluate::is_symbolic;
use crate::node::is_function_name;

/// The facts of resource types that a plan needs.
pub trait TypeFacts {
    /// Whether a change of this property replaces the resource.
    fn is_create_only(&self, type_name: &str, property: &str) -> bool;

    /// Whether resources of this type have the tags of their stack.
    fn has_tags(&self, type_name: &str) -> bool;
}

/// What happens to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is created.
    Add,
    /// It is changed or replaced.
    Modify,
    /// It is deleted, or removed from the stack and kept.
    Remove,
}

/// Whether a change replaces the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Replacement {
    /// It does not.
    False,
    /// It does if a value, which is not known yet, differs.
    Conditional,
    /// It does.
    True,
}

/// Whether the change of a property replaces the resource.
pub type Recreation = Replacement;

/// The changed part of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A property.
    Properties,
    /// The tags, because those of the stack change.
    Tags,
    /// `Metadata`.
    Metadata,
    /// `DeletionPolicy`.
    DeletionPolicy,
    /// `UpdateReplacePolicy`.
    UpdateReplacePolicy,
}

/// Why a value changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeSource {
    /// The template has another value.
    DirectModification,
    /// A resource that the value refers to is replaced, or may be.
    ResourceReference(String),
    /// An attribute that the value uses may change, as its resource does: `resource.attribute`.
    ResourceAttribute(String),
    /// The stack has other tags.
    Automatic,
}

/// A change of one value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Detail {
    /// What changes.
    pub target: Target,
    /// The property; `None` unless the target is one.
    pub property: Option<String>,
    /// Whether it replaces the resource.
    pub recreation: Recreation,
    /// Why it changes.
    pub source: ChangeSource,
}

/// A change of a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The resource.
    pub logical_id: String,
    /// Its type.
    pub type_name: String,
    /// What happens to it.
    pub action: Action,
    /// Whether it is replaced.
    pub replacement: Replacement,
    /// What changes; nothing unless the action is [`Action::Modify`].
    pub details: Vec<Detail>,
}

/// The changes from one stack to another: added and modified resources in order of creation, then
/// removed ones in order of deletion.
///
/// # Errors
///
/// A resource has another type than before.
pub fn plan(
    old: Option<&Bound>,
    new: &Bound,
    tags_change: bool,
    types: &dyn TypeFacts,
) -> Result<Vec<Change>, TemplateError> {
    let mut planned = Vec::new();
    let mut modified: BTreeMap<String, Replacement> = BTreeMap::new();
    for logical_id in new.order() {
        let Some(after) = new.resources().get(logical_id) else {
            continue;
        };
        let before = old.and_then(|old| old.resources().get(logical_id));
        let change = match before {
            None => Some(simple(logical_id, &after.type_name, Action::Add)),
            Some(before) if before.type_name != after.type_name => {
                return Err(retyped(logical_id, new));
            }
            Some(before) => {
                let tags_change = tags_change && types.has_tags(&after.type_name);
                modification(logical_id, before, after, tags_change, &modified, types)
            }
        };
        if let Some(change) = change {
            if change.action == Action::Modify {
                modified.insert(logical_id.clone(), change.replacement);
            }
            planned.push(change);
        }
    }
    for logical_id in old.map(Bound::order).unwrap_or_default().iter().rev() {
        let before = old.and_then(|old| old.resources().get(logical_id));
        if let Some(before) = before.filter(|_| !new.resources().contains_key(logical_id)) {
            planned.push(simple(logical_id, &before.type_name, Action::Remove));
        }
    }
    Ok(planned)
}

fn retyped(logical_id: &str, new: &Bound) -> TemplateError {
    let message = format!(
        "Update of resource type is not permitted. The new template modifies resource type of the following \
         resources: [{logical_id}]"
    );
    TemplateError {
        message,
        position: new.position(logical_id),
    }
}

fn simple(logical_id: &str, type_name: &str, action: Action) -> Change {
    Change {
        logical_id: logical_id.to_owned(),
        type_name: type_name.to_owned(),
        action,
        replacement: Replacement::False,
        details: Vec::new(),
    }
}

fn modification(
    logical_id: &str,
    before: &BoundResource,
    after: &BoundResource,
    tags_change: bool,
    modified: &BTreeMap<String, Replacement>,
    types: &dyn TypeFacts,
) -> Option<Change> {
    let create_only = |name: &str| types.is_create_only(&after.type_name, name);
    let mut details = direct(&before.properties, &after.properties, create_only);
    for (name, value) in &after.properties {
        let mut causes = Vec::new();
        causes_in(value, modified, &mut causes);
        details.extend(causes.into_iter().map(|source| {
            let recreation = if create_only(name) {
                Replacement::Conditional
            } else {
                Replacement::False
            };
            property(name, recreation, source)
        }));
    }
    let attribute =
        |differs: bool, target| differs.then(|| whole(target, ChangeSource::DirectModification));
    details.extend(attribute(
        before.metadata != after.metadata,
        Target::Metadata,
    ));
    details.extend(attribute(
        before.deletion_policy != after.deletion_policy,
        Target::DeletionPolicy,
    ));
    let replaces = before.update_replace_policy != after.update_replace_policy;
    details.extend(attribute(replaces, Target::UpdateReplacePolicy));
    details.extend(tags_change.then(|| whole(Target::Tags, ChangeSource::Automatic)));
    let replacement = details.iter().map(|detail| detail.recreation).max()?;
    let action = Action::Modify;
    Some(Change {
        replacement,
        details,
        ..simple(logical_id, &after.type_name, action)
    })
}

/// The properties that the templates give other values.
fn direct(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    create_only: impl Fn(&str) -> bool,
) -> Vec<Detail> {
    let added = after.keys().filter(|name| !before.contains_key(*name));
    let differs = |name: &&String| before.get(*name) != after.get(*name);
    let changed = before.keys().filter(differs).chain(added);
    let detail = |name: &String| {
        let unknown = [before.get(name), after.get(name)]
            .into_iter()
            .flatten()
            .any(is_symbolic);
        let recreation = match (create_only(name), unknown) {
            (false, _) => Replacement::False,
            (true, false) => Replacement::True,
            (true, true) => Replacement::Conditional,
        };
        property(name, recreation, ChangeSource::DirectModification)
    };
    changed.map(detail).collect()
}

fn property(name: &str, recreation: Recreation, source: ChangeSource) -> Detail {
    let (target, property) = (Target::Properties, Some(name.to_owned()));
    Detail {
        target,
        property,
        recreation,
        source,
    }
}

fn whole(target: Target, source: ChangeSource) -> Detail {
    let (property, recreation) = (None, Replacement::False);
    Detail {
        target,
        property,
        recreation,
        source,
    }
}

/// Why a value may change although the template's text is the same: a referenced value changes.
fn causes_in(
    value: &Value,
    modified: &BTreeMap<String, Replacement>,
    causes: &mut Vec<ChangeSource>,
) {
    match value {
        Value::Array(items) => items
            .iter()
            .for_each(|item| causes_in(item, modified, causes)),
        Value::Object(members) => {
            for (name, value) in members {
                if members.len() == 1 && is_function_name(name) {
                    causes.extend(
                        cause(name, value, modified).filter(|cause| !causes.contains(cause)),
                    );
                }
                causes_in(value, modified, causes);
            }
        }
        _ => {}
    }
}

fn cause(
    name: &str,
    value: &Value,
    modified: &BTreeMap<String, Replacement>,
) -> Option<ChangeSource> {
    match name {
        "Ref" => {
            let resource = value.as_str()?;
            let replacement = modified.get(resource)?;
            let is_replaced = *replacement != Replacement::False;
            is_replaced.then(|| ChangeSource::ResourceReference(resource.to_owned()))
        }
        "Fn::GetAtt" => {
            let (resource, attribute) = (value.get(0)?.as_str()?, value.get(1)?.as_str()?);
            modified.get(resource)?;
            Some(ChangeSource::ResourceAttribute(format!(
                "{resource}.{attribute}"
            )))
        }
        _ => None,
    }
}
