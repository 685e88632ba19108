//! `ExecuteChangeSet`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;

use super::super::form::Form;
use super::errors::wire;
use super::record::Members;
use super::{CloudFormation, names};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    name: String,
    stack: Option<String>,
    disable_rollback: bool,
    client_token: Option<String>,
}

impl Input {
    #[allow(clippy::unnecessary_wraps, reason = "all operations are read alike")]
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        Ok(Self {
            name: names::change_set(form),
            stack: names::optional_stack(form),
            disable_rollback: form.boolean("DisableRollback").unwrap_or(false),
            client_token: names::token(form, "ClientRequestToken"),
        })
    }
}

/// Executes a change set.
pub(super) async fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let named = (input.name.as_str(), input.stack.as_deref());
    let (disable_rollback, token) = (input.disable_rollback, input.client_token);
    let executed = service
        .stacks
        .execute_change_set(scope, named, disable_rollback, token);
    executed.await.map_err(wire)?;
    Ok(Members::new())
}
