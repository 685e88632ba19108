//! Executes change sets.

use std::sync::Arc;

use b2bi_local_b2bi::Scope;

use super::Begun;
use crate::change_set::ChangeSet;
use crate::error::{StackError, StackErrorCode};
use crate::execute::{Execution, OnFailure, Update};
use crate::prepare::{Prepared, Preparer};
use crate::stack::Stack;
use crate::stacks::Stacks;
use crate::status::Status;

impl Stacks {
    /// Executes a change set.
    ///
    /// # Errors
    ///
    /// The change set does not exist, it has failed or was executed, or its stack cannot be changed
    /// now.
    pub async fn execute_change_set(
        self: &Arc<Self>,
        scope: &Scope,
        (name, stack): (&str, Option<&str>),
        disable_rollback: bool,
        client_token: Option<String>,
    ) -> Result<Begun, StackError> {
        let mut found = self.get_change_set(scope, name, stack)?;
        check_available(&found)?;
        let stack = self.live(scope, &found.stack_id)?;
        let guard = self.occupy(&stack)?;
        let mut stack = self.live(scope, &found.stack_id)?;
        check_ready(&stack, &found)?;
        let owner = Self::owner(scope, &stack);
        let prepared = Preparer::stored(&owner, &found.definition)?;
        self.mark_executed(scope, &mut found).await?;
        stack.change_set_id = Some(found.id.clone());
        let kind = if found.creates {
            "CREATE_STACK"
        } else {
            "UPDATE_STACK"
        };
        let mut execution = Execution::new(self, scope, stack, guard, (kind, client_token));
        if found.creates {
            execution.identifiers.clone_from(&found.imports);
            return self
                .create_reviewed(execution, &found, prepared, disable_rollback)
                .await;
        }
        if found.is_import() {
            return self.import(execution, &found, prepared).await;
        }
        let planned = self.planned(scope, &execution.stack, &prepared).await?;
        let update = Update {
            prepared,
            changes: planned.changes,
            disable_rollback: disable_rollback
                || found.on_stack_failure.as_deref() == Some("DO_NOTHING"),
        };
        execution.identifiers = found.imports;
        self.run_update(execution, update).await
    }

    /// Marks a change set, and removes the others of its stack, which no longer apply.
    async fn mark_executed(&self, scope: &Scope, found: &mut ChangeSet) -> Result<(), StackError> {
        "EXECUTE_COMPLETE".clone_into(&mut found.execution_status);
        let others = self.store.change_sets(scope, &found.stack_id).into_iter();
        let others = others.filter(|other| other.id != found.id);
        let others: Vec<String> = others.map(|other| other.id).collect();
        self.store.remove_change_sets(scope, &others).await?;
        self.store.put_change_set(scope, found).await
    }

    async fn create_reviewed(
        &self,
        mut execution: Execution,
        found: &ChangeSet,
        prepared: Prepared,
        disable_rollback: bool,
    ) -> Result<Begun, StackError> {
        let on_failure = match found.on_stack_failure.as_deref() {
            Some("DO_NOTHING") => OnFailure::DoNothing,
            Some("DELETE") => OnFailure::Delete,
            _ if disable_rollback => OnFailure::DoNothing,
            _ => OnFailure::Rollback,
        };
        execution.stack.definition = prepared.definition;
        execution.stack.disable_rollback = on_failure == OnFailure::DoNothing;
        execution.begin_create();
        execution.save().await?;
        let begun = Begun {
            stack_id: execution.stack.id.clone(),
            operation_id: execution.operation_id().to_owned(),
        };
        self.run(execution.run_create(prepared.bound, on_failure))
            .await?;
        Ok(begun)
    }
}

fn check_available(change_set: &ChangeSet) -> Result<(), StackError> {
    if change_set.execution_status == "AVAILABLE" {
        return Ok(());
    }
    let status = match change_set.status.as_str() {
        "FAILED" => &change_set.status,
        _ => &change_set.execution_status,
    };
    let message = format!(
        "ChangeSet [{}] cannot be executed in its current status of [{status}]",
        change_set.id
    );
    Err(StackError::new(
        StackErrorCode::InvalidChangeSetStatus,
        message,
    ))
}

/// A new stack waits for its review; another one must be idle, or be created by an import.
fn check_ready(stack: &Stack, change_set: &ChangeSet) -> Result<(), StackError> {
    let is_reviewed = stack.status == Status::ReviewInProgress;
    let is_ready = if change_set.creates {
        is_reviewed
    } else {
        stack.status.can_be_updated() || (is_reviewed && change_set.is_import())
    };
    if is_ready {
        return Ok(());
    }
    let message = format!(
        "Stack:{} is in {} state and can not be updated.",
        stack.id, stack.status
    );
    Err(StackError::validation(message))
}
