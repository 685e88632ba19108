//! Updates a stack.

use std::sync::Arc;

use b2bi_local_b2bi::Scope;

use super::Begun;
use crate::error::StackError;
use crate::execute::{Execution, Update};
use crate::prepare::{DefinitionRequest, check_capabilities};
use crate::running::RunningGuard;
use crate::stack::Stack;
use crate::stacks::Stacks;

/// The input for updating a stack.
#[derive(Clone, Debug, Default)]
pub struct UpdateRequest {
    /// The name or the ARN.
    pub name: String,
    /// Its definition.
    pub definition: DefinitionRequest,
    /// Whether a failed update keeps its changes; `None` keeps the setting.
    pub disable_rollback: Option<bool>,
    /// Another stack policy.
    pub policy: Option<String>,
    /// A token that the events carry.
    pub client_token: Option<String>,
}

/// The error of an update without changes.
pub(crate) const NO_UPDATES: &str = "No updates are to be performed.";

impl Stacks {
    /// Updates a stack.
    ///
    /// # Errors
    ///
    /// The stack does not exist, it cannot be updated now, the definition is invalid, or nothing
    /// changes.
    pub async fn update(
        self: &Arc<Self>,
        scope: &Scope,
        request: UpdateRequest,
    ) -> Result<Begun, StackError> {
        let token = request.client_token.as_deref();
        if let Some(begun) = self.begun_before(scope, &request.name, token, "UPDATE")? {
            return Ok(begun);
        }
        let stack = self.live(scope, &request.name)?;
        let (mut stack, guard) = self.occupied(scope, &stack.id)?;
        let capabilities = request.definition.capabilities.clone();
        let owner = Self::owner(scope, &stack);
        let previous = Some(&stack.definition);
        let prepared = self.prepared(&owner, request.definition, previous).await?;
        check_capabilities(&prepared.template, &capabilities, true)?;
        let planned = self.planned(scope, &stack, &prepared).await?;
        if !planned.is_needed {
            return Err(StackError::validation(NO_UPDATES));
        }
        if let Some(policy) = request.policy {
            stack.policy = Some(policy);
        }
        let update = Update {
            prepared,
            changes: planned.changes,
            disable_rollback: request.disable_rollback.unwrap_or(false),
        };
        let operation = ("UPDATE_STACK", request.client_token);
        let execution = Execution::new(self, scope, stack, guard, operation);
        self.run_update(execution, update).await
    }

    /// A stack that can be updated, on which no other operation is at work until the guard is dropped.
    pub(crate) fn occupied(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<(Stack, RunningGuard), StackError> {
        let guard = self.occupy(&self.live(scope, id)?)?;
        // Read again: an operation may have ended in between.
        let stack = self.live(scope, id)?;
        if stack.status.can_be_updated() {
            return Ok((stack, guard));
        }
        Err(StackError::validation(format!(
            "Stack:{} is in {} state and can not be updated.",
            stack.id, stack.status
        )))
    }

    pub(crate) async fn run_update(
        &self,
        mut execution: Execution,
        update: Update,
    ) -> Result<Begun, StackError> {
        execution.begin_update(&update);
        execution.save().await?;
        let begun = Begun {
            stack_id: execution.stack.id.clone(),
            operation_id: execution.operation_id().to_owned(),
        };
        self.run(execution.run_update(update)).await?;
        Ok(begun)
    }
}
