//! `/_b2bi/stacks`: the stacks of CloudFormation, and where each resource is.

use b2bi_local_b2bi::Scope;
use b2bi_local_stacks::{Stack, StackResource, Status};
use http::StatusCode;
use serde_json::{Value, json};

use super::call::{Call, HandlerResult};
use super::reply;
use crate::app::App;

pub(super) const QUERY: &[&str] = &["account", "region"];

/// The stacks of all accounts and regions, or of the named ones; deleted stacks are left out.
pub(super) fn list(app: &App, call: &Call) -> HandlerResult {
    let (account, region) = (call.params.get("account"), call.params.get("region"));
    let stacks = app.stacks.of_all(account, region);
    let live = stacks
        .iter()
        .filter(|(_, stack)| stack.status != Status::DeleteComplete);
    let described: Vec<Value> = live.map(|(scope, stack)| described(scope, stack)).collect();
    Ok(reply(StatusCode::OK, &json!({ "stacks": described })))
}

fn described(scope: &Scope, stack: &Stack) -> Value {
    let resources: Vec<Value> = stack.resources.iter().map(resource).collect();
    json!({
        "account": &*scope.account,
        "region": &*scope.region,
        "name": stack.name,
        "id": stack.id,
        "status": stack.status.as_str(),
        "statusReason": stack.status_reason,
        "parent": stack.parent_id,
        "resources": resources,
    })
}

fn resource(resource: &StackResource) -> Value {
    json!({
        "logicalId": resource.logical_id,
        "physicalId": resource.physical_id,
        "type": resource.type_name,
        "status": resource.status.as_str(),
        "statusReason": resource.status_reason,
        "residence": resource.residence,
        "upstreamStack": upstream_stack(resource),
    })
}

/// The stack in the upstream that contains a resource.
fn upstream_stack(resource: &StackResource) -> Option<&str> {
    let is_upstream = resource.residence == "upstream";
    resource.identifier.as_deref().filter(|_| is_upstream)
}
