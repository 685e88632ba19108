//! Resource types: what CloudFormation and Cloud Control do with one resource.
//!
//! A [`ResourceType`] creates, reads, updates, deletes and lists resources that are JSON models.
//! Its [`Schema`] defines the properties of a model. [`Registry`] finds a type by its name. Nothing
//! here knows HTTP, templates or stacks, and time comes from the environment of the services.

mod buckets;
mod context;
mod documents;
mod environment;
mod error;
mod interceptor;
mod names;
mod parameters;
mod registry;
mod resource_type;
mod schema;
mod types;
mod unknown;
mod upstream;

pub use buckets::Buckets;
pub use context::{HandlerContext, Tags};
pub use documents::{Change, DescribedDocument, Documents, DocumentsError};
pub use environment::Environment;
pub use error::{HandlerError, HandlerErrorCode};
pub use interceptor::{Interception, Interceptor, NoInterceptor};
pub use parameters::{NewValue, Parameter, ParameterError, Parameters};
pub use registry::{Registry, UnknownTypeError};
pub use resource_type::{Properties, Residence, Resource, ResourceType};
pub use schema::{Path, Schema, SchemaError, Violation};
pub use types::LOG_GROUPS;
pub use unknown::{UnknownResources, UnknownResourcesError, UnknownType};
pub use upstream::{UpstreamStack, UpstreamStacks};

/// The example of the README, which `cargo test --doc` runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
