//! `GetResourceRequestStatus`.

use b2bi_local_dispatcher::ServiceError;
use b2bi_local_registry::HandlerContext;
use serde_json::{Value, json};

use super::CloudControl;
use super::fields::{Fields, REQUEST_TOKEN};
use super::request::Ending;

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

/// The progress of a request; if requests end after some calls of this operation, it counts.
pub(super) async fn run(
    service: &CloudControl,
    context: &HandlerContext,
    input: Input,
) -> Result<Value, ServiceError> {
    let (requests, token) = (&service.requests, &input.request_token);
    let mut request = requests.get(&context.scope, token)?;
    if matches!(request.ending, Ending::Polls(left) if left > 0) {
        let counted = requests.change(&context.scope, token, |request| {
            if let Ending::Polls(left) = &mut request.ending {
                *left = left.saturating_sub(1);
            }
            Ok(())
        });
        request = counted.await?;
    }
    Ok(json!({"ProgressEvent": request.event(requests.now())}))
}
