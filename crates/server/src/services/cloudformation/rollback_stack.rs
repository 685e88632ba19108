//! `RollbackStack`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;

use super::super::form::Form;
use super::errors::wire;
use super::record::{Members, Record};
use super::{CloudFormation, names};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    stack: String,
    client_token: Option<String>,
}

impl Input {
    #[allow(clippy::unnecessary_wraps, reason = "all operations are read alike")]
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        Ok(Self {
            stack: names::stack(form),
            client_token: names::token(form, "ClientRequestToken"),
        })
    }
}

/// Rolls back an operation that has failed without a rollback.
pub(super) async fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let rolled_back = service
        .stacks
        .rollback(scope, &input.stack, input.client_token);
    let begun = rolled_back.await.map_err(wire)?;
    let reply = Record::default()
        .text("StackId", begun.stack_id)
        .text("OperationId", begun.operation_id);
    Ok(reply.members())
}
