//! `UpdateStack`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_stacks::UpdateRequest;

use super::super::form::Form;
use super::definition::Requested;
use super::errors::wire;
use super::policy::PolicyLocation;
use super::record::{Members, Record};
use super::{CloudFormation, names};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    name: String,
    requested: Requested,
    disable_rollback: Option<bool>,
    policy: PolicyLocation,
    policy_during_update: PolicyLocation,
    client_token: Option<String>,
}

impl Input {
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        Ok(Self {
            name: names::stack(form),
            disable_rollback: form.boolean("DisableRollback"),
            policy: PolicyLocation::read(form)?,
            policy_during_update: PolicyLocation::during_update(form)?,
            client_token: names::token(form, "ClientRequestToken"),
            requested: Requested::read(form)?,
        })
    }
}

/// Updates a stack; its status says if a resource fails.
pub(super) async fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    // Policies are not enforced, so a policy for one update has no effect. It is read only to
    // report errors in it.
    input.policy_during_update.text(service, scope).await?;
    let request = UpdateRequest {
        name: input.name,
        definition: input.requested.resolved(service, scope).await?,
        disable_rollback: input.disable_rollback,
        policy: input.policy.text(service, scope).await?,
        client_token: input.client_token,
    };
    let begun = service.stacks.update(scope, request).await.map_err(wire)?;
    let reply = Record::default()
        .text("StackId", begun.stack_id)
        .text("OperationId", begun.operation_id);
    Ok(reply.members())
}
