//! `CreateChangeSet`.

use std::collections::BTreeMap;

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_stacks::{ChangeSetRequest, ImportRequest};

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
        let imports = imports(form);
        if (kind == Some("IMPORT")) == imports.is_empty() {
            return Err(validation(
                "ResourcesToImport names the resources of change sets of the type IMPORT, and of no others",
            ));
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
                imports,
                imports_existing: form.boolean("ImportExistingResources").unwrap_or(false),
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

fn imports(form: &mut Form) -> Vec<ImportRequest> {
    let given = form.structures("ResourcesToImport").unwrap_or_default();
    let imports = given.into_iter().map(|mut members| ImportRequest {
        logical_id: members.remove("LogicalResourceId").unwrap_or_default(),
        type_name: members.remove("ResourceType").unwrap_or_default(),
        identifier: entries(&members, "ResourceIdentifier"),
    });
    imports.collect()
}

/// The entries of a map among the members of a structure.
fn entries(members: &BTreeMap<String, String>, name: &str) -> BTreeMap<String, String> {
    let prefix = format!("{name}.entry.");
    let keys = members.iter().filter_map(|(member, key)| {
        let place = member.strip_prefix(&prefix)?.strip_suffix(".key")?;
        let value = members.get(&format!("{prefix}{place}.value"))?;
        Some((key.clone(), value.clone()))
    });
    keys.collect()
}

/// Creates a change set. One without changes is also created, and has failed.
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
