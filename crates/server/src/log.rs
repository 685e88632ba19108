//! The log: structured lines on standard error.

use std::io::{IsTerminal as _, stderr};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt, registry};

use crate::config::{Config, LogFormat};

/// Starts logging as configured; a second start in one process changes nothing.
pub(crate) fn start(config: &Config) {
    // The S3 library reports each error that it sends to a client, a missing key among them. The
    // signing library shows whole requests, their session tokens among them.
    let wanted = Targets::new()
        .with_default(config.log)
        .with_target("s3s", LevelFilter::OFF)
        .with_target("aws_sigv4", LevelFilter::OFF);
    let lines = fmt::layer().with_target(false).with_writer(stderr);
    let lines = match config.log_format {
        LogFormat::Text => lines.with_ansi(stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    if let Err(error) = registry().with(lines.with_filter(wanted)).try_init() {
        tracing::debug!(%error, "logging was started before");
    }
}
