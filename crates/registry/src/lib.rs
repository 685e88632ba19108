//! Resource types: what CloudFormation and Cloud Control do with one resource.
//!
//! A [`ResourceType`] creates, reads, updates, deletes and lists resources that are JSON models. Its
//! [`Schema`] says which properties a model may have. [`Registry`] finds a type by its name. Nothing
//! here knows HTTP, templates or stacks, and time comes from the environment of the services.

mod context;
mod documents;
mod error;
mod registry;
mod resource_type;
mod schema;
mod types;

pub use context::{HandlerContext, Tags};
pub use documents::{Change, DescribedDocument, Documents, DocumentsError};
pub use error::{HandlerError, HandlerErrorCode};
pub use registry::{Registry, UnknownTypeError};
pub use resource_type::{Properties, Residence, Resource, ResourceType};
pub use schema::{Path, Schema, SchemaError, Violation};
