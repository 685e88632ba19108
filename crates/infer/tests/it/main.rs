//! Tests of the public API.
#![expect(clippy::unwrap_used, reason = "tests")]

mod kinds;
mod random;
mod tasks;
