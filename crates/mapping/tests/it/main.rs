//! Tests of the public API.
#![expect(clippy::unwrap_used, reason = "tests")]

mod defects;
mod evaluation;
mod fixtures;
mod hostile;
mod lint;
mod member_order;
mod messages;
mod missing;
mod partial;
mod roads;
mod samples;
mod starters;
mod suite;
