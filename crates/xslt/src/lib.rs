//! XSLT templates, for the trait of mapping languages.
//!
//! [`Xslt`] is the engine. It evaluates nothing itself: it passes a template to a worker process of
//! the crate sandbox, which is the program in [`Settings::worker`], serving [`Libxslt`]. Templates
//! in XSLT 2.0 and 3.0 go to the program in [`Settings::command`].
//!
//! ```
//! use b2bi_local_mapping::{Engine, Limits, Run};
//! use b2bi_local_xslt::{Settings, Xslt};
//!
//! let xslt = Xslt::new(Settings::standard()); // knows no worker yet
//! let run = Run::new(0, 1, Limits::standard());
//! let problem = xslt.compile("<x/>")?.evaluate("<a/>", &run).unwrap_err();
//! assert!(problem.reason.contains("worker"));
//! # Ok::<(), b2bi_local_mapping::MappingError>(())
//! ```

mod engine;
mod hook;
#[cfg(feature = "libxslt")]
mod libxslt;
mod problems;

pub use engine::{Settings, Xslt};
pub use hook::{Command, CommandError};
#[cfg(feature = "libxslt")]
pub use libxslt::Libxslt;

/// The example of the README, which `cargo test --doc` runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
