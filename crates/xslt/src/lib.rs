//! XSLT templates, for the trait of mapping languages.
//!
//! [`Xslt`] is the engine. It evaluates nothing itself: a template goes to a worker process, which
//! is the program that [`Settings::worker`] names, running [`work`]. The worker calls libxslt under
//! limits of the operating system, and is ended when it is late. Templates in XSLT 2.0 and 3.0 go
//! to the program that [`Settings::command`] names.
//!
//! ```
//! use b2bi_local_mapping::{Engine, Limits, Run};
//! use b2bi_local_xslt::{Settings, Xslt};
//!
//! let xslt = Xslt::new(Settings::standard()); // knows no worker yet
//! let run = Run::new(0, 1, Limits::standard());
//! let problem = xslt.compile("<x/>")?.evaluate("<a/>", &run).unwrap_err();
//! assert!(problem.reason.contains("worker"));
//! # Ok::<(), b2bi_local_mapping::Problem>(())
//! ```

mod conversation;
mod engine;
mod frame;
mod hook;
#[cfg(feature = "libxslt")]
mod libxslt;
#[cfg(feature = "libxslt")]
mod limits;
mod pool;
mod problems;
#[cfg(feature = "libxslt")]
mod work;
mod worker;

pub use engine::{Settings, Xslt};
pub use hook::{Command, CommandError};
#[cfg(feature = "libxslt")]
pub use work::work;
pub use worker::Program;
