//! `ListResources`.

use b2bi_local_dispatcher::ServiceError;
use b2bi_local_registry::{HandlerContext, Resource};
use serde_json::{Value, json};

use super::errors::of_handler;
use super::fields::{Fields, RESOURCE_MODEL, TYPE_NAME};
use super::{CloudControl, page, run, with_next};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    type_name: String,
    max_results: usize,
    next_token: Option<String>,
    resource_model: Option<String>,
}

impl Input {
    pub(super) fn read(fields: &mut Fields) -> Result<Self, ServiceError> {
        let input = Self {
            type_name: fields.required(&TYPE_NAME)?,
            max_results: fields.max_results()?,
            next_token: fields.next_token()?,
            resource_model: fields.optional(&RESOURCE_MODEL)?,
        };
        fields.end_of_type_request()?;
        Ok(input)
    }
}

/// A page of the resources of a type. A model in the request is read, but none of the types needs
/// one.
pub(super) async fn run(
    service: &CloudControl,
    context: &HandlerContext,
    input: Input,
) -> Result<Value, ServiceError> {
    let resource_type = service.resource_type(&input.type_name)?;
    if let Some(model) = &input.resource_model {
        run::model(model, "ResourceModel")?;
    }
    let all = resource_type.list(context).await.map_err(of_handler)?;
    let (resources, next) = page(all, input.next_token.as_deref(), input.max_results)?;
    let described: Vec<Value> = resources.into_iter().map(described).collect();
    let reply = json!({"TypeName": input.type_name, "ResourceDescriptions": described});
    Ok(with_next(reply, next))
}

/// A resource as replies have it: its model is a text.
pub(super) fn described(resource: Resource) -> Value {
    json!({
        "Identifier": resource.identifier,
        "Properties": Value::Object(resource.properties).to_string(),
    })
}
