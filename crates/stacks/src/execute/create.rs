//! Creates the resources of a stack.

use b2bi_local_template::{Bound, Policy};

use super::{Deletion, Execution, OnFailure, StepError};
use crate::error::StackError;
use crate::stack::StackResource;
use crate::status::Status;

/// Why an operation begins.
pub(super) const INITIATED: &str = "User Initiated";

impl Execution {
    /// Notes that the creation begins.
    pub(crate) fn begin_create(&mut self) {
        self.set_status(Status::CreateInProgress, Some(INITIATED));
    }

    /// Creates all resources. `on_failure` determines what remains if one fails.
    pub(crate) async fn run_create(mut self, bound: Bound, on_failure: OnFailure) {
        // A stack that cannot be stored ends like one whose server stopped.
        let _ = self.create_all(&bound, on_failure).await;
    }

    async fn create_all(&mut self, bound: &Bound, on_failure: OnFailure) -> Result<(), StackError> {
        self.pause().await;
        self.read_exports();
        let reason = match self.create_each(bound).await {
            Ok(()) => {
                self.set_status(Status::CreateComplete, None);
                return self.save().await;
            }
            Err(StepError::Store(error)) => return Err(error),
            Err(error) => error.reason("create"),
        };
        match on_failure {
            OnFailure::DoNothing => {
                self.set_status(Status::CreateFailed, Some(&reason));
                self.save().await
            }
            OnFailure::Rollback => {
                let reason = format!("{reason} Rollback requested by user.");
                self.rollback_create(&reason).await
            }
            OnFailure::Delete => {
                let reason = format!("{reason} Delete requested by user.");
                self.set_status(Status::DeleteInProgress, Some(&reason));
                self.delete_all(&Deletion::default()).await
            }
        }
    }

    async fn create_each(&mut self, bound: &Bound) -> Result<(), StepError> {
        for logical_id in bound.order() {
            self.check_cancelled()?;
            self.create(bound, logical_id).await?;
        }
        self.set_outputs(bound)
    }

    pub(super) fn check_cancelled(&self) -> Result<(), StepError> {
        if self.guard.is_cancelled() {
            return Err(StepError::Cancelled);
        }
        Ok(())
    }

    /// Deletes the resources that a creation has made.
    pub(crate) async fn rollback_create(&mut self, reason: &str) -> Result<(), StackError> {
        self.set_status(Status::RollbackInProgress, Some(reason));
        self.save().await?;
        let failed = self.delete_resources(stays_after_rollback, &[]).await?;
        self.stack.outputs.clear();
        self.stack.imports.clear();
        if failed.is_empty() {
            self.set_status(Status::RollbackComplete, None);
        } else {
            let reason = format!(
                "The following resource(s) failed to delete: [{}]. ",
                failed.join(", ")
            );
            self.set_status(Status::RollbackFailed, Some(&reason));
        }
        self.save().await
    }
}

/// Whether a resource is kept when the creation of its stack is undone: the stack has not created
/// it, or it is to be retained.
fn stays_after_rollback(resource: &StackResource) -> bool {
    resource.status == Status::ImportComplete || resource.deletion_policy == Policy::Retain
}

impl StepError {
    /// The error in the form of the status of a stack.
    pub(super) fn reason(&self, verb: &str) -> String {
        match self {
            Self::Resource(name) => {
                format!("The following resource(s) failed to {verb}: [{name}].")
            }
            Self::Outputs(reason) => format!("{}.", reason.trim_end_matches('.')),
            Self::Cancelled => "User Initiated".to_owned(),
            Self::Store(error) => error.to_string(),
        }
    }
}
