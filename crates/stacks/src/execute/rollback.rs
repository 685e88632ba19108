//! Restores the state that a stack had before an update.

use std::collections::BTreeSet;

use super::{Execution, STACK_TYPE, StepError};
use crate::error::StackError;
use crate::nested;
use crate::prepare::Preparer;
use crate::stack::{StackResource, UpdateRecord};
use crate::stacks::Stacks;
use crate::status::Status;

impl Execution {
    /// Continues a rollback that has failed. Skipped resources are unchanged.
    pub(crate) async fn run_rollback_update(mut self, reason: String, skipped: Vec<String>) {
        self.pause().await;
        // A stack that cannot be stored ends like one whose server stopped.
        let _ = self.rollback_update(&reason, &skipped).await;
    }

    /// Rolls a failed creation back.
    pub(crate) async fn run_rollback_create(mut self) {
        self.pause().await;
        // A stack that cannot be stored ends like one whose server stopped.
        let _ = self.rollback_create(super::create::INITIATED).await;
    }

    /// Restores the resources that an update has changed, then deletes those that it has created.
    pub(super) async fn rollback_update(
        &mut self,
        reason: &str,
        skipped: &[String],
    ) -> Result<(), StackError> {
        self.set_status(Status::UpdateRollbackInProgress, Some(reason));
        self.save().await?;
        let mut record = self.stack.update.take().unwrap_or_default();
        let mut discarded = Vec::new();
        for logical_id in record.changed.clone().iter().rev() {
            match self.restore(&record, logical_id, skipped).await {
                Ok(None) => record.changed.retain(|name| name != logical_id),
                Ok(made) => discarded.extend(made),
                Err(StepError::Store(error)) => return Err(error),
                Err(_) => return self.fail_rollback(record, logical_id, discarded).await,
            }
        }
        self.set_status(Status::UpdateRollbackCompleteCleanupInProgress, None);
        self.save().await?;
        for mut made in discarded {
            if let Err(StepError::Store(error)) = self.remove(&mut made).await {
                return Err(error);
            }
        }
        self.stack.resources = self.restored_resources(&record);
        self.stack.definition = record.previous;
        self.stack.outputs = record.outputs;
        self.stack.imports = record.imports;
        self.set_status(Status::UpdateRollbackComplete, None);
        self.save().await
    }

    async fn fail_rollback(
        &mut self,
        record: Box<UpdateRecord>,
        logical_id: &str,
        discarded: Vec<StackResource>,
    ) -> Result<(), StackError> {
        // Resources that were replaced before are deleted when the rollback continues.
        for made in discarded {
            self.stack.put_resource(made);
        }
        self.stack.update = Some(record);
        let reason = format!("The following resource(s) failed to update: [{logical_id}]. ");
        self.set_status(Status::UpdateRollbackFailed, Some(&reason));
        self.save().await
    }

    /// The resources as they were, with what became of them.
    fn restored_resources(&self, record: &UpdateRecord) -> Vec<StackResource> {
        let resources = record.resources.iter().map(|old| {
            let now = self.stack.resource(&old.logical_id);
            let now = now.filter(|now| now.identifier == old.identifier);
            let is_restored = |now: &&StackResource| now.desired == old.desired;
            now.filter(is_restored).map_or_else(
                || old.clone(),
                |now| StackResource {
                    status: now.status,
                    status_reason: now.status_reason.clone(),
                    changed: now.changed,
                    model: now.model.clone(),
                    physical_id: now.physical_id.clone(),
                    ..old.clone()
                },
            )
        });
        resources.collect()
    }

    /// Restores one resource. Returns the one with which the update has replaced it.
    async fn restore(
        &mut self,
        record: &UpdateRecord,
        logical_id: &str,
        skipped: &[String],
    ) -> Result<Option<StackResource>, StepError> {
        let Some(now) = self.stack.resource(logical_id).cloned() else {
            return Ok(None);
        };
        let mut resources = record.resources.iter();
        let old = resources.find(|old| old.logical_id == logical_id);
        let Some(old) = old.filter(|old| old.exists()) else {
            // Resources that the update has imported existed before.
            let is_made = now.identifier.is_some() && now.status != Status::ImportComplete;
            return Ok(is_made.then_some(now));
        };
        if skipped.iter().any(|name| name == logical_id) {
            return Ok(None);
        }
        let is_replaced = now.identifier != old.identifier;
        let is_unchanged =
            is_replaced || now.status == Status::UpdateFailed && self.is_as_before(old).await;
        let mut restored = StackResource {
            identifier: old.identifier.clone(),
            physical_id: old.physical_id.clone(),
            ..now.clone()
        };
        self.set_resource_status(&mut restored, Status::UpdateInProgress, None);
        self.stack.put_resource(restored.clone());
        self.save().await?;
        if !is_unchanged && restored.type_name == STACK_TYPE {
            self.restore_nested(restored, old).await?;
        } else if is_unchanged {
            restored.desired.clone_from(&old.desired);
            restored.model.clone_from(&old.model);
            self.set_resource_status(&mut restored, Status::UpdateComplete, None);
            self.stack.put_resource(restored);
        } else {
            let tags = (&self.stack.definition.tags, &record.previous.tags);
            let mut context = self.context(logical_id, tags);
            context.attributes = self.attributes_before(record, logical_id, &restored.residence);
            self.change(&context, restored, old.desired.clone()).await?;
        }
        Ok((is_replaced && now.identifier.is_some()).then_some(now))
    }

    /// The attributes of a resource in the upstream that the template before asked for.
    fn attributes_before(
        &self,
        record: &UpdateRecord,
        logical_id: &str,
        residence: &str,
    ) -> BTreeSet<String> {
        if residence != "upstream" {
            return BTreeSet::new();
        }
        let owner = Stacks::owner(&self.scope, &self.stack);
        let before = Preparer::stored(&owner, &record.previous);
        before.map_or_else(
            |_| BTreeSet::new(),
            |before| before.bound.attributes(logical_id),
        )
    }

    /// Whether a nested stack has undone its own update.
    pub(super) fn has_rolled_back(&self, resource: &StackResource) -> bool {
        let id = resource.identifier.as_deref().unwrap_or_default();
        let nested = self.stacks.get(&self.scope, id);
        nested.is_ok_and(|nested| nested.status == Status::UpdateRollbackComplete)
    }

    /// Restores the definition that a nested stack had before its last update: the template at its
    /// address may have changed.
    async fn restore_nested(
        &mut self,
        mut restored: StackResource,
        old: &StackResource,
    ) -> Result<(), StepError> {
        let id = restored.identifier.clone().unwrap_or_default();
        let outcome = nested::restored(&self.stacks, &self.scope, &id).await;
        restored.desired.clone_from(&old.desired);
        restored.model.clone_from(&old.model);
        let (status, reason) = match outcome {
            Ok(()) => (Status::UpdateComplete, None),
            Err(error) => (Status::UpdateFailed, Some(error.message)),
        };
        let failed = reason.is_some();
        let name = restored.logical_id.clone();
        self.set_resource_status(&mut restored, status, reason);
        self.stack.put_resource(restored);
        if failed {
            return Err(StepError::Resource(name));
        }
        Ok(())
    }
}
