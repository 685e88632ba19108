//! The log: structured lines on standard error.

use std::io::{IsTerminal as _, stderr};

use crate::config::{Config, LogFormat};

/// Starts logging as configured; a second start in one process changes nothing.
pub(crate) fn start(config: &Config) {
    let lines = tracing_subscriber::fmt()
        .with_max_level(config.log)
        .with_ansi(stderr().is_terminal())
        .with_target(false)
        .with_writer(stderr);
    let started = match config.log_format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    if let Err(error) = started {
        tracing::debug!(%error, "logging was started before");
    }
}
