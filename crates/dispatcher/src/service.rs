//! The interface between the dispatcher and services.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::query::QueryValue;
use crate::route::Protocol;
use crate::service_error::ServiceError;

/// The names by which the dispatcher finds a service and its operations.
#[derive(Debug)]
pub struct Descriptor {
    /// The service's name in a credential scope: `b2bi`.
    pub signing_name: &'static str,
    /// How its requests and replies are written.
    pub protocol: Protocol,
    /// The operations.
    pub operations: &'static [&'static str],
}

/// An operation of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The name, as the service spells it.
    pub name: &'static str,
    /// Its place among the descriptor's operations.
    pub at: usize,
}

impl Descriptor {
    /// Whether a request for this operation may be unsigned: its sender has another proof of
    /// identity.
    ///
    /// Source: the service model of STS, whose operation has the authentication type `none`.
    #[must_use]
    pub fn takes_unsigned(&self, operation: &str) -> bool {
        self.signing_name == "sts" && operation == "AssumeRoleWithWebIdentity"
    }

    /// The operation of this name.
    ///
    /// # Errors
    ///
    /// The service has no such operation.
    pub fn operation(&self, name: &str) -> Result<Operation, ServiceError> {
        // Most names differ in length, so that few are compared byte by byte.
        let at = self
            .operations
            .iter()
            .position(|operation| *operation == name);
        let found = at.and_then(|at| Some((at, *self.operations.get(at)?)));
        match (found, self.protocol) {
            (Some((at, name)), _) => Ok(Operation { name, at }),
            (None, Protocol::Json { .. }) => {
                Err(ServiceError::unknown_operation(self.signing_name, name))
            }
            (None, Protocol::Query { .. }) => {
                Err(ServiceError::invalid_action(self.signing_name, name))
            }
        }
    }
}

/// The caller; clones share it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller(Arc<CallerIdentity>);

/// The caller: account, region and access key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallerIdentity {
    /// Twelve digits.
    pub account: Arc<str>,
    /// The region of the credential scope, or the configured default.
    pub region: Arc<str>,
    /// The access key id of the signature.
    pub access_key: Option<String>,
}

impl From<CallerIdentity> for Caller {
    fn from(caller_identity: CallerIdentity) -> Self {
        Self(Arc::new(caller_identity))
    }
}

impl Deref for Caller {
    type Target = CallerIdentity;

    fn deref(&self) -> &CallerIdentity {
        &self.0
    }
}

/// A successful reply before a protocol has given it its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A JSON document, or nothing.
    Json(Bytes),
    /// Named values, for the Query protocol.
    Members(Vec<(&'static str, QueryValue)>),
}

/// A service: decodes its operations' bodies and carries the requests out.
///
/// The two steps are separate so that a layer can be put between them.
pub trait Service: Send + Sync + 'static {
    /// A decoded request.
    type Input: Clone + Send + 'static;

    /// How the dispatcher finds this service.
    fn descriptor(&self) -> &'static Descriptor;

    /// Reads the body of a request for one of the descriptor's operations.
    ///
    /// # Errors
    ///
    /// The error in the body, in this service's text.
    fn decode(&self, operation: Operation, body: &Bytes) -> Result<Self::Input, ServiceError>;

    /// The error for a failure of the server itself; the service's modelled error, if it has one.
    ///
    /// Source: Assumption A-180.
    fn internal_error(&self, message: String) -> ServiceError {
        ServiceError::internal(message)
    }

    /// Carries a request out.
    fn call(
        &self,
        caller: Caller,
        operation: Operation,
        input: Self::Input,
    ) -> impl Future<Output = Result<Reply, ServiceError>> + Send;

    /// Runs a request with stale reads of this age; a service without a history runs it as usual.
    fn call_lagging(
        &self,
        caller: Caller,
        operation: Operation,
        input: Self::Input,
        _lag: Duration,
    ) -> impl Future<Output = Result<Reply, ServiceError>> + Send {
        self.call(caller, operation, input)
    }
}

/// The outcome of a request, later.
pub type ReplyFuture<'a> = Pin<Box<dyn Future<Output = Result<Reply, ServiceError>> + Send + 'a>>;

/// A service of any input type.
pub trait Endpoint: Send + Sync {
    /// How the dispatcher finds this service.
    fn descriptor(&self) -> &'static Descriptor;

    /// Reads the body of a request for one of the descriptor's operations.
    ///
    /// # Errors
    ///
    /// The error in the body, in this service's text.
    fn decode<'a>(
        &'a self,
        operation: Operation,
        body: &Bytes,
    ) -> Result<Box<dyn DecodedRequest<'a> + 'a>, ServiceError>;

    /// The error for a failure of the server itself.
    fn internal_error(&self, message: String) -> ServiceError;
}

/// A decoded request, ready to be executed.
pub trait DecodedRequest<'a>: Send {
    /// Carries the request out.
    fn call(self: Box<Self>, caller: Caller) -> ReplyFuture<'a>;

    /// Carries the request out as where reads lag behind by this much.
    fn call_lagging(self: Box<Self>, caller: Caller, lag: Duration) -> ReplyFuture<'a>;

    /// The same request again.
    fn again(&self) -> Box<dyn DecodedRequest<'a> + 'a>;
}

struct Decoded<'a, S: Service> {
    service: &'a S,
    operation: Operation,
    input: S::Input,
}

impl<S: Service> Endpoint for S {
    fn descriptor(&self) -> &'static Descriptor {
        Service::descriptor(self)
    }

    fn decode<'a>(
        &'a self,
        operation: Operation,
        body: &Bytes,
    ) -> Result<Box<dyn DecodedRequest<'a> + 'a>, ServiceError> {
        Ok(Box::new(Decoded {
            service: self,
            operation,
            input: Service::decode(self, operation, body)?,
        }))
    }

    fn internal_error(&self, message: String) -> ServiceError {
        Service::internal_error(self, message)
    }
}

impl<'a, S: Service> DecodedRequest<'a> for Decoded<'a, S> {
    fn call(self: Box<Self>, caller: Caller) -> ReplyFuture<'a> {
        Box::pin(self.service.call(caller, self.operation, self.input))
    }

    fn call_lagging(self: Box<Self>, caller: Caller, lag: Duration) -> ReplyFuture<'a> {
        let service = self.service;
        Box::pin(service.call_lagging(caller, self.operation, self.input, lag))
    }

    fn again(&self) -> Box<dyn DecodedRequest<'a> + 'a> {
        Box::new(Self {
            service: self.service,
            operation: self.operation,
            input: self.input.clone(),
        })
    }
}
