//! Updates the resources of a stack.

use b2bi_local_registry::Tags;
use b2bi_local_template::{Action, Bound, Change, Policy};

use super::create::INITIATED;
use super::resource::Applied;
use super::{Execution, StepError};
use crate::error::StackError;
use crate::prepare::Prepared;
use crate::stack::{StackResource, UpdateRecord};
use crate::status::Status;

/// An update: the new definition of the stack, and what changes.
pub(crate) struct Update {
    pub(crate) prepared: Prepared,
    pub(crate) changes: Vec<Change>,
    pub(crate) disable_rollback: bool,
}

impl Execution {
    /// Records that the update begins, and the state before it.
    pub(crate) fn begin_update(&mut self, update: &Update) {
        // The next update begins with the state that an update without rollback has left.
        let record = UpdateRecord {
            previous: self.stack.definition.clone(),
            outputs: self.stack.outputs.clone(),
            imports: self.stack.imports.clone(),
            resources: self.stack.resources.clone(),
            ..UpdateRecord::default()
        };
        self.stack.update = Some(Box::new(record));
        self.stack.definition = update.prepared.definition.clone();
        self.stack.disable_rollback = update.disable_rollback;
        self.stack.updated = Some(self.stacks.now());
        self.set_status(Status::UpdateInProgress, Some(INITIATED));
    }

    /// Changes all resources; if one fails, those that were changed are restored.
    pub(crate) async fn run_update(mut self, update: Update) {
        // A stack that cannot be stored ends like one whose server stopped.
        let _ = self.update_all(&update).await;
    }

    async fn update_all(&mut self, update: &Update) -> Result<(), StackError> {
        self.pause().await;
        self.read_exports();
        self.stack.imports.clear();
        let error = match self.update_each(update).await {
            Ok(()) => return self.finish_update(&update.prepared.bound).await,
            Err(StepError::Store(error)) => return Err(error),
            Err(error) => error,
        };
        let reason = match &error {
            StepError::Resource(name) if self.is_new(name) => error.reason("create"),
            _ => error.reason("update"),
        };
        if update.disable_rollback && error != StepError::Cancelled {
            self.set_status(Status::UpdateFailed, Some(&reason));
            return self.save().await;
        }
        self.rollback_update(&reason, &[]).await
    }

    fn is_new(&self, logical_id: &str) -> bool {
        let failed = self.stack.resource(logical_id);
        failed.is_some_and(|resource| resource.status == Status::CreateFailed)
    }

    async fn update_each(&mut self, update: &Update) -> Result<(), StepError> {
        let bound = &update.prepared.bound;
        let previous = self.stack.update.as_ref();
        let previous_tags = previous.map_or_else(Tags::new, |record| record.previous.tags.clone());
        for logical_id in bound.order() {
            self.check_cancelled()?;
            let present = self.stack.resource(logical_id);
            let exists = present.is_some_and(StackResource::exists);
            let lacks_attributes =
                present.is_some_and(|present| self.lacks_attributes(bound, present));
            let mut changes = update.changes.iter();
            let change = changes.find(|change| change.logical_id == *logical_id);
            let outcome = match change.map(|change| change.action) {
                _ if !exists => self
                    .create(bound, logical_id)
                    .await
                    .map(|()| Applied::Changed),
                Some(Action::Modify) => self.apply(bound, logical_id, &previous_tags).await,
                _ if lacks_attributes => self.apply(bound, logical_id, &previous_tags).await,
                _ => Ok(Applied::Unchanged),
            };
            self.record_change(logical_id, &outcome);
            outcome?;
        }
        // Resources that did not change may use exports too.
        let record = self.stack.update.as_ref();
        let kept = record
            .map(|record| record.imports.clone())
            .unwrap_or_default();
        let exports = &self.exports;
        let kept = kept.into_iter().filter(|name| exports.contains_key(name));
        self.stack.imports.extend(kept);
        self.set_outputs(bound)
    }

    /// Notes what a rollback has to restore.
    fn record_change(&mut self, logical_id: &str, outcome: &Result<Applied, StepError>) {
        let Some(record) = self.stack.update.as_mut() else {
            return;
        };
        match outcome {
            Ok(Applied::Changed) | Err(StepError::Resource(_)) => {
                record.changed.push(logical_id.to_owned());
            }
            _ => {}
        }
    }

    /// Deletes what the new template no longer has, and ends the update.
    async fn finish_update(&mut self, bound: &Bound) -> Result<(), StackError> {
        self.set_status(Status::UpdateCompleteCleanupInProgress, None);
        self.save().await?;
        let record = self.stack.update.take().unwrap_or_default();
        self.stack.previous = Some(Box::new(record.previous));
        self.sort_resources(bound);
        let gone: Vec<StackResource> = record.resources.iter().rev().cloned().collect();
        let mut failed = Vec::new();
        for mut old in gone {
            let present = self.stack.resource(&old.logical_id).cloned();
            let is_current = bound.resources().contains_key(&old.logical_id) && present.is_some();
            let is_replaced = present
                .as_ref()
                .is_some_and(|present| present.identifier != old.identifier);
            if !old.exists() || (is_current && !is_replaced) {
                if !is_current {
                    self.drop_resource(&old.logical_id);
                }
                continue;
            }
            let policy = if is_current {
                old.update_replace_policy
            } else {
                old.deletion_policy
            };
            if matches!(policy, Policy::Retain | Policy::RetainExceptOnCreate) {
                self.set_resource_status(&mut old, Status::DeleteSkipped, None);
            } else if let Err(error) = self.remove(&mut old).await {
                match error {
                    StepError::Store(error) => return Err(error),
                    _ => failed.push(old.logical_id.clone()),
                }
            }
            if !is_current {
                self.drop_resource(&old.logical_id);
            }
        }
        let reason = (!failed.is_empty()).then(|| {
            format!(
                "Update successful. One or more resources could not be deleted: [{}].",
                failed.join(", ")
            )
        });
        self.set_status(Status::UpdateComplete, reason.as_deref());
        self.save().await
    }

    pub(super) fn drop_resource(&mut self, logical_id: &str) {
        self.stack
            .resources
            .retain(|resource| resource.logical_id != logical_id);
    }

    /// Sorts the resources in the order in which the template creates them.
    pub(super) fn sort_resources(&mut self, bound: &Bound) {
        let place = |resource: &StackResource| {
            let mut order = bound.order().iter();
            order.position(|name| *name == resource.logical_id)
        };
        self.stack
            .resources
            .sort_by_key(|resource| place(resource).unwrap_or(usize::MAX));
    }
}
