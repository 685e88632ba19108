//! Questions about AWS as data: asked, recorded, compared, and turned into facts.
//!
//! A [`Battery`] has the questions of `fixtures/calibration`. A [`Runner`] asks them of an
//! [`Endpoint`] and returns a [`Recording`], which does not identify the account. [`clean()`]
//! deletes what a run has created. Nothing here opens a connection, reads a clock or a file.

mod answer;
mod battery;
mod build;
mod clean;
mod clean_stacks;
mod compare;
mod differences;
mod document;
mod endpoint;
mod error_rules;
mod estimate;
mod events;
mod facts;
mod field_rules;
mod id_form;
mod listing;
mod loop_names;
mod message_rule;
mod probe;
mod question_error;
mod recording;
mod reply_rules;
mod report;
mod retry;
mod runner;
mod sanitise;
mod settled;
mod template_form;
mod traffic;
mod variables;
mod waiting;

pub use answer::error_members;
pub use battery::{
    Battery, BatteryError, Expectation, Question, RequestTemplate, Setup, Step, Until,
};
pub use clean::{CleanError, PREFIX, Scope, clean};
pub use compare::{Change, Comparison, Difference, compare};
pub use endpoint::{Endpoint, EndpointError, Request, Response, Signature};
pub use error_rules::ErrorReply;
pub use estimate::{Estimate, policy};
pub use facts::{Facts, RecordedOrder};
pub use id_form::{Alphabet, IdShape};
pub use probe::{ProbeError, checks_signatures, probe};
pub use recording::{Answer, Recording, RecordingError, Skipped};
pub use report::{Format, report};
pub use runner::{RunOptions, Runner};
pub use sanitise::Sanitiser;
pub use settled::Settled;
pub use traffic::{
    Repeated, Replay, ReplayError, ReplayedReply, TrafficRecorder, TrafficSource, repeat,
};
pub use variables::{VariableError, Variables};
pub use waiting::Waiting;

/// The example of the README, which `cargo test --doc` runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
