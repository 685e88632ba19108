//! Mapping templates: convert documents from one form to another, under limits.
//!
//! An [`Engine`] compiles a template; the compiled template turns an input text into an output text.
//! The crate reads no clock and draws no random numbers: the [`Run`] provides the time and the seed.
//! The engine itself watches the time that an evaluation takes.
//!
//! ```
//! use b2bi_local_mapping::{Engine, Jsonata, Limits, Run};
//!
//! let run = Run::new(0, 1, Limits::standard());
//! let template = Jsonata.compile(r#"{ "name": customer }"#)?;
//! let output = template.evaluate(r#"{"customer": "acme"}"#, &run)?;
//! assert_eq!(output.as_deref(), Some("{\n  \"name\": \"acme\"\n}"));
//! # Ok::<(), b2bi_local_mapping::MappingError>(())
//! ```

mod engine;
mod excerpt;
mod jsonata;
mod lint;
mod messages;
mod problem;
mod provenance;
mod starter;

pub use engine::{Cancel, Engine, Limits, Run, Template};
pub use excerpt::excerpt;
pub use jsonata::{DIVIDED, Jsonata, closest, is_out_of_memory};
pub use lint::{Finding, Severity, Shape, cardinality, lint};
pub use messages::Messages;
pub use problem::{Cause, MappingError, Position};
pub use provenance::{Provenance, provenance};
pub use starter::{
    StarterLanguage, starter_of_folded_sample, starter_of_outline, starter_of_sample,
};

/// The example of the README, which `cargo test --doc` runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
