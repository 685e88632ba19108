//! AWS wire protocols: the service and operation of a request, its caller, and the form of replies
//! and errors look.
//!
//! [`route()`] reads the head of a request, [`Identity`] is its signer, and [`Service`] is the
//! trait of the services behind them. [`json`] and [`query`] write replies. Nothing here opens a
//! socket or reads a clock; `now` and request ids are arguments.

pub mod cors;
mod identity;
pub mod json;
pub mod query;
mod route;
mod service;
mod service_error;
mod signatures;

pub use identity::{AccountRules, Identity, MOTO_ACCOUNT_HEADER, account_in_key};
pub use route::{Protocol, Route, RoutedService, route, service_of_action};
pub use service::{
    Caller, CallerIdentity, DecodedRequest, Descriptor, Endpoint, Operation, Reply, ReplyFuture,
    Service,
};
pub use service_error::ServiceError;
pub use signatures::refused;
