//! Tests of the public API.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod acknowledging;
mod bounds;
mod cases;
mod documents;
mod envelope;
mod everyday;
mod examples;
mod facts;
mod guides;
mod hierarchy;
mod names;
mod odd;
mod parallel;
mod properties;
mod samples;
mod tables;
mod validation;
mod values;
mod writing;
