//! `UpdateStack`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_stacks::{UpdateRequest, check_policy};

use super::super::form::Form;
use super::definition::Requested;
use super::errors::wire;
use super::record::{Members, Record};
use super::{CloudFormation, names};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    name: String,
    requested: Requested,
    disable_rollback: Option<bool>,
    policy: Option<String>,
    client_token: Option<String>,
}

impl Input {
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        let input = Self {
            name: names::stack(form),
            disable_rollback: form.boolean("DisableRollback"),
            policy: form.optional("StackPolicyBody", (1, 16_384), |_| true),
            client_token: names::token(form, "ClientRequestToken"),
            requested: Requested::read(form)?,
        };
        if let Some(policy) = &input.policy {
            check_policy(policy).map_err(wire)?;
        }
        Ok(input)
    }
}

/// Updates a stack; that a resource fails is told by its status.
pub(super) async fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let request = UpdateRequest {
        name: input.name,
        definition: input.requested.resolved(service, scope).await?,
        disable_rollback: input.disable_rollback,
        policy: input.policy,
        client_token: input.client_token,
    };
    let begun = service.stacks.update(scope, request).await.map_err(wire)?;
    let reply = Record::default()
        .text("StackId", begun.stack_id)
        .text("OperationId", begun.operation_id);
    Ok(reply.members())
}
