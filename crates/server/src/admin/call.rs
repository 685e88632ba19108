//! A request to one of the server's own routes, once its path, query and body are checked.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::Value;

use super::body;
use crate::query::{ParamError, Params};

/// What a handler is given.
#[derive(Debug)]
pub(super) struct Call {
    /// What stands in the path where the route has `NAME` or `ID`; empty where it has neither.
    pub(super) name: String,
    pub(super) params: Params,
    pub(super) body: Bytes,
}

impl Call {
    /// The body as JSON.
    pub(super) fn json(&self) -> Result<Value, AdminError> {
        Ok(body::json(&self.body)?)
    }
}

/// What a handler answers.
pub(super) type HandlerResult = Result<Response<Bytes>, AdminError>;

/// Why a request to one of the server's own routes is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AdminError {
    pub(super) status: StatusCode,
    pub(super) message: String,
}

impl AdminError {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub(super) fn internal(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }
}

impl std::fmt::Display for AdminError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for AdminError {}

impl From<String> for AdminError {
    fn from(message: String) -> Self {
        Self::bad_request(message)
    }
}

impl From<ParamError> for AdminError {
    fn from(error: ParamError) -> Self {
        Self::bad_request(error.to_string())
    }
}
