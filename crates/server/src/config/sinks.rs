//! The settings of the sinks.

use std::fmt;
use std::path::PathBuf;

use b2bi_local_b2bi::SOURCE;
use b2bi_local_sigv4::Credential;
use http::Uri;

use super::{COUNT, list, parse};
use crate::settings::{Resolved, SettingError, without_secrets};

/// The value for no `EventBridge`, not even that of the upstream.
const NOWHERE: &str = "none";

/// Where events and log records are sent automatically.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SinksConfig {
    /// Files that each event is added to.
    pub files: Vec<PathBuf>,
    /// Addresses that each event is posted to.
    pub webhooks: Vec<Uri>,
    /// Addresses of `EventBridge`.
    pub event_bridges: Vec<Uri>,
    /// Addresses of `CloudWatch` Logs.
    pub logs: Vec<Uri>,
    /// The address for notifications of S3: that of the upstream unless another is configured.
    pub notifications: Option<Uri>,
    /// The credentials for calls of `EventBridge` and `CloudWatch` Logs; without any, calls are
    /// made as the account of the item, as emulators identify it.
    pub credentials: Option<Credential>,
    /// The source of events on `EventBridge`, if it is not their own.
    pub source: Option<String>,
    /// How often an item is tried on each.
    pub attempts: u32,
}

impl fmt::Debug for SinksConfig {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |urls: &[Uri]| -> Vec<String> {
            urls.iter()
                .map(|url| without_secrets(&url.to_string()))
                .collect()
        };
        out.debug_struct("SinksConfig")
            .field("files", &self.files)
            .field("webhooks", &shown(&self.webhooks))
            .field("event_bridges", &shown(&self.event_bridges))
            .field("logs", &shown(&self.logs))
            .field(
                "notifications",
                &self
                    .notifications
                    .as_ref()
                    .map(ToString::to_string)
                    .as_deref()
                    .map(without_secrets),
            )
            .field("credentials", &self.credentials)
            .field("source", &self.source)
            .field("attempts", &self.attempts)
            .finish()
    }
}

impl SinksConfig {
    /// All addresses.
    pub(crate) fn urls(&self) -> impl Iterator<Item = &Uri> {
        let urls = self.webhooks.iter().chain(&self.event_bridges);
        urls.chain(&self.logs).chain(&self.notifications)
    }
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
        event_bridges: event_bridges(settings)?,
        logs: urls(settings, "logs-endpoint")?,
        notifications: notifications(settings)?,
        credentials: credentials(settings)?,
        source: match settings.value("events-source") {
            SOURCE => None,
            source => Some(source.to_owned()),
        },
        attempts,
    })
}

/// The configured one, or else that of the upstream, whose rules apply to these events.
fn event_bridges(settings: &Resolved) -> Result<Vec<Uri>, SettingError> {
    match settings.value("events-eventbridge") {
        "" => urls(settings, "upstream"),
        NOWHERE => Ok(Vec::new()),
        _ => urls(settings, "events-eventbridge"),
    }
}

fn notifications(settings: &Resolved) -> Result<Option<Uri>, SettingError> {
    endpoint(settings, "s3-notifications-endpoint")
}

/// Where resources of unknown types are created.
pub(super) fn stacks_endpoint(settings: &Resolved) -> Result<Option<Uri>, SettingError> {
    endpoint(settings, "stacks-endpoint")
}

/// The address in a setting, or else that of the upstream.
fn endpoint(settings: &Resolved, key: &'static str) -> Result<Option<Uri>, SettingError> {
    let key = match settings.value(key) {
        "" => "upstream",
        _ => key,
    };
    Ok(urls(settings, key)?.into_iter().next())
}

fn credentials(settings: &Resolved) -> Result<Option<Credential>, SettingError> {
    let value = settings.value("sink-credentials");
    if value.is_empty() {
        return Ok(None);
    }
    let credential = Credential::parse(value).ok_or_else(|| {
        let problem = "must be KEY:SECRET, or KEY:SECRET:TOKEN";
        settings.error("sink-credentials", problem)
    })?;
    Ok(Some(credential))
}

fn urls(settings: &Resolved, key: &str) -> Result<Vec<Uri>, SettingError> {
    let read = |text: String| {
        let shown = without_secrets(&text);
        let problem = format!("must be http://HOST:PORT/PATH or https://…, which {shown} is not");
        url(&text).ok_or_else(|| settings.error(key, problem))
    };
    list(settings, key).into_iter().map(read).collect()
}

fn url(text: &str) -> Option<Uri> {
    let uri: Uri = text.parse().ok()?;
    let names_host = uri
        .authority()
        .is_some_and(|authority| !authority.as_str().contains('@'));
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    (names_host && is_web).then_some(uri)
}
