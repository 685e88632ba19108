//! `CreateChangeSet`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_stacks::ChangeSetRequest;

use super::super::form::Form;
use super::definition::Requested;
use super::errors::{validation, wire};
use super::record::{Members, Record};
use super::{CloudFormation, names};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    request: ChangeSetRequest,
    requested: Requested,
}

impl Input {
    pub(super) fn read(form: &mut Form) -> Result<Self, ServiceError> {
        let kind = form.choice("ChangeSetType", &["CREATE", "UPDATE", "IMPORT"]);
        if kind == Some("IMPORT") {
            return Err(validation("ChangeSetType IMPORT is not supported here"));
        }
        if form.choice("DeploymentMode", &["REVERT_DRIFT"]).is_some() {
            return Err(validation(
                "DeploymentMode REVERT_DRIFT is not supported here",
            ));
        }
        let on_failure = form.choice("OnStackFailure", &["DO_NOTHING", "ROLLBACK", "DELETE"]);
        if on_failure == Some("DELETE") && kind != Some("CREATE") {
            return Err(validation(
                "OnStackFailure DELETE is for change sets of the type CREATE",
            ));
        }
        Ok(Self {
            request: ChangeSetRequest {
                stack_name: names::stack(form),
                name: names::new_change_set(form),
                creates: kind == Some("CREATE"),
                description: form.optional("Description", (1, 1024), |_| true),
                on_stack_failure: on_failure.map(str::to_owned),
                include_nested_stacks: form.boolean("IncludeNestedStacks").unwrap_or(false),
                client_token: names::token(form, "ClientToken"),
                ..ChangeSetRequest::default()
            },
            requested: Requested::read(form)?,
        })
    }
}

/// Makes a change set. One without changes is made too, and has failed.
pub(super) async fn run(
    service: &CloudFormation,
    scope: &Scope,
    input: Input,
) -> Result<Members, ServiceError> {
    let request = ChangeSetRequest {
        definition: input.requested.resolved(service, scope).await?,
        ..input.request
    };
    let created = service.stacks.create_change_set(scope, request).await;
    let created = created.map_err(wire)?;
    let reply = Record::default()
        .text("Id", created.id)
        .text("StackId", created.stack_id);
    Ok(reply.members())
}
