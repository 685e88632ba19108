//! Deletes a stack.

use std::sync::Arc;

use b2bi_local_b2bi::Scope;

use crate::error::StackError;
use crate::execute::{Deletion, Execution};
use crate::stack::Stack;
use crate::stacks::Stacks;
use crate::status::Status;

/// The stack to delete, and the resources to keep.
#[derive(Clone, Debug, Default)]
pub struct DeleteRequest {
    /// The name or the ARN.
    pub name: String,
    /// Resources to keep. Only a stack whose deletion has failed allows some.
    pub retained: Vec<String>,
    /// Whether to keep resources that cannot be deleted, and delete the stack anyway.
    pub is_forced: bool,
    /// A token that the events carry.
    pub client_token: Option<String>,
}

impl Stacks {
    /// Deletes a stack. A missing one counts as deleted.
    ///
    /// # Errors
    ///
    /// The stack is protected, others use its exports, or an operation is at work on it.
    pub async fn delete(
        self: &Arc<Self>,
        scope: &Scope,
        request: DeleteRequest,
    ) -> Result<(), StackError> {
        let Ok(stack) = self.live(scope, &request.name) else {
            return Ok(());
        };
        let guard = self.running.occupy(&stack.id).ok_or_else(|| {
            let (id, status) = (&stack.id, stack.status);
            let message = format!("Stack [{id}] cannot be deleted while in status {status}");
            StackError::validation(message)
        })?;
        // Read again: an operation may have ended in between.
        let Ok(stack) = self.live(scope, &request.name) else {
            return Ok(());
        };
        self.check_deletable(scope, &stack, &request)?;
        let operation = ("DELETE_STACK", request.client_token);
        let mut execution = Execution::new(self, scope, stack, guard, operation);
        execution.begin_delete();
        execution.save().await?;
        let deletion = Deletion {
            retained: request.retained,
            is_forced: request.is_forced,
        };
        self.run(execution.run_delete(deletion)).await
    }

    fn check_deletable(
        &self,
        scope: &Scope,
        stack: &Stack,
        request: &DeleteRequest,
    ) -> Result<(), StackError> {
        let retained = &request.retained;
        if stack.termination_protection {
            let message = format!(
                "Stack [{}] cannot be deleted while TerminationProtection is enabled",
                stack.name
            );
            return Err(StackError::validation(message));
        }
        if !retained.is_empty() && stack.status != Status::DeleteFailed {
            let message = format!(
                "Invalid operation on stack [{}]. When you delete a stack, specify which resources to \
                 retain only when the stack is in the DELETE_FAILED state.",
                stack.id
            );
            return Err(StackError::validation(message));
        }
        if request.is_forced && stack.status != Status::DeleteFailed {
            let message = format!(
                "Invalid operation on stack [{}]. FORCE_DELETE_STACK can be used only when the stack is in \
                 the DELETE_FAILED state.",
                stack.id
            );
            return Err(StackError::validation(message));
        }
        let unknown: Vec<&str> = retained
            .iter()
            .filter(|name| stack.resource(name).is_none())
            .map(String::as_str)
            .collect();
        if !unknown.is_empty() {
            let message = format!(
                "The resources to retain [{}] do not exist in the stack",
                unknown.join(", ")
            );
            return Err(StackError::validation(message));
        }
        self.check_exports_unused(scope, stack)
    }

    /// Source: Assumption A-345.
    fn check_exports_unused(&self, scope: &Scope, stack: &Stack) -> Result<(), StackError> {
        let exported = stack.outputs.iter();
        for name in exported.filter_map(|output| output.export_name.as_deref()) {
            let importers = self.store.importers(scope, name);
            if !importers.is_empty() {
                let message = format!(
                    "Export {name} cannot be deleted as it is in use by {}",
                    importers.join(", ")
                );
                return Err(StackError::validation(message));
            }
        }
        Ok(())
    }
}
