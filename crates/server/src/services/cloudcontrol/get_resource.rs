//! `GetResource`.

use b2bi_local_dispatcher::ServiceError;
use b2bi_local_registry::HandlerContext;
use serde_json::{Value, json};

use super::CloudControl;
use super::errors::of_handler;
use super::fields::{Fields, IDENTIFIER, TYPE_NAME};
use super::list_resources::described;

#[derive(Clone, Debug)]
pub(crate) struct Input {
    type_name: String,
    identifier: String,
}

impl Input {
    pub(super) fn read(fields: &mut Fields) -> Result<Self, ServiceError> {
        let input = Self {
            type_name: fields.required(&TYPE_NAME)?,
            identifier: fields.required(&IDENTIFIER)?,
        };
        fields.end_of_type_request()?;
        Ok(input)
    }
}

/// The model of a resource.
pub(super) async fn run(
    service: &CloudControl,
    context: &HandlerContext,
    input: Input,
) -> Result<Value, ServiceError> {
    let resource_type = service.resource_type(&input.type_name)?;
    let resource = resource_type.read(context, &input.identifier).await;
    let resource = resource.map_err(of_handler)?;
    Ok(json!({
        "TypeName": input.type_name,
        "ResourceDescription": described(resource),
    }))
}
