//! `PutParameter`.

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_registry::NewValue;
use serde::Deserialize;
use serde_json::{Value, json};

use super::tags::Tag;
use super::{Ssm, invalid, refused};

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    name: String,
    value: String,
    #[serde(rename = "Type")]
    kind: Option<String>,
    #[serde(default)]
    overwrite: bool,
    description: Option<String>,
    allowed_pattern: Option<String>,
    tier: Option<String>,
    data_type: Option<String>,
    key_id: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// Makes a parameter, or gives one another value.
pub(super) async fn run(ssm: &Ssm, scope: &Scope, input: Input) -> Result<Value, ServiceError> {
    if input.overwrite && !input.tags.is_empty() {
        return Err(invalid(
            "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, \
             please remove overwrite flag. To update tags for an existing parameter, please use \
             AddTagsToResource or RemoveTagsFromResource.",
        ));
    }
    let new = NewValue {
        name: input.name,
        kind: input.kind,
        value: input.value,
        overwrite: input.overwrite,
        description: input.description,
        allowed_pattern: input.allowed_pattern,
        tier: input.tier,
        data_type: input.data_type,
        key_id: input.key_id,
        tags: input
            .tags
            .into_iter()
            .map(|tag| (tag.key, tag.value))
            .collect(),
    };
    let put = ssm.parameters.put(scope, new).await;
    let parameter = put.map_err(|error| refused(&error))?;
    Ok(json!({"Version": parameter.version, "Tier": parameter.tier}))
}
