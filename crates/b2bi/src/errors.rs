//! The modelled errors, with our own messages if AWS's are not known.
//!
//! Source: the quoted texts were seen on AWS; all others are Assumption A-06.

use b2bi_local_model::{Error, types};

use crate::arn::ResourceKind;

/// A request that the model allows and the service refuses.
pub(crate) fn validation(message: impl ToString) -> Error {
    Error::Validation(types::ValidationException {
        message: message.to_string(),
    })
}

/// The message of an error.
pub(crate) fn message(error: &Error) -> String {
    let member = error.shape().message_member();
    let members = serde_json::to_value(error).unwrap_or_default();
    let message = members.get(member).and_then(serde_json::Value::as_str);
    message.unwrap_or(error.name()).to_owned()
}

/// A resource that does not exist in this account and region.
pub(crate) fn not_found(kind: &str, id: &str) -> Error {
    resource_not_found(format!("The {kind} {id} does not exist"))
}

/// A missing resource, with its own message.
pub(crate) fn resource_not_found(message: String) -> Error {
    Error::ResourceNotFound(types::ResourceNotFoundException { message })
}

/// A request that conflicts with the state of a resource.
pub(crate) fn conflict(message: impl Into<String>) -> Error {
    Error::Conflict(types::ConflictException {
        message: message.into(),
    })
}

/// A resource that others use, so that it cannot be deleted.
pub(crate) fn in_use(kind: ResourceKind, id: &str, user: ResourceKind, user_id: &str) -> Error {
    conflict(format!(
        "The {} {id} is used by the {} {user_id} and cannot be deleted",
        kind.as_str(),
        user.as_str(),
    ))
}

/// Object storage refuses the caller.
pub(crate) fn access_denied(message: String) -> Error {
    Error::AccessDenied(types::AccessDeniedException { message })
}

/// An internal error.
pub(crate) fn internal(message: impl Into<String>) -> Error {
    Error::InternalServer(types::InternalServerException {
        message: message.into(),
        retry_after_seconds: None,
    })
}
