//! An error reply before it is written in a protocol.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value};

use crate::route::Protocol;

const UNKNOWN_SERVICE: &str = "UnknownServiceException";
const UNKNOWN_OPERATION: &str = "UnknownOperationException";

/// An error reply, independent of the protocol.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceError {
    /// The name without namespace: `ThrottlingException`.
    pub code: Cow<'static, str>,
    /// The namespace in `__type`; `None` for errors of the front end.
    ///
    /// Source: Assumption A-04.
    pub namespace: Option<&'static str>,
    /// The HTTP status.
    pub status: StatusCode,
    /// The members of the body, the message among them.
    pub members: Map<String, Value>,
    /// Headers of this reply alone.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl fmt::Display for ServiceError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.code, self.message())
    }
}

impl Error for ServiceError {}

impl ServiceError {
    /// An error of the front end, with its text in `message`.
    #[must_use]
    pub fn front(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        let mut members = Map::new();
        members.insert("message".to_owned(), Value::String(message.into()));
        Self {
            code: Cow::Borrowed(code),
            namespace: None,
            status,
            members,
            headers: Vec::new(),
        }
    }

    /// The text for people, in whichever member it is.
    #[must_use]
    pub fn message(&self) -> &str {
        ["message", "Message"]
            .iter()
            .find_map(|name| self.members.get(*name)?.as_str())
            .unwrap_or_default()
    }

    /// The server itself fails.
    ///
    /// Source: Assumption A-180.
    #[must_use]
    pub fn internal(message: impl Into<String>) -> Self {
        Self::front(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalFailure",
            message,
        )
    }

    /// A Query request names an action that its service does not have.
    #[must_use]
    pub fn invalid_action(service: &str, action: &str) -> Self {
        Self::front(
            StatusCode::BAD_REQUEST,
            "InvalidAction",
            format!("Could not find operation {action} of {service}"),
        )
    }

    /// The request names an operation that its service does not have.
    #[must_use]
    pub fn unknown_operation(service: &str, operation: &str) -> Self {
        Self::front(
            StatusCode::NOT_FOUND,
            UNKNOWN_OPERATION,
            format!("{service} has no operation '{operation}'"),
        )
    }

    /// The request is for a service that is not here.
    #[must_use]
    pub fn unknown_service(named: &str, known: &[&str]) -> Self {
        Self::front(
            StatusCode::NOT_FOUND,
            UNKNOWN_SERVICE,
            format!(
                "No service here answers '{named}'; --upstream URL passes its requests on to moto, \
                 LocalStack or another server. Known services: {}",
                known.join(", ")
            ),
        )
    }

    /// Whether the request is for a service that is not here.
    #[must_use]
    pub fn is_unknown_service(&self) -> bool {
        self.code == UNKNOWN_SERVICE
    }

    /// Whether the request names an operation that its service does not have.
    #[must_use]
    pub fn is_unknown_operation(&self) -> bool {
        self.code == UNKNOWN_OPERATION
    }

    /// The body is not what the protocol or the model's types demand.
    #[must_use]
    pub fn serialization(message: impl Into<String>) -> Self {
        Self::front(StatusCode::BAD_REQUEST, "SerializationException", message)
    }

    /// The body is larger than the configured limit.
    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        Self::front(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestEntityTooLargeException",
            format!("The request body is larger than {limit} bytes"),
        )
    }

    /// The request carries no signature, or one that cannot be read.
    #[must_use]
    pub fn missing_authentication(protocol: Protocol) -> Self {
        let code = match protocol {
            Protocol::Json { .. } => "MissingAuthenticationTokenException",
            Protocol::Query { .. } => "MissingAuthenticationToken",
        };
        let message = "Request is missing Authentication Token";
        Self::front(StatusCode::FORBIDDEN, code, message)
    }
}
