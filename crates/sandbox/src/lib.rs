//! Worker processes that evaluate mapping templates under limits of the operating system.
//!
//! [`Sandbox`] is an [`Engine`](b2bi_local_mapping::Engine) that evaluates nothing itself. It sends a
//! template and its input to a worker process: the program that [`Settings::worker`] names, which
//! calls [`serve`] with the engine that does the work. A worker that crashes, hangs, overflows its
//! stack or runs out of memory is a [`MappingError`](b2bi_local_mapping::MappingError) of that one template.
//!
//! ```
//! use b2bi_local_mapping::{Engine, Limits, Run};
//! use b2bi_local_sandbox::{WorkerCommand, Sandbox, Settings};
//!
//! let worker = WorkerCommand { path: "/no/such/program".into(), arguments: vec![] };
//! let sandbox = Sandbox::new(Settings::new("JSONata", worker)); // starts no process yet
//! let run = Run::new(0, 1, Limits::standard());
//! let problem = sandbox.compile("1 + 1")?.evaluate("{}", &run).unwrap_err();
//! assert!(problem.reason.starts_with("No JSONata worker can be started"));
//! # Ok::<(), b2bi_local_mapping::MappingError>(())
//! ```

mod engine;
mod limits;
mod pool;
mod protocol;
mod serve;
mod timed;
mod worker;
mod worker_error;

pub use engine::{Sandbox, Settings};
pub use serve::serve;
pub use timed::{Deadline, Interruption, POLL, TimedStream, timed_pair};
pub use worker::{OUT_OF_MEMORY, WorkerCommand};
pub use worker_error::interrupted;

/// The example of the README, which `cargo test --doc` runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
