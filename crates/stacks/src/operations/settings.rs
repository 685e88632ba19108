//! Settings of stacks that no resource depends on.

use std::sync::Arc;

use b2bi_local_b2bi::Scope;
use serde_json::Value;

use crate::error::StackError;
use crate::stack::Stack;
use crate::stacks::Stacks;

/// The longest stack policy, in bytes.
///
/// Source: the service model of CloudFormation, `2010-05-15`.
const LONGEST_POLICY: usize = 16_384;

impl Stacks {
    /// Says whether a stack can be deleted. Answers its ARN.
    ///
    /// # Errors
    ///
    /// The stack does not exist, it is nested, or an operation on it is running.
    pub async fn set_termination_protection(
        self: &Arc<Self>,
        scope: &Scope,
        name: &str,
        is_protected: bool,
    ) -> Result<String, StackError> {
        let stack = self.live(scope, name)?;
        if stack.parent_id.is_some() {
            return Err(StackError::validation(
                "Termination protection of a nested stack is that of its root stack",
            ));
        }
        self.changed(scope, stack, |stack| {
            stack.termination_protection = is_protected;
        })
        .await
    }

    /// Stores a stack policy. Nothing enforces it.
    ///
    /// # Errors
    ///
    /// The stack does not exist, or the policy is not JSON.
    pub async fn set_policy(
        self: &Arc<Self>,
        scope: &Scope,
        name: &str,
        policy: String,
    ) -> Result<(), StackError> {
        check_policy(&policy)?;
        let stack = self.live(scope, name)?;
        let changed = self.changed(scope, stack, |stack| stack.policy = Some(policy));
        changed.await.map(drop)
    }

    async fn changed(
        &self,
        scope: &Scope,
        stack: Stack,
        change: impl FnOnce(&mut Stack) + Send,
    ) -> Result<String, StackError> {
        let _guard = self.occupy(&stack)?;
        // Read again: an operation may have ended in between.
        let mut stack = self.live(scope, &stack.id)?;
        change(&mut stack);
        self.store.save(scope, &stack, &[]).await?;
        Ok(stack.id)
    }
}

/// Refuses an invalid stack policy.
///
/// # Errors
///
/// It is too long, or not JSON with statements.
pub fn check_policy(policy: &str) -> Result<(), StackError> {
    let read = serde_json::from_str::<Value>(policy);
    let has_statements = read.is_ok_and(|policy| policy.get("Statement").is_some());
    if has_statements && policy.len() <= LONGEST_POLICY {
        return Ok(());
    }
    Err(StackError::validation(
        "Error validating stack policy: it must be a JSON document with a Statement of at most 16384 bytes",
    ))
}
