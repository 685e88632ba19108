//! What a service is to the dispatcher.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;

use crate::failure::Failure;
use crate::route::Protocol;

/// What the dispatcher must know of a service to find it and its operations.
#[derive(Debug)]
pub struct Descriptor {
    /// The service's name in a credential scope: `b2bi`.
    pub signing_name: &'static str,
    /// How its requests and replies are written.
    pub protocol: Protocol,
    /// The operations, sorted by name.
    pub operations: &'static [&'static str],
}

impl Descriptor {
    /// The operation of this name, as the service spells it.
    ///
    /// # Errors
    ///
    /// The service has no such operation.
    pub fn operation(&self, name: &str) -> Result<&'static str, Failure> {
        self.operations
            .binary_search(&name)
            .ok()
            .and_then(|at| self.operations.get(at).copied())
            .ok_or_else(|| Failure::unknown_operation(self.signing_name, name))
    }
}

/// Who calls, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Twelve digits.
    pub account: String,
    /// The region of the credential scope, or the configured default.
    pub region: String,
    /// The access key id of the signature.
    pub access_key: Option<String>,
}

/// A successful reply before a protocol has given it its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A JSON document, or nothing at all.
    Json(Bytes),
    /// Named texts, for the Query protocol.
    Members(Vec<(&'static str, String)>),
}

/// A service: decodes its operations' bodies and carries the requests out.
///
/// The two steps are apart so that a layer can stand between them.
pub trait Service: Send + Sync + 'static {
    /// A decoded request.
    type Input: Clone + Send + 'static;

    /// How the dispatcher finds this service.
    fn descriptor(&self) -> &'static Descriptor;

    /// Reads the body of a request for one of the descriptor's operations.
    ///
    /// # Errors
    ///
    /// What is wrong with the body, as this service words it.
    fn decode(&self, operation: &'static str, body: &Bytes) -> Result<Self::Input, Failure>;

    /// Carries a request out.
    fn call(
        &self,
        caller: Caller,
        operation: &'static str,
        input: Self::Input,
    ) -> impl Future<Output = Result<Reply, Failure>> + Send;
}

/// The outcome of a whole operation, later.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<Reply, Failure>> + Send + 'a>>;

/// A service of any input type.
pub trait Endpoint: Send + Sync {
    /// How the dispatcher finds this service.
    fn descriptor(&self) -> &'static Descriptor;

    /// Decodes a request and carries it out.
    fn answer(&self, caller: Caller, operation: &'static str, body: Bytes) -> Answer<'_>;
}

impl<S: Service> Endpoint for S {
    fn descriptor(&self) -> &'static Descriptor {
        Service::descriptor(self)
    }

    fn answer(&self, caller: Caller, operation: &'static str, body: Bytes) -> Answer<'_> {
        Box::pin(async move {
            let input = self.decode(operation, &body)?;
            self.call(caller, operation, input).await
        })
    }
}
