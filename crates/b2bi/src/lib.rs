//! The B2BI service: its operations, state and jobs.
//!
//! [`B2bi::call`] takes a decoded input and returns an output or one of the modelled errors. Time,
//! randomness and object storage come from the [`Environment`]; nothing here knows HTTP.

mod arn;
mod config;
mod control_numbers;
mod ctx;
mod edi;
mod envelope;
mod environment;
mod errors;
mod event_sink;
mod files;
mod idempotency;
mod ids;
mod jobs;
mod log_groups;
mod mapping;
mod operations;
mod outbound;
mod pagination;
mod persistence;
mod pipelines;
mod polls;
mod quotas;
mod rules;
mod s3_notifications;
mod selection;
mod service;
mod stages;
mod starter;
mod state;
mod tags;
mod transformers;
mod watching;

pub use b2bi_local_mapping::Limits as MappingLimits;
pub use config::{Config, MappingReply, Quotas};
pub use edi::DocumentStyle;
pub use environment::{Clock, Environment, Ids};
pub use event_sink::{Event, EventSink, LogRecord, RecordSink, SOURCE};
pub use jobs::{JobCounts, JobDuration, JobReport};
pub use persistence::{FORMAT, FORMAT_VERSION, RestoreError};
pub use pipelines::ObjectCreated;
pub use polls::Polls;
pub use rules::validation_rules;
pub use s3_notifications::Notification;
pub use selection::Selection;
pub use service::{B2bi, Scope};
pub use stages::{JobFacts, NoFaults, Stage, StageDecision, Stages, WriteDecision};
pub use starter::starter_template;
pub use watching::PollState;
