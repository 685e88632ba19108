//! A request to an admin route, after its path, query and body were checked.

use b2bi_local_objects::PrepareError;
use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::Value;

use super::body;
use crate::cli::SelectionError;
use crate::journal::{ExpectationError, FilterError};
use crate::objects::ExternalObjectsError;
use crate::query::{ParamError, Params};
use crate::s3_events::NotificationError;

/// The input of a handler.
#[derive(Debug)]
pub(super) struct Call {
    /// The part of the path where the route has `NAME` or `ID`; empty if it has neither.
    pub(super) name: String,
    pub(super) params: Params,
    pub(super) body: Bytes,
}

impl Call {
    /// The body as JSON.
    pub(super) fn json(&self) -> Result<Value, AdminError> {
        body::json(&self.body)
    }
}

/// The result of a handler.
pub(super) type HandlerResult = Result<Response<Bytes>, AdminError>;

/// Why a request to an admin route is refused.
#[derive(Debug)]
pub(super) struct AdminError {
    pub(super) status: StatusCode,
    error: BoxError,
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl AdminError {
    pub(super) fn new(status: StatusCode, error: impl Into<BoxError>) -> Self {
        Self {
            status,
            error: error.into(),
        }
    }

    pub(super) fn bad_request(error: impl Into<BoxError>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    pub(super) fn not_found(error: impl Into<BoxError>) -> Self {
        Self::new(StatusCode::NOT_FOUND, error)
    }

    pub(super) fn internal(error: impl Into<BoxError>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, error)
    }
}

impl std::fmt::Display for AdminError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(out)
    }
}

impl std::error::Error for AdminError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}

/// Errors about what a request says.
macro_rules! bad_requests {
    ($($error:ty),* $(,)?) => {$(
        impl From<$error> for AdminError {
            fn from(error: $error) -> Self {
                Self::bad_request(error)
            }
        }
    )*};
}

bad_requests!(
    ParamError,
    FilterError,
    ExpectationError,
    NotificationError,
    ExternalObjectsError,
    PrepareError,
    SelectionError,
);
