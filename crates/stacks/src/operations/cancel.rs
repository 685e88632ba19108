//! Cancels updates, and continues rollbacks.

use std::sync::Arc;

use b2bi_local_b2bi::Scope;

use super::Begun;
use crate::error::StackError;
use crate::execute::Execution;
use crate::stacks::Stacks;
use crate::status::Status;

impl Stacks {
    /// Cancels the update of a stack, which is rolled back.
    ///
    /// # Errors
    ///
    /// The stack does not exist, or it is not being updated.
    pub fn cancel_update(&self, scope: &Scope, name: &str) -> Result<(), StackError> {
        let stack = self.live(scope, name)?;
        if stack.status != Status::UpdateInProgress {
            return Err(StackError::validation(
                "CancelUpdateStack cannot be called from current stack status",
            ));
        }
        self.running.cancel(&stack.id);
        Ok(())
    }

    /// Continues a rollback that has failed. Skipped resources are unchanged.
    ///
    /// # Errors
    ///
    /// The stack does not exist, its rollback has not failed, or a skipped resource has not.
    pub async fn continue_update_rollback(
        self: &Arc<Self>,
        scope: &Scope,
        name: &str,
        skipped: Vec<String>,
        client_token: Option<String>,
    ) -> Result<(), StackError> {
        let stack = self.live(scope, name)?;
        if stack.status != Status::UpdateRollbackFailed {
            let message = format!(
                "Stack:{} is in {} state and can not continue rollback.",
                stack.id, stack.status
            );
            return Err(StackError::validation(message));
        }
        let has_failed = |name: &&String| {
            let found = stack.resource(name);
            found.is_none_or(|resource| resource.status != Status::UpdateFailed)
        };
        if let Some(name) = skipped.iter().find(has_failed) {
            let message = format!(
                "Resource [{name}] cannot be skipped: only resources in UPDATE_FAILED state can be"
            );
            return Err(StackError::validation(message));
        }
        let guard = self.occupy(&stack)?;
        let operation = ("CONTINUE_ROLLBACK", client_token);
        let execution = Execution::new(self, scope, stack, guard, operation);
        let reason = "User Initiated".to_owned();
        self.run(execution.run_rollback_update(reason, skipped))
            .await
    }

    /// Rolls back a stack whose creation or update has failed without a rollback.
    ///
    /// # Errors
    ///
    /// The stack does not exist, or no operation on it has failed.
    pub async fn rollback(
        self: &Arc<Self>,
        scope: &Scope,
        name: &str,
        client_token: Option<String>,
    ) -> Result<Begun, StackError> {
        let stack = self.live(scope, name)?;
        let is_creation = stack.status == Status::CreateFailed;
        if !is_creation && stack.status != Status::UpdateFailed {
            let message = format!(
                "Stack:{} is in {} state and can not be rolled back.",
                stack.id, stack.status
            );
            return Err(StackError::validation(message));
        }
        let guard = self.occupy(&stack)?;
        let execution = Execution::new(self, scope, stack, guard, ("ROLLBACK", client_token));
        let begun = Begun {
            stack_id: execution.stack.id.clone(),
            operation_id: execution.operation_id().to_owned(),
        };
        if is_creation {
            self.run(execution.run_rollback_create()).await?;
        } else {
            let reason = "User Initiated".to_owned();
            self.run(execution.run_rollback_update(reason, Vec::new()))
                .await?;
        }
        Ok(begun)
    }
}
