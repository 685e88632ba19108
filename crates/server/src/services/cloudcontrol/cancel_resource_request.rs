//! `CancelResourceRequest`.

use b2bi_local_dispatcher::ServiceError;
use b2bi_local_registry::HandlerContext;
use serde_json::{Value, json};

use super::CloudControl;
use super::errors::error;
use super::fields::{Fields, REQUEST_TOKEN};

#[derive(Clone, Debug)]
pub(crate) struct Input {
    request_token: String,
}

impl Input {
    pub(super) fn read(fields: &mut Fields) -> Result<Self, ServiceError> {
        let input = Self {
            request_token: fields.required(&REQUEST_TOKEN)?,
        };
        fields.end()?;
        Ok(input)
    }
}

/// Cancels a request in progress. The handler's changes remain.
///
/// Source: Assumption A-307.
pub(super) async fn run(
    service: &CloudControl,
    context: &HandlerContext,
    input: Input,
) -> Result<Value, ServiceError> {
    let (requests, token) = (&service.requests, &input.request_token);
    let now = requests.now();
    let cancelled = requests.change(&context.scope, token, |request| {
        if !request.is_open(now) {
            let status = request.status(now);
            let message =
                format!("The request {token} is {status}: only one in progress can be cancelled");
            return Err(error("ConcurrentModificationException", message));
        }
        request.is_cancelled = true;
        Ok(())
    });
    let cancelled = cancelled.await?;
    Ok(json!({"ProgressEvent": cancelled.event(now)}))
}
