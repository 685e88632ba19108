//! Why a handler has failed.

use std::fmt;

/// The kind of a handler's failure, which decides whether clients retry.
///
/// Source: `HandlerErrorCode` in the service model of Cloud Control, `2021-09-30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HandlerErrorCode {
    /// The property cannot be changed in place.
    NotUpdatable,
    /// The model, or something that it names, is not acceptable.
    InvalidRequest,
    /// The caller may not do this.
    AccessDenied,
    /// The caller may not tag.
    UnauthorizedTaggingOperation,
    /// The credentials are not valid.
    InvalidCredentials,
    /// There is such a resource, or it is in use.
    AlreadyExists,
    /// The resource does not exist.
    NotFound,
    /// The resource is being changed by another request.
    ResourceConflict,
    /// Too many requests.
    Throttling,
    /// A quota is exhausted.
    ServiceLimitExceeded,
    /// The resource did not reach its final state in time.
    NotStabilized,
    /// The service failed in a way that has no other code.
    GeneralServiceException,
    /// The service failed.
    ServiceInternalError,
    /// The service did not answer in time.
    ServiceTimeout,
    /// The service could not be reached.
    NetworkFailure,
    /// The handler failed.
    InternalFailure,
}

impl HandlerErrorCode {
    /// All codes.
    pub const ALL: &[Self] = &[
        Self::NotUpdatable,
        Self::InvalidRequest,
        Self::AccessDenied,
        Self::UnauthorizedTaggingOperation,
        Self::InvalidCredentials,
        Self::AlreadyExists,
        Self::NotFound,
        Self::ResourceConflict,
        Self::Throttling,
        Self::ServiceLimitExceeded,
        Self::NotStabilized,
        Self::GeneralServiceException,
        Self::ServiceInternalError,
        Self::ServiceTimeout,
        Self::NetworkFailure,
        Self::InternalFailure,
    ];

    /// The code as AWS writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotUpdatable => "NotUpdatable",
            Self::InvalidRequest => "InvalidRequest",
            Self::AccessDenied => "AccessDenied",
            Self::UnauthorizedTaggingOperation => "UnauthorizedTaggingOperation",
            Self::InvalidCredentials => "InvalidCredentials",
            Self::AlreadyExists => "AlreadyExists",
            Self::NotFound => "NotFound",
            Self::ResourceConflict => "ResourceConflict",
            Self::Throttling => "Throttling",
            Self::ServiceLimitExceeded => "ServiceLimitExceeded",
            Self::NotStabilized => "NotStabilized",
            Self::GeneralServiceException => "GeneralServiceException",
            Self::ServiceInternalError => "ServiceInternalError",
            Self::ServiceTimeout => "ServiceTimeout",
            Self::NetworkFailure => "NetworkFailure",
            Self::InternalFailure => "InternalFailure",
        }
    }
}

impl fmt::Display for HandlerErrorCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// Why a handler has failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({code})")]
pub struct HandlerError {
    /// The kind of failure.
    pub code: HandlerErrorCode,
    /// A message for people.
    pub message: String,
    /// The resource that exists all the same, when a create failed after its first step.
    pub identifier: Option<String>,
}

impl HandlerError {
    /// A failure of this kind.
    #[must_use]
    pub fn new(code: HandlerErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            identifier: None,
        }
    }

    /// The failure for a resource that does not exist.
    #[must_use]
    pub fn not_found(type_name: &str, identifier: &str) -> Self {
        let message =
            format!("Resource of type '{type_name}' with identifier '{identifier}' was not found.");
        Self::new(HandlerErrorCode::NotFound, message)
    }

    /// The failure for a resource that already exists.
    #[must_use]
    pub fn already_exists(type_name: &str, identifier: &str) -> Self {
        let message = format!(
            "Resource of type '{type_name}' with identifier '{identifier}' already exists."
        );
        Self::new(HandlerErrorCode::AlreadyExists, message)
    }

    /// The failure that the request is not acceptable.
    #[must_use]
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(HandlerErrorCode::InvalidRequest, message)
    }

    /// The same failure of a create that has created this resource.
    #[must_use]
    pub fn after_creating(mut self, identifier: impl Into<String>) -> Self {
        self.identifier = Some(identifier.into());
        self
    }
}
