//! `DeleteResource`.

use b2bi_local_dispatcher::ServiceError;
use b2bi_local_registry::HandlerContext;
use serde_json::{Value, json};

use super::fields::{CLIENT_TOKEN, Fields, IDENTIFIER, TYPE_NAME};
use super::request::Change;
use super::{CloudControl, run};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    type_name: String,
    identifier: String,
    client_token: Option<String>,
}

impl Input {
    pub(super) fn read(fields: &mut Fields) -> Result<Self, ServiceError> {
        let input = Self {
            type_name: fields.required(&TYPE_NAME)?,
            identifier: fields.required(&IDENTIFIER)?,
            client_token: fields.optional(&CLIENT_TOKEN)?,
        };
        fields.end_of_type_request()?;
        Ok(input)
    }
}

/// Deletes a resource; the event says if there is none.
pub(super) async fn run(
    service: &CloudControl,
    context: HandlerContext,
    input: Input,
) -> Result<Value, ServiceError> {
    let scope = context.scope.clone();
    let resource_type = service.resource_type(&input.type_name)?;
    let requests = &service.requests;
    let client_token = input.client_token.as_deref();
    let asked = run::asked(&["delete", &input.type_name, &input.identifier]);
    let token = requests.occupy_token(&scope, client_token)?;
    if let Some(client_token) = client_token
        && let Some(known) = requests.repeated(&scope, client_token, &asked)?
    {
        return Ok(json!({"ProgressEvent": known.event(requests.now())}));
    }
    let resource = requests.occupy_resource(&scope, &input.type_name, &input.identifier)?;
    let identifier = Some(input.identifier.clone());
    let request = requests.make(
        &input.type_name,
        Change::Delete,
        identifier,
        input.client_token,
    );
    let occupied = [token, Some(resource)];
    let handler = async move {
        let deleted = resource_type.delete(&context, &input.identifier);
        deleted.await.map(|()| None)
    };
    run::to_its_end(service, scope, request, asked, occupied, handler).await
}
