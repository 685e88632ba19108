//! B2BI Local: the server, put together from its parts.
//!
//! [`cli`] is the command line. [`Config`] is everything a user may set, resolved from flags,
//! environment, file and defaults. [`Server`] binds a socket and serves until it is asked to stop.

mod access;
mod admin;
mod allocator;
mod app;
mod buckets;
mod calibration;
pub mod cli;
mod client;
mod clock;
mod config;
mod control;
mod event_log;
mod foundation;
mod handler_faults;
mod health;
mod init;
mod jobs;
mod journal;
mod lifecycle;
mod log;
mod metrics;
mod object_events;
mod objects;
mod open_files;
mod query;
mod reset;
mod ring;
mod s3_events;
mod s3_notifications;
mod serve;
mod services;
mod settings;
mod sinks;
mod start_error;
mod stored;
mod strict;
mod system;
mod traffic;
mod upstream_stacks;
mod vocabulary;
mod worker;

pub use access::Access;
pub use b2bi_local_faults::GrammarError;
pub use b2bi_local_objects::ObjectError;
pub use clock::{ClockMode, ClockSettings};
pub use config::{
    Config, Effective, ExternalConfig, Limits, LogFormat, S3Config, SinksConfig, StrictConfig,
    UpstreamConfig, fault_rules,
};
pub use control::{AddFaultsError, Control, QueryError, VerifyError};
pub use journal::{Entry as JournalEntry, Fault as JournalFault, FaultedJob, Kind as JournalKind};
pub use serve::Server;
pub use settings::{Resolved, SettingError, Source};
pub use system::Uuid;
pub use traffic::{ProxyConfig, TrafficConfig, UpstreamSignature};
