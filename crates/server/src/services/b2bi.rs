//! B2BI for the dispatcher: decodes requests, calls the operations of the service, encodes
//! replies.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use b2bi_local_b2bi::B2bi;
use b2bi_local_dispatcher::{
    Caller, Descriptor, Operation, Protocol, Reply, Service, ServiceError,
};
use b2bi_local_model::{
    DecodeError, Error, Input, NAMESPACE, OPERATIONS, Output, SIGNING_NAME, TARGET_PREFIX, decode,
    types,
};
use bytes::Bytes;
use http::StatusCode;
use serde_json::Value;

use super::scope_of;

static NAMES: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| OPERATIONS.iter().map(|item| item.name).collect());

static DESCRIPTOR: LazyLock<Descriptor> = LazyLock::new(|| Descriptor {
    signing_name: SIGNING_NAME,
    protocol: Protocol::Json {
        target_prefix: TARGET_PREFIX,
    },
    operations: &NAMES,
});

/// The initial size of a reply: enough for all but lists, and a size that allocators cache.
const TYPICAL: usize = 1000;

/// The B2BI service.
pub(crate) struct B2biService {
    pub(crate) service: Arc<B2bi>,
    /// Whether members that the model does not have are refused.
    pub(crate) strict: bool,
    /// The HTTP statuses that its errors have.
    pub(crate) error_statuses: ErrorStatuses,
}

/// The HTTP statuses of the service's errors.
///
/// Source: Assumption A-404.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorStatuses {
    /// The statuses of the service model, such as 404 for `ResourceNotFoundException`.
    Model,
    /// The statuses of the API reference: 400 for all client errors.
    Docs,
}

impl ErrorStatuses {
    /// The error with its status.
    pub(crate) fn apply(self, mut error: ServiceError) -> ServiceError {
        if self == Self::Docs && error.status.is_client_error() {
            error.status = StatusCode::BAD_REQUEST;
        }
        error
    }
}

impl Service for B2biService {
    type Input = Input;

    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn decode(&self, operation: Operation, body: &Bytes) -> Result<Input, ServiceError> {
        let shape = OPERATIONS
            .get(operation.at)
            .ok_or_else(|| ServiceError::unknown_operation(SIGNING_NAME, operation.name))?;
        let decoded = decode(shape, body).map_err(undecodable);
        let decoded = decoded.map_err(|error| self.error_statuses.apply(error))?;
        if !decoded.unknown.is_empty() {
            self.note_unknown(operation.name, &decoded.unknown)?;
        }
        Ok(decoded.input)
    }

    fn internal_error(&self, message: String) -> ServiceError {
        modelled(&Error::InternalServer(types::InternalServerException {
            message,
            retry_after_seconds: None,
        }))
    }

    async fn call(
        &self,
        caller: Caller,
        _operation: Operation,
        input: Input,
    ) -> Result<Reply, ServiceError> {
        let outcome = self.service.call(&scope_of(&caller), input).await;
        replied(outcome).map_err(|error| self.error_statuses.apply(error))
    }

    async fn call_lagging(
        &self,
        caller: Caller,
        _operation: Operation,
        input: Input,
        lag: Duration,
    ) -> Result<Reply, ServiceError> {
        let scope = scope_of(&caller);
        let outcome = self.service.call_lagging(&scope, input, lag).await;
        replied(outcome).map_err(|error| self.error_statuses.apply(error))
    }
}

fn replied(outcome: Result<Output, Error>) -> Result<Reply, ServiceError> {
    match outcome {
        Ok(Output::Nothing) => Ok(Reply::Json(Bytes::new())),
        Ok(output) => written(&output)
            .map(Reply::Json)
            .map_err(|error| unwritable(&error)),
        Err(error) => Err(modelled(&error)),
    }
}

impl B2biService {
    fn note_unknown(&self, operation: &str, unknown: &[String]) -> Result<(), ServiceError> {
        let members = unknown.join(", ");
        if self.strict {
            return Err(modelled(&Error::Validation(types::ValidationException {
                message: format!("{operation} has no such members (strict mode): {members}"),
            })));
        }
        tracing::warn!(operation, members, "unknown input members are ignored");
        Ok(())
    }
}

fn written(output: &Output) -> serde_json::Result<Bytes> {
    if let Output::Written(json) = output
        && let Some(body) = json.body()
    {
        return Ok(body);
    }
    let mut body = Vec::with_capacity(TYPICAL);
    serde_json::to_writer(&mut body, output)?;
    Ok(body.into())
}

fn undecodable(error: DecodeError) -> ServiceError {
    match error.modelled() {
        Some(error) => modelled(&error),
        None => ServiceError::serialization(error.to_string()),
    }
}

fn modelled(error: &Error) -> ServiceError {
    let shape = error.shape();
    let members = match serde_json::to_value(error) {
        Ok(Value::Object(members)) => members,
        _ => serde_json::Map::new(),
    };
    ServiceError {
        code: Cow::Borrowed(shape.name),
        namespace: Some(NAMESPACE),
        status: StatusCode::from_u16(shape.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        members,
        headers: Vec::new(),
    }
}

/// Serialising the model's types to memory does not fail; should it, the client hears of it.
fn unwritable(error: &serde_json::Error) -> ServiceError {
    tracing::error!(%error, "a reply could not be written");
    modelled(&Error::InternalServer(types::InternalServerException {
        message: "The reply could not be written".to_owned(),
        retry_after_seconds: None,
    }))
}
