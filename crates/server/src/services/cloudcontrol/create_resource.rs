//! `CreateResource`.

use b2bi_local_dispatcher::ServiceError;
use b2bi_local_registry::HandlerContext;
use serde_json::{Value, json};

use super::errors::validation;
use super::fields::{CLIENT_TOKEN, DESIRED_STATE, Fields, TYPE_NAME};
use super::request::Change;
use super::{CloudControl, run};

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
    let scope = context.scope.clone();
    let resource_type = service.resource_type(&input.type_name)?;
    let requests = &service.requests;
    let client_token = input.client_token.as_deref();
    let asked = run::asked(&["create", &input.type_name, &input.desired_state]);
    let token = requests.occupy_token(&scope, client_token)?;
    if let Some(client_token) = client_token
        && let Some(known) = requests.repeated(&scope, client_token, &asked)?
    {
        return Ok(json!({"ProgressEvent": known.event(requests.now())}));
    }
    let desired = run::model(&input.desired_state, "DesiredState")?;
    let schema = resource_type.schema();
    let given = schema
        .read_only()
        .iter()
        .find(|path| path.find(&desired).is_some());
    if let Some(path) = given {
        // Source: Assumption A-305.
        let path = path.names().join("/");
        let message =
            format!("Invalid create: readOnlyProperties [/properties/{path}] cannot be set");
        return Err(validation(message));
    }
    run::validate(schema, &desired)?;
    let identifier = schema.identifier(&desired);
    let resource = identifier
        .as_deref()
        .map(|identifier| requests.occupy_resource(&scope, &input.type_name, identifier));
    let occupied = [token, resource.transpose()?];
    let request = requests.make(
        &input.type_name,
        Change::Create,
        identifier,
        input.client_token,
    );
    let handler = async move { resource_type.create(&context, desired).await.map(Some) };
    run::to_its_end(service, scope, request, asked, occupied, handler).await
}
