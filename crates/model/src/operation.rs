//! The operations of the service model.

use crate::generated::operations::{OPERATIONS, Operation};
use crate::shape::Shape;

/// An operation of the model.
#[derive(Debug)]
pub struct OperationShape {
    /// Which operation.
    pub operation: Operation,
    /// The name after the target prefix.
    pub name: &'static str,
    /// The constraints of its input.
    pub input: &'static Shape,
    /// The errors that it declares.
    pub errors: &'static [&'static str],
}

impl OperationShape {
    /// The operation of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        OPERATIONS
            .binary_search_by(|shape| shape.name.cmp(name))
            .ok()
            .and_then(|at| OPERATIONS.get(at))
    }
}

impl Operation {
    /// The shape of this operation.
    #[must_use]
    pub fn shape(self) -> Option<&'static OperationShape> {
        OPERATIONS.iter().find(|shape| shape.operation == self)
    }
}
