//! The B2BI service: its operations, state and jobs.
//!
//! [`B2bi::call`] takes a decoded input and returns an output or one of the modelled errors. Time,
//! randomness and object storage come from the [`Environment`]; nothing here knows HTTP.

mod arn;
mod config;
mod context;
mod edi;
mod environment;
mod errors;
mod event_sink;
mod files;
mod ids;
mod jobs;
mod location;
mod log_groups;
mod pipelines;
mod polls;
mod resources;
mod scope;
mod service;
mod stages;
mod state;
mod wording;

pub use b2bi_local_mapping::Limits as MappingLimits;
pub use config::{Config, LegacyRoot, ListOrder, MappingReply, Quotas};
pub use edi::{
    DocumentStyle, EdiError, Selection, StarterChoice, chosen_starter_template,
    folded_starter_template, starter_template, validation_rules,
};
pub use environment::{
    AnySetup, BucketSetup, BucketSetupError, Clock, Environment, Ids, PipelineFile,
};
pub use event_sink::{Event, EventSink, LogRecord, RecordSink, SOURCE};
pub use ids::{IdForm, IdForms};
pub use pipelines::{ObjectCreated, PollState};
pub use polls::Polls;
pub use scope::Scope;
pub use service::{B2bi, FORMAT, Notification, RestoreError, ScopeFormatError, StateFormatError};
pub use stages::{JobFacts, NoFaults, Stage, StageDecision, Stages, WriteDecision};
pub use state::job::{JobCounts, JobDuration, JobReport};
pub use state::{PersistError, RowError};
pub use wording::Wording;

/// The example of the README, which `cargo test --doc` runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
