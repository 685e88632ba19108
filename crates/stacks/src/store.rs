//! The store of stacks, their events and their change sets.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use b2bi_local_b2bi::Scope;
use b2bi_local_registry::{Change, Documents};
use serde::Deserialize;
use serde_json::Value;

use crate::change_set::ChangeSet;
use crate::error::{StackError, StackErrorCode};
use crate::event::StackEvent;
use crate::stack::Stack;
use crate::status::Status;

/// The collection of stacks, by ARN.
const STACKS: &str = "cloudformation-stacks";
/// The collection of the names of stacks that are not deleted; each has an ARN.
const NAMES: &str = "cloudformation-stack-names";
/// The collection of change sets, by ARN.
const CHANGE_SETS: &str = "cloudformation-change-sets";
/// The maximum number of stacks of an account and region, without deleted ones.
///
/// Source: quotas of CloudFormation.
const MOST_STACKS: usize = 2000;
/// The maximum number of stored deleted stacks of an account and region; the oldest are dropped
/// first.
const MOST_DELETED: usize = 1000;
/// The maximum number of stored events of a stack; the oldest are dropped first.
const MOST_EVENTS: u64 = 5000;

/// The stacks of all accounts and regions.
pub(crate) struct StackStore {
    documents: Documents,
}

/// The value of an export, and the stack that it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The value.
    pub value: String,
    /// The ARN of the stack.
    pub stack_id: String,
}

fn events_of(stack_id: &str) -> String {
    format!("cloudformation-events {stack_id}")
}

fn event_key(number: u64) -> String {
    format!("{number:010}")
}

impl StackStore {
    pub(crate) fn new(documents: Documents) -> Self {
        Self { documents }
    }

    /// The stack of this name, or of this ARN; deleted ones are found by ARN only.
    pub(crate) fn find(&self, scope: &Scope, name_or_id: &str) -> Option<Stack> {
        let id = if name_or_id.starts_with("arn:") {
            name_or_id.to_owned()
        } else {
            let id = self.documents.get(scope, NAMES, name_or_id)?;
            id.as_str()?.to_owned()
        };
        parse(&*self.documents.get(scope, STACKS, &id)?)
    }

    /// All stacks, the latest first.
    pub(crate) fn all(&self, scope: &Scope) -> Vec<Stack> {
        let documents = self.documents.list(scope, STACKS);
        let stacks = documents.iter().filter_map(|(_, document)| parse(document));
        let mut stacks: Vec<Stack> = stacks.collect();
        stacks.sort_by_key(|stack| Reverse((stack.created, stack.id.clone())));
        stacks
    }

    /// The stacks of all accounts and regions, or of the named ones, the latest first.
    pub(crate) fn of_all(
        &self,
        account: Option<&str>,
        region: Option<&str>,
    ) -> Vec<(Scope, Stack)> {
        let documents = self.documents.of_all(account, region, STACKS);
        let stacks = documents.iter();
        let stacks = stacks.filter_map(|(scope, document)| Some((scope.clone(), parse(document)?)));
        let mut stacks: Vec<(Scope, Stack)> = stacks.collect();
        stacks.sort_by_key(|(_, stack)| Reverse((stack.created, stack.id.clone())));
        stacks
    }

