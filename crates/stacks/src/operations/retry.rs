//! Requests that a client sends again with the same token.

use b2bi_local_b2bi::Scope;

use super::Begun;
use crate::error::{StackError, StackErrorCode};
use crate::stacks::Stacks;

impl Stacks {
    /// The operation that an earlier request with this token has begun on a stack, if there is one.
    /// `begins` is the prefix of the stack's status during such operations, such as `CREATE`.
    ///
    /// Source: Assumption A-354.
    ///
    /// # Errors
    ///
    /// The token has begun an operation of another kind.
    pub(crate) fn begun_before(
        &self,
        scope: &Scope,
        name_or_id: &str,
        token: Option<&str>,
        begins: &str,
    ) -> Result<Option<Begun>, StackError> {
        let (Some(token), Ok(stack)) = (token, self.live(scope, name_or_id)) else {
            return Ok(None);
        };
        let events = self.store.events(scope, &stack.id).into_iter().rev();
        let mut of_token = events.filter(|event| event.client_token.as_deref() == Some(token));
        let Some(first) = of_token.next() else {
            return Ok(None);
        };
        if !first.status.as_str().starts_with(begins) {
            let message = format!("A client request token already exists: {token}");
            return Err(StackError::new(StackErrorCode::TokenAlreadyExists, message));
        }
        Ok(Some(Begun {
            stack_id: stack.id,
            operation_id: first.operation_id,
        }))
    }
}
