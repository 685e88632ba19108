//! The resource types over services in memory.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod b2bi;
mod documents;
mod others;
mod schemas;
mod surroundings;
mod upstream;