    /// Adds a stack, unless there is one with its name.
    pub(crate) async fn insert(
        &self,
        scope: &Scope,
        stack: &Stack,
        events: &[StackEvent],
    ) -> Result<(), StackError> {
        let insert = |documents: &mut Change<'_>| {
            if documents.get(NAMES, &stack.name).is_some() {
                let message = format!("Stack [{}] already exists", stack.name);
                return Err(StackError::new(StackErrorCode::AlreadyExists, message));
            }
            if documents.count(NAMES) >= MOST_STACKS {
                let message = format!("Limit for stack has been exceeded: {MOST_STACKS}");
                return Err(StackError::new(StackErrorCode::LimitExceeded, message));
            }
            forget_deleted(documents);
            documents.put(NAMES, &stack.name, Value::from(stack.id.as_str()));
            put_stack(documents, stack, events)
        };
        self.documents.change(scope, insert).await
    }

    /// Stores a stack as it is now, with its latest events. A stack that was removed meanwhile, as by
    /// a reset, is not brought back.
    pub(crate) async fn save(
        &self,
        scope: &Scope,
        stack: &Stack,
        events: &[StackEvent],
    ) -> Result<(), StackError> {
        let save = |documents: &mut Change<'_>| {
            if documents.get(STACKS, &stack.id).is_none() {
                return Err(StackError::no_stack(&stack.name));
            }
            if stack.status == Status::DeleteComplete {
                documents.remove(NAMES, &stack.name);
                for (id, _) in change_sets_in(documents, &stack.id) {
                    documents.remove(CHANGE_SETS, &id);
                }
            }
            put_stack(documents, stack, events)
        };
        self.documents.change(scope, save).await
    }

    /// The events of a stack, the latest first.
    pub(crate) fn events(&self, scope: &Scope, stack_id: &str) -> Vec<StackEvent> {
        let documents = self.documents.list(scope, &events_of(stack_id));
        let events = documents.iter().rev();
        events
            .filter_map(|(_, document)| StackEvent::deserialize(&**document).ok())
            .collect()
    }

    /// The exports of all stacks, by name.
    pub(crate) fn exports(&self, scope: &Scope) -> BTreeMap<String, Export> {
        let mut exports = BTreeMap::new();
        for stack in self.all(scope) {
            if stack.status == Status::DeleteComplete {
                continue;
            }
            for output in stack.outputs {
                let (Some(name), value) = (output.export_name, output.value) else {
                    continue;
                };
                let stack_id = stack.id.clone();
                exports.insert(name, Export { value, stack_id });
            }
        }
        exports
    }

    /// The names of the stacks that use an export.
    pub(crate) fn importers(&self, scope: &Scope, export: &str) -> Vec<String> {
        let stacks = self.all(scope).into_iter();
        let importers = stacks.filter(|stack| {
            stack.status != Status::DeleteComplete && stack.imports.contains(export)
        });
        importers.map(|stack| stack.name).collect()
    }

    /// Stores a change set.
    pub(crate) async fn put_change_set(
        &self,
        scope: &Scope,
        change_set: &ChangeSet,
    ) -> Result<(), StackError> {
        let document = serde_json::to_value(change_set)?;
        let put = |documents: &mut Change<'_>| {
            documents.put(CHANGE_SETS, &change_set.id, document);
            Ok(())
        };
        self.documents.change(scope, put).await
    }

    /// The change sets of a stack, the latest first.
    pub(crate) fn change_sets(&self, scope: &Scope, stack_id: &str) -> Vec<ChangeSet> {
        let documents = self.documents.list(scope, CHANGE_SETS);
        let all = documents
            .iter()
            .filter_map(|(_, document)| ChangeSet::deserialize(&**document).ok());
        let mut found: Vec<ChangeSet> = all.filter(|found| found.stack_id == stack_id).collect();
        found.sort_by_key(|found| Reverse(found.created));
        found
    }

    /// The change set of this ARN.
    pub(crate) fn change_set(&self, scope: &Scope, id: &str) -> Option<ChangeSet> {
        ChangeSet::deserialize(&*self.documents.get(scope, CHANGE_SETS, id)?).ok()
    }

    /// Removes change sets.
    pub(crate) async fn remove_change_sets(
        &self,
        scope: &Scope,
        ids: &[String],
    ) -> Result<(), StackError> {
        let remove = |documents: &mut Change<'_>| {
            for id in ids {
                documents.remove(CHANGE_SETS, id);
            }
            Ok(())
        };
        self.documents.change(scope, remove).await
    }
}

fn parse(document: &Value) -> Option<Stack> {
    Stack::deserialize(document).ok()
}

fn put_stack(
    documents: &mut Change<'_>,
    stack: &Stack,
    events: &[StackEvent],
) -> Result<(), StackError> {
    let collection = events_of(&stack.id);
    let before = stack
        .event_count
        .saturating_sub(u64::try_from(events.len()).unwrap_or(0));
    for (number, event) in (before..).zip(events) {
        documents.put(
            &collection,
            &event_key(number),
            serde_json::to_value(event)?,
        );
        if let Some(old) = number.checked_sub(MOST_EVENTS) {
            documents.remove(&collection, &event_key(old));
        }
    }
    documents.put(STACKS, &stack.id, serde_json::to_value(stack)?);
    Ok(())
}

fn change_sets_in(documents: &Change<'_>, stack_id: &str) -> Vec<(String, ChangeSet)> {
    let all = documents.list(CHANGE_SETS).into_iter();
    let parsed =
        all.filter_map(|(id, document)| Some((id, ChangeSet::deserialize(&*document).ok()?)));
    parsed
        .filter(|(_, found)| found.stack_id == stack_id)
        .collect()
}

/// Drops the oldest deleted stacks if there are too many.
fn forget_deleted(documents: &mut Change<'_>) {
    let all = documents.count(STACKS);
    let live = documents.count(NAMES);
    if all.saturating_sub(live) < MOST_DELETED {
        return;
    }
    let stacks = documents.list(STACKS);
    let deleted = stacks
        .iter()
        .filter_map(|(_, document)| parse(document))
        .filter(|stack| stack.status == Status::DeleteComplete);
    let mut deleted: Vec<Stack> = deleted.collect();
    deleted.sort_by_key(|stack| Reverse(stack.deleted));
    for stack in deleted.iter().skip(MOST_DELETED / 2) {
        forget(documents, stack);
    }
}

fn forget(documents: &mut Change<'_>, stack: &Stack) {
    let collection = events_of(&stack.id);
    for (id, _) in documents.list(&collection) {
        documents.remove(&collection, &id);
    }
    for (id, _) in change_sets_in(documents, &stack.id) {
        documents.remove(CHANGE_SETS, &id);
    }
    documents.remove(STACKS, &stack.id);
}
