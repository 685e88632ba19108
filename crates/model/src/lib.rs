//! The B2BI service model as Rust types and constraint tables, and their shared code.
//!
//! `cargo xtask codegen` writes `generated/` from botocore's model. The rest uses it: [`decode()`]
//! turns the bytes of a request into an [`Input`] or reports all errors in them, and [`Output`] and
//! [`Error`] serialise into the bodies that AWS sends.

mod decode;
mod error;
#[allow(
    unreachable_pub,
    clippy::too_many_lines,
    clippy::unreadable_literal,
    reason = "a generator writes for the compiler first"
)]
mod generated;
mod json;
mod operation;
mod pattern;
mod rendered;
mod sensitive;
mod shape;
mod timestamp;
mod validate;

pub use decode::{DecodeError, Decoded, decode};
pub use error::ErrorShape;
pub use generated::BOTOCORE_VERSION;
pub use generated::operations::{ERRORS, Error, Input, OPERATIONS, Operation, Output};
pub use generated::types;
pub use operation::OperationShape;
pub use rendered::Rendered;
pub use sensitive::Sensitive;
pub use shape::{List, Member, Number, Pattern, Shape, Structure, Text};
pub use timestamp::Timestamp;
pub use validate::{TypeMismatch, Violation, summary};

/// The namespace that precedes an error's name in `__type`.
///
/// Source: the service's Smithy model.
pub const NAMESPACE: &str = "com.amazonaws.b2bi";
/// What precedes the operation in `X-Amz-Target`.
pub const TARGET_PREFIX: &str = "B2BI";
/// The service's name in a credential scope.
pub const SIGNING_NAME: &str = "b2bi";
