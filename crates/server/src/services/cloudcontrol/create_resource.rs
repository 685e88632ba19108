//! `CreateResource`.

use b2bi_local_dispatcher::ServiceError;
use b2bi_local_registry::HandlerContext;
use serde_json::Value;

use super::CloudControl;
use super::errors::validation;
use super::fields::{CLIENT_TOKEN, DESIRED_STATE, Fields, TYPE_NAME};
use super::request::Change;
use super::run::{self, Submission};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    type_name: String,
    desired_state: String,
    client_token: Option<String>,
}

impl Input {
    pub(super) fn read(fields: &mut Fields) -> Result<Self, ServiceError> {
        let input = Self {
            type_name: fields.required(&TYPE_NAME)?,
            desired_state: fields.required(&DESIRED_STATE)?,
            client_token: fields.optional(&CLIENT_TOKEN)?,
        };
        fields.end_of_type_request()?;
        Ok(input)
    }
}

/// Creates a resource of a model that its schema allows.
pub(super) async fn run(
    service: &CloudControl,
    context: HandlerContext,
    input: Input,
) -> Result<Value, ServiceError> {
    let resource_type = service.resource_type(&input.type_name)?;
    let (type_name, token) = (&*input.type_name, input.client_token);
    let members = ["create", type_name, &input.desired_state];
    let mut submission = Submission::new(service, &context, type_name, token, &members)?;
    if let Some(reply) = submission.repeated()? {
        return Ok(reply);
    }
    let desired = run::model(&input.desired_state, "DesiredState")?;
    let schema = resource_type.schema();
    let read_only = schema
        .read_only()
        .iter()
        .find(|path| path.find(&desired).is_some());
    if let Some(path) = read_only {
        // Source: Assumption A-305.
        let path = path.names().join("/");
        let message =
            format!("Invalid create: readOnlyProperties [/properties/{path}] cannot be set");
        return Err(validation(message));
    }
    run::validate(schema, &desired)?;
    let identifier = schema.identifier(&desired);
    if let Some(identifier) = &identifier {
        submission.occupy(identifier)?;
    }
    let handler = async move { resource_type.create(&context, desired).await.map(Some) };
    submission.run(Change::Create, identifier, handler).await
}
