//! Runs a handler for a request, and stores its outcome.

use std::future::Future;
use std::panic::resume_unwind;

use b2bi_local_b2bi::Scope;
use b2bi_local_dispatcher::ServiceError;
use b2bi_local_registry::{HandlerError, Properties, Resource, ResourceType, Schema};
use serde_json::{Value, json};

use super::CloudControl;
use super::errors::{error, validation};
use super::request::Request;
use super::requests::RequestGuard;

/// Runs the handler to its end, whether or not the client waits for it, and answers with an event.
pub(super) async fn to_its_end(
    service: &CloudControl,
    scope: Scope,
    mut request: Request,
    asked: String,
    occupied: [Option<RequestGuard>; 2],
    handler: impl Future<Output = Result<Option<Resource>, HandlerError>> + Send + 'static,
) -> Result<Value, ServiceError> {
    let requests = service.requests.clone();
    let work = tokio::spawn(async move {
        let _occupied = occupied;
        request.ended(handler.await);
        let kept = requests.keep(&scope, request, asked).await?;
        let event = kept.first_event(requests.now());
        Ok(json!({"ProgressEvent": event}))
    });
    match work.await {
        Ok(answered) => answered,
        Err(failed) if failed.is_panic() => resume_unwind(failed.into_panic()),
        Err(_) => Err(ServiceError::internal("The server is stopping")),
    }
}

/// What distinguishes two requests with the same client token.
pub(super) fn asked(parts: &[&str]) -> String {
    json!(parts).to_string()
}

/// A model that is given as text.
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
