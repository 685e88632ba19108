//! The crate as its users see it.
#![expect(clippy::unwrap_used, reason = "tests")]

mod kinds;
mod random;
mod tasks;
