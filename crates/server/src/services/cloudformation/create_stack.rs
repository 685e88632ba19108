//! `CreateStack`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_stacks::{CreateRequest, OnFailure};

use super::super::form::Form;
use super::definition::Requested;
use super::errors::{validation, wire};
use super::policy::PolicyLocation;
use super::record::{Members, Record};
use super::{CloudFormation, names};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    name: String,
    requested: Requested,
    on_failure: OnFailure,
    termination_protection: bool,
    policy: PolicyLocation,
    client_token: Option<String>,
}

impl Input {
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        Ok(Self {
            name: names::new_stack(form),
            on_failure: on_failure(form)?,
            termination_protection: form.boolean("EnableTerminationProtection").unwrap_or(false),
            policy: PolicyLocation::read(form)?,
            client_token: names::token(form, "ClientRequestToken"),
            requested: Requested::read(form)?,
        })
    }
}

fn on_failure(form: &mut Form) -> Result<OnFailure, ServiceError> {
    let chosen = form.choice("OnFailure", &["DO_NOTHING", "ROLLBACK", "DELETE"]);
    let disabled = form.boolean("DisableRollback");
    match (chosen, disabled) {
        (Some(_), Some(_)) => Err(validation(
            "You may only specify one of DisableRollback and OnFailure.",
        )),
        (Some("DO_NOTHING"), _) | (_, Some(true)) => Ok(OnFailure::DoNothing),
        (Some("DELETE"), _) => Ok(OnFailure::Delete),
        _ => Ok(OnFailure::Rollback),
    }
}

/// Creates a stack; its status says if a resource fails.
pub(super) async fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let request = CreateRequest {
        name: input.name,
        definition: input.requested.resolved(service, scope).await?,
        on_failure: input.on_failure,
        termination_protection: input.termination_protection,
        policy: input.policy.text(service, scope).await?,
        client_token: input.client_token,
    };
    let begun = service.stacks.create(scope, request).await.map_err(wire)?;
    let reply = Record::default()
        .text("StackId", begun.stack_id)
        .text("OperationId", begun.operation_id);
    Ok(reply.members())
}
