//! Stacks of CloudFormation, without HTTP.
//!
//! [`Stacks`] has the operations: a stack is created, updated and deleted resource by resource, and
//! each change of a status is a [`StackEvent`]. A [`ChangeSet`] describes the changes of an update.
//! The resource types come from the registry, the language from the template crate, and everything
//! is stored among the documents of the registry's environment.

mod change_set;
mod error;
mod event;
mod execute;
mod export;
mod ids;
mod include;
mod nested;
mod operations;
mod plan;
mod prepare;
mod references;
mod running;
mod stack;
mod stacks;
mod status;
mod store;

pub use change_set::{ChangeDetail, ChangeSet, ResourceChange};
pub use error::{StackError, StackErrorCode};
pub use event::StackEvent;
pub use execute::OnFailure;
pub use operations::{
    Begun, ChangeSetRequest, CreateRequest, CreatedChangeSet, DeleteRequest, DriftDetection,
    ImportRequest, UpdateRequest, check_policy, stack_drift_status,
};
pub use prepare::{DefinitionRequest, ParameterRequest};
pub use stack::{
    Definition, Drift, OperationRecord, Output, Stack, StackParameter, StackResource, UpdateRecord,
};
pub use stacks::{Stacks, TemplateReadError, TemplateSource};
pub use status::Status;
pub use store::Export;

/// The example of the README, which `cargo test --doc` runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
