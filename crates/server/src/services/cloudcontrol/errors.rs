//! The errors of Cloud Control.

use std::borrow::Cow;

use b2bi_local_dispatcher::ServiceError;
use b2bi_local_persistence::WriteError;
use b2bi_local_registry::{HandlerError, HandlerErrorCode};
use http::StatusCode;
use serde_json::{Map, Value};

/// The prefix of an error's name in `__type`.
///
/// Source: Assumption A-303.
const NAMESPACE: &str = "com.amazon.cloudapiservice";

/// The codes of the errors that the service's operations declare.
pub(crate) const ERRORS: &[&str] = &[
    "AlreadyExistsException",
    "ClientTokenConflictException",
    "ConcurrentModificationException",
    "ConcurrentOperationException",
    "GeneralServiceException",
    "HandlerFailureException",
    "HandlerInternalFailureException",
    "InvalidCredentialsException",
    "InvalidRequestException",
    "NetworkFailureException",
    "NotStabilizedException",
    "NotUpdatableException",
    "PrivateTypeException",
    "RequestTokenNotFoundException",
    "ResourceConflictException",
    "ResourceNotFoundException",
    "ServiceInternalErrorException",
    "ServiceLimitExceededException",
    "TypeNotFoundException",
    "UnsupportedActionException",
];

/// An error with its text; all have the status 400.
pub(super) fn error(code: &'static str, message: impl Into<String>) -> ServiceError {
    let members = Map::from_iter([("Message".to_owned(), Value::String(message.into()))]);
    ServiceError {
        code: Cow::Borrowed(code),
        namespace: Some(NAMESPACE),
        status: StatusCode::BAD_REQUEST,
        members,
        headers: Vec::new(),
    }
}

/// A request or a model breaks a constraint.
pub(super) fn validation(message: impl Into<String>) -> ServiceError {
    error("ValidationException", message)
}

/// The error reply to a read or a list whose handler has failed.
pub(super) fn of_handler(failure: HandlerError) -> ServiceError {
    let code = match failure.code {
        HandlerErrorCode::NotUpdatable => "NotUpdatableException",
        HandlerErrorCode::InvalidRequest => "InvalidRequestException",
        HandlerErrorCode::InvalidCredentials => "InvalidCredentialsException",
        HandlerErrorCode::AlreadyExists => "AlreadyExistsException",
        HandlerErrorCode::NotFound => "ResourceNotFoundException",
        HandlerErrorCode::ResourceConflict => "ResourceConflictException",
        HandlerErrorCode::Throttling => "ThrottlingException",
        HandlerErrorCode::ServiceLimitExceeded => "ServiceLimitExceededException",
        HandlerErrorCode::NotStabilized => "NotStabilizedException",
        HandlerErrorCode::GeneralServiceException => "GeneralServiceException",
        HandlerErrorCode::ServiceInternalError => "ServiceInternalErrorException",
        HandlerErrorCode::NetworkFailure => "NetworkFailureException",
        HandlerErrorCode::InternalFailure => "HandlerInternalFailureException",
        HandlerErrorCode::AccessDenied
        | HandlerErrorCode::UnauthorizedTaggingOperation
        | HandlerErrorCode::ServiceTimeout => "HandlerFailureException",
    };
    error(code, failure.message)
}

/// A change that could not be stored on disk.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(super) struct ChangeError(pub(super) ServiceError);

impl From<WriteError> for ChangeError {
    fn from(error: WriteError) -> Self {
        Self(ServiceError::internal(error.to_string()))
    }
}
