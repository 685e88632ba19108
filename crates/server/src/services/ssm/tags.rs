//! `AddTagsToResource`, `RemoveTagsFromResource` and `ListTagsForResource`, for parameters.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_registry::ParameterError;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Ssm, failure, refused};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    pub(super) key: String,
    pub(super) value: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AddInput {
    resource_type: String,
    resource_id: String,
    tags: Vec<Tag>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RemoveInput {
    resource_type: String,
    resource_id: String,
    tag_keys: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListInput {
    resource_type: String,
    resource_id: String,
}

/// Adds tags to a parameter; existing keys get the new value.
pub(super) async fn add(ssm: &Ssm, scope: &Scope, input: AddInput) -> Result<Value, ServiceError> {
    check_type(&input.resource_type)?;
    let added = ssm.parameters.retag(scope, &input.resource_id, |tags| {
        tags.extend(input.tags.into_iter().map(|tag| (tag.key, tag.value)));
    });
    added.await.map_err(|error| of_resource(&error))?;
    Ok(json!({}))
}

/// Removes tags from a parameter.
pub(super) async fn remove(
    ssm: &Ssm,
    scope: &Scope,
    input: &RemoveInput,
) -> Result<Value, ServiceError> {
    check_type(&input.resource_type)?;
    let removed = ssm.parameters.retag(scope, &input.resource_id, |tags| {
        tags.retain(|key, _| !input.tag_keys.contains(key));
    });
    removed.await.map_err(|error| of_resource(&error))?;
    Ok(json!({}))
}

/// The tags of a parameter.
pub(super) fn list(ssm: &Ssm, scope: &Scope, input: &ListInput) -> Result<Value, ServiceError> {
    check_type(&input.resource_type)?;
    let found = ssm.parameters.get(scope, &input.resource_id);
    let found = found.ok_or_else(|| of_resource(&ParameterError::NotFound))?;
    let tags = found
        .tags
        .into_iter()
        .map(|(key, value)| Tag { key, value });
    Ok(json!({"TagList": tags.collect::<Vec<Tag>>()}))
}

fn check_type(resource_type: &str) -> Result<(), ServiceError> {
    if resource_type == "Parameter" {
        return Ok(());
    }
    let message = format!("{resource_type} is not supported: only the type Parameter is");
    Err(failure("InvalidResourceType", message))
}

fn of_resource(error: &ParameterError) -> ServiceError {
    match error {
        ParameterError::NotFound => failure(
            "InvalidResourceId",
            "The resource ID isn't valid. Verify that you entered the correct ID and try again.",
        ),
        other => refused(other),
    }
}
