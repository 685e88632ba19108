//! The crate as its users see it.
#![expect(clippy::unwrap_used, reason = "tests")]

mod random;
mod tasks;
