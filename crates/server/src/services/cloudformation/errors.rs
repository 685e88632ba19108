//! The errors of CloudFormation.

use std::borrow::Cow;

use b2bi_local_dispatcher::ServiceError;
use b2bi_local_stacks::{StackError, StackErrorCode};
use http::StatusCode;

/// The codes of the errors that the operations declare.
pub(crate) const ERRORS: &[&str] = &[
    "AlreadyExistsException",
    "ChangeSetNotFound",
    "InsufficientCapabilitiesException",
    "InvalidChangeSetStatus",
    "LimitExceededException",
    "TokenAlreadyExistsException",
    "TypeNotFoundException",
];

/// An error of an operation on stacks in the form of the wire.
pub(super) fn wire(error: StackError) -> ServiceError {
    let status = StatusCode::from_u16(error.code.status());
    let status = status.unwrap_or(StatusCode::BAD_REQUEST);
    let mut wire = ServiceError::front(status, "", error.message);
    wire.code = Cow::Borrowed(error.code.as_str());
    wire
}

/// The request is not acceptable.
pub(super) fn validation(message: impl Into<String>) -> ServiceError {
    wire(StackError::new(StackErrorCode::Validation, message))
}
