//! `DeleteResource`.

use b2bi_local_dispatcher::ServiceError;
use b2bi_local_registry::HandlerContext;
use serde_json::Value;

use super::CloudControl;
use super::fields::{CLIENT_TOKEN, Fields, IDENTIFIER, TYPE_NAME};
use super::request::Change;
use super::run::Submission;

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

/// Deletes a resource; the event says if it does not exist.
pub(super) async fn run(
    service: &CloudControl,
    context: HandlerContext,
    input: Input,
) -> Result<Value, ServiceError> {
    let resource_type = service.resource_type(&input.type_name)?;
    let (type_name, token) = (&*input.type_name, input.client_token);
    let members = ["delete", type_name, &input.identifier];
    let mut submission = Submission::new(service, &context, type_name, token, &members)?;
    if let Some(reply) = submission.repeated()? {
        return Ok(reply);
    }
    submission.occupy(&input.identifier)?;
    let identifier = Some(input.identifier.clone());
    let handler = async move {
        let deleted = resource_type.delete(&context, &input.identifier);
        deleted.await.map(|()| None)
    };
    submission.run(Change::Delete, identifier, handler).await
}
