//! The crate as its users see it.
#![expect(clippy::unwrap_used, reason = "tests")]

mod by_example;
mod evaluation;
mod fixtures;
mod hostile;
mod roads;
mod samples;
mod suite;
