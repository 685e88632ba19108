//! Rules and the mini-language as their users see them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod grammar;
mod refusals;
mod schema;
