//! Why an operation on stacks is refused.

use b2bi_local_persistence::WriteError;
use b2bi_local_template::TemplateError;

/// The kind of an error.
///
/// Source: the errors of the service model of CloudFormation, `2010-05-15`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StackErrorCode {
    /// The request is not acceptable.
    Validation,
    /// There is such a stack or change set.
    AlreadyExists,
    /// The caller has to acknowledge capabilities.
    InsufficientCapabilities,
    /// The change set does not exist.
    ChangeSetNotFound,
    /// The change set cannot be executed or deleted.
    InvalidChangeSetStatus,
    /// A quota is exhausted.
    LimitExceeded,
    /// The token of the request was used for something else.
    TokenAlreadyExists,
    /// The type does not exist.
    TypeNotFound,
    /// The server failed.
    Internal,
}

impl StackErrorCode {
    /// The code as AWS writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Validation => "ValidationError",
            Self::AlreadyExists => "AlreadyExistsException",
            Self::InsufficientCapabilities => "InsufficientCapabilitiesException",
            Self::ChangeSetNotFound => "ChangeSetNotFound",
            Self::InvalidChangeSetStatus => "InvalidChangeSetStatus",
            Self::LimitExceeded => "LimitExceededException",
            Self::TokenAlreadyExists => "TokenAlreadyExistsException",
            Self::TypeNotFound => "TypeNotFoundException",
            Self::Internal => "InternalFailure",
        }
    }

    /// The HTTP status of the error.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::ChangeSetNotFound | Self::TypeNotFound => 404,
            Self::Internal => 500,
            _ => 400,
        }
    }
}

/// Why an operation on stacks is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({})", code.as_str())]
pub struct StackError {
    /// The kind.
    pub code: StackErrorCode,
    /// A message for people.
    pub message: String,
}

impl StackError {
    /// An error of this kind.
    #[must_use]
    pub fn new(code: StackErrorCode, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { code, message }
    }

    /// The request is not acceptable.
    #[must_use]
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new(StackErrorCode::Validation, message)
    }

    /// The stack does not exist.
    pub(crate) fn no_stack(name: &str) -> Self {
        Self::validation(format!("Stack with id {name} does not exist"))
    }
}

impl From<WriteError> for StackError {
    fn from(error: WriteError) -> Self {
        Self::new(StackErrorCode::Internal, error.to_string())
    }
}

impl From<TemplateError> for StackError {
    fn from(error: TemplateError) -> Self {
        Self::validation(error.to_string())
    }
}

impl From<serde_json::Error> for StackError {
    fn from(error: serde_json::Error) -> Self {
        Self::new(StackErrorCode::Internal, error.to_string())
    }
}
