//! The settings about where events and log records go.

use std::path::PathBuf;

use http::Uri;

use super::{COUNT, list, parse};
use crate::settings::{Resolved, SettingError};

/// Where events and log records go of themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SinksConfig {
    /// Files that each event is added to.
    pub files: Vec<PathBuf>,
    /// Addresses that each event is posted to.
    pub webhooks: Vec<Uri>,
    /// Addresses of `EventBridge`.
    pub event_bridges: Vec<Uri>,
    /// Addresses of `CloudWatch` Logs.
    pub logs: Vec<Uri>,
    /// How often an item is tried on each.
    pub attempts: u32,
}

pub(super) fn sinks(settings: &Resolved) -> Result<SinksConfig, SettingError> {
    let attempts = parse(settings, "sink-attempts", COUNT)?;
    if attempts == 0 {
        return Err(settings.error("sink-attempts", "must be 1 or more"));
    }
    let files = list(settings, "events-file").into_iter();
    Ok(SinksConfig {
        files: files.map(PathBuf::from).collect(),
        webhooks: urls(settings, "events-webhook")?,
        event_bridges: urls(settings, "events-eventbridge")?,
        logs: urls(settings, "logs-endpoint")?,
        attempts,
    })
}

fn urls(settings: &Resolved, key: &str) -> Result<Vec<Uri>, SettingError> {
    let read = |text: String| {
        let problem = format!("must be http://HOST:PORT/PATH, which {text} is not");
        url(&text).ok_or_else(|| settings.error(key, problem))
    };
    list(settings, key).into_iter().map(read).collect()
}

fn url(text: &str) -> Option<Uri> {
    let uri: Uri = text.parse().ok()?;
    let names_host = uri.authority().is_some_and(|it| !it.as_str().contains('@'));
    (names_host && uri.scheme_str() == Some("http")).then_some(uri)
}
