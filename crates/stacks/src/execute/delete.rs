//! Deletes the resources of a stack.

use std::collections::BTreeSet;

use b2bi_local_template::Policy;

use super::create::INITIATED;
use super::{Execution, StepError};
use crate::error::StackError;
use crate::stack::StackResource;
use crate::status::Status;

/// How a stack is deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Deletion {
    /// Resources to keep, whatever their policies.
    pub(crate) retained: Vec<String>,
    /// Whether to keep resources that cannot be deleted.
    pub(crate) is_forced: bool,
}

impl Execution {
    /// Notes that the deletion begins.
    pub(crate) fn begin_delete(&mut self) {
        self.set_status(Status::DeleteInProgress, Some(INITIATED));
    }

    /// Deletes all resources, and the stack.
    pub(crate) async fn run_delete(mut self, deletion: Deletion) {
        self.pause().await;
        // A stack that cannot be stored ends like one whose server stopped.
        let _ = self.delete_all(&deletion).await;
    }

    pub(super) async fn delete_all(&mut self, deletion: &Deletion) -> Result<(), StackError> {
        self.save().await?;
        let stays = |resource: &StackResource| {
            let policy = resource.deletion_policy;
            matches!(policy, Policy::Retain | Policy::RetainExceptOnCreate)
        };
        let mut failed = self.delete_resources(stays, &deletion.retained).await?;
        if deletion.is_forced {
            self.skip_failed(&failed);
            failed.clear();
        }
        if failed.is_empty() {
            self.stack.deleted = Some(self.stacks.now());
            self.stack.update = None;
            self.set_status(Status::DeleteComplete, None);
        } else {
            let reason = format!(
                "The following resource(s) failed to delete: [{}]. ",
                failed.join(", ")
            );
            self.set_status(Status::DeleteFailed, Some(&reason));
        }
        self.save().await
    }

    /// Keeps resources that could not be deleted, and those that they depend on.
    ///
    /// Source: Assumption A-359.
    fn skip_failed(&mut self, failed: &[String]) {
        let left = self.stack.resources.iter().rev();
        let left = left.filter(|resource| {
            failed.contains(&resource.logical_id)
                || !matches!(
                    resource.status,
                    Status::DeleteComplete | Status::DeleteSkipped
                )
        });
        let left: Vec<StackResource> = left.cloned().collect();
        for mut resource in left {
            self.set_resource_status(&mut resource, Status::DeleteSkipped, None);
            self.stack.put_resource(resource);
        }
    }

    /// Deletes resources, the latest first, except those to keep. The dependencies of a resource
    /// that cannot be deleted are kept too. Returns the resources that could not be deleted.
    pub(super) async fn delete_resources(
        &mut self,
        stays: impl Fn(&StackResource) -> bool,
        retained: &[String],
    ) -> Result<Vec<String>, StackError> {
        let mut failed = Vec::new();
        let mut needed: BTreeSet<String> = BTreeSet::new();
        let resources: Vec<StackResource> = self.stack.resources.iter().rev().cloned().collect();
        for mut resource in resources {
            if matches!(
                resource.status,
                Status::DeleteComplete | Status::DeleteSkipped
            ) {
                continue;
            }
            if needed.contains(&resource.logical_id) {
                needed.extend(resource.dependencies.iter().cloned());
                continue;
            }
            let is_retained = stays(&resource) && resource.exists();
            if is_retained || retained.contains(&resource.logical_id) {
                self.set_resource_status(&mut resource, Status::DeleteSkipped, None);
            } else {
                match self.remove(&mut resource).await {
                    Ok(()) => {}
                    Err(StepError::Store(error)) => return Err(error),
                    Err(_) => {
                        needed.extend(resource.dependencies.iter().cloned());
                        failed.push(resource.logical_id.clone());
                    }
                }
            }
            self.stack.put_resource(resource);
        }
        Ok(failed)
    }
}
