//! The interface for faults in the calls that handlers make to services.

use async_trait::async_trait;
use serde_json::Value;

use crate::context::HandlerContext;
use crate::error::HandlerError;

/// The outcome of a handler's call of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interception {
    /// The call is made.
    Continue,
    /// The call fails without being made.
    Fail(HandlerError),
    /// The call is made, and fails anyway.
    FailAfter(HandlerError),
}

/// Asked before a handler calls an operation of B2BI.
#[async_trait]
pub trait Interceptor: Send + Sync {
    /// The outcome of the call; the body is the request in the API's JSON.
    async fn before(&self, context: &HandlerContext, operation: &str, body: &Value)
    -> Interception;
}

/// Without faults.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoInterceptor;

#[async_trait]
impl Interceptor for NoInterceptor {
    async fn before(&self, _: &HandlerContext, _: &str, _: &Value) -> Interception {
        Interception::Continue
    }
}
