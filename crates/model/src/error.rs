//! The errors of the service model.

use crate::generated::operations::{ERRORS, Error};

/// An error of the model: its status, and the members of its body.
#[derive(Debug, PartialEq, Eq)]
pub struct ErrorShape {
    /// The name, such as `ThrottlingException`.
    pub name: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// Whether clients may try again.
    pub retryable: bool,
    /// The members that a body always has; the first is the message.
    pub required: &'static [&'static str],
    /// The members that a body may have.
    pub optional: &'static [&'static str],
}

impl ErrorShape {
    /// The shape of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        ERRORS.iter().find(|shape| shape.name == name).copied()
    }

    /// The member with the message: `Message` in `ValidationException`, otherwise `message`.
    #[must_use]
    pub fn message_member(&self) -> &'static str {
        self.required.first().copied().unwrap_or("message")
    }
}

impl Error {
    /// The name, such as `ThrottlingException`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.shape().name
    }
}
