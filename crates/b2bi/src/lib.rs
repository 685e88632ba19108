//! The B2BI service: its operations, state and jobs.
//!
//! [`B2bi::call`] takes a decoded input and returns an output or one of the modelled errors. Time,
//! randomness and object storage come from the [`Environment`]; nothing here knows HTTP.

mod announcing;
mod arn;
mod config;
mod control_numbers;
mod ctx;
mod edi;
mod envelope;
mod environment;
mod errors;
mod files;
mod idempotency;
mod ids;
mod jobs;
mod keeping;
mod log_groups;
mod mapping;
mod notified;
mod operations;
mod outbound;
mod pagination;
mod pipelines;
mod polls;
mod quotas;
mod rules;
mod selection;
mod service;
mod stages;
mod starter;
mod state;
mod tags;
mod transformers;
mod watching;

pub use announcing::{Announcer, Event, LogRecord, Records, SOURCE};
pub use b2bi_local_mapping::Limits as MappingLimits;
pub use config::{Config, MappingReply, Quotas};
pub use edi::DocumentStyle;
pub use environment::{Clock, Environment, Ids};
pub use jobs::{JobCounts, JobDuration, JobReport};
pub use keeping::{FORMAT, FORMAT_VERSION, NotRestored};
pub use notified::Notification;
pub use pipelines::ObjectCreated;
pub use polls::Polls;
pub use rules::validation_rules;
pub use selection::Selection;
pub use service::{B2bi, Scope};
pub use stages::{Entry, Fate, JobFacts, Stage, Stages, Unhindered};
pub use starter::starter_template;
pub use watching::Seen;
