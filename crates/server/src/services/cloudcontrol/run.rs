//! Runs the handler of a request to change a resource, and stores its outcome.

use std::future::Future;
use std::panic::resume_unwind;
use std::sync::Arc;

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_registry::{
    HandlerContext, HandlerError, Properties, Resource, ResourceType, Schema,
};
use serde_json::{Value, json};

use super::CloudControl;
use super::errors::{error, validation};
use super::request::Change;
use super::requests::{RequestGuard, Requests};

/// A request to change a resource, until its handler runs. No other request can use its client token
/// or change its resource at the same time.
pub(super) struct Submission<'a> {
    requests: &'a Arc<Requests>,
    scope: Scope,
    type_name: String,
    client_token: Option<String>,
    /// What distinguishes two requests with the same client token.
    content: String,
    occupied: Vec<RequestGuard>,
}

impl<'a> Submission<'a> {
    /// A request with these members, after the name of the operation.
    pub(super) fn new(
        service: &'a CloudControl,
        context: &HandlerContext,
        type_name: &str,
        client_token: Option<String>,
        members: &[&str],
    ) -> Result<Self, ServiceError> {
        let (requests, scope) = (&service.requests, context.scope.clone());
        let token = requests.occupy_token(&scope, client_token.as_deref())?;
        Ok(Self {
            requests,
            scope,
            type_name: type_name.to_owned(),
            client_token,
            content: json!(members).to_string(),
            occupied: token.into_iter().collect(),
        })
    }

    /// The reply, if there was an earlier request with this client token.
    pub(super) fn repeated(&self) -> Result<Option<Value>, ServiceError> {
        let Some(client_token) = &self.client_token else {
            return Ok(None);
        };
        let known = self
            .requests
            .repeated(&self.scope, client_token, &self.content)?;
        Ok(known.map(|known| json!({"ProgressEvent": known.event(self.requests.now())})))
    }

    /// Keeps other requests from the resource.
    pub(super) fn occupy(&mut self, identifier: &str) -> Result<(), ServiceError> {
        let requests = self.requests;
        let resource = requests.occupy_resource(&self.scope, &self.type_name, identifier)?;
        self.occupied.push(resource);
        Ok(())
    }

    /// Runs the handler to its end, whether or not the client waits for it, and replies with an event.
    pub(super) async fn run(
        self,
        change: Change,
        identifier: Option<String>,
        handler: impl Future<Output = Result<Option<Resource>, HandlerError>> + Send + 'static,
    ) -> Result<Value, ServiceError> {
        let Self {
            scope,
            content,
            occupied,
            ..
        } = self;
        let requests = Arc::clone(self.requests);
        let mut request = requests.make(&self.type_name, change, identifier, self.client_token);
        let work = tokio::spawn(async move {
            let _occupied = occupied;
            request.ended(handler.await);
            let kept = requests.keep(&scope, request, content).await?;
            let event = kept.first_event(requests.now());
            Ok(json!({"ProgressEvent": event}))
        });
        match work.await {
            Ok(answered) => answered,
            Err(failed) if failed.is_panic() => resume_unwind(failed.into_panic()),
            Err(_) => Err(ServiceError::internal("The server is stopping")),
        }
    }
}

/// Reads a model from JSON.
pub(super) fn model(text: &str, member: &str) -> Result<Properties, ServiceError> {
    serde_json::from_str(text)
        .map_err(|error| invalid(format!("{member} must be a JSON object: {error}")))
}

pub(super) fn invalid(message: String) -> ServiceError {
    error("InvalidRequestException", message)
}

/// Checks a model against the schema of its type.
pub(super) fn validate(schema: &Schema, model: &Properties) -> Result<(), ServiceError> {
    let violations = schema.validate(model);
    if violations.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
    Err(validation(format!(
        "Model validation failed ({})",
        lines.join("\n")
    )))
}

/// A model without its read-only properties.
pub(super) fn writable(resource_type: &dyn ResourceType, mut model: Properties) -> Properties {
    for path in resource_type.schema().read_only() {
        path.remove(&mut model);
    }
    model
}
