//! The settings about access, limits of connections, and the upstream.

use std::path::PathBuf;
use std::time::Duration;

use b2bi_local_registry::UnknownResources;
use http::Uri;

use super::{BYTES, COUNT, list, parse};
use crate::access::Access;
use crate::settings::{Resolved, SettingError};

/// The limits of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most connections at a time.
    pub connections: usize,
    /// Most headers of a request.
    pub headers: usize,
    /// Longest head of a request, in bytes.
    pub header_bytes: usize,
    /// How long a request's head may take, and a connection be idle.
    pub header_time: Duration,
    /// How long a client may send no more of a body, or take no more of a reply.
    pub idle_timeout: Duration,
}

/// A setting as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    /// Its key.
    pub key: &'static str,
    /// Its value; a secret is masked.
    pub value: String,
    /// The source of the value.
    pub source: String,
}

/// Another emulator, behind this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamConfig {
    /// Host and port.
    pub authority: String,
    /// The services that are here and are passed on all the same.
    pub services: Vec<String>,
}

/// The services here that may be another emulator's.
const PASSABLE: &[&str] = &["s3", "ssm", "sts"];
/// The minimum size of a head for the HTTP library.
const SHORTEST_HEAD: usize = 8192;
const SECONDS: &str = "a number of seconds from 1 up";

/// Who has access to the server.
pub(super) fn access(settings: &Resolved) -> Result<Access, SettingError> {
    let token = settings.value("admin-token");
    // `--print-config` writes an empty value into a file, which means none.
    let is_meant = settings.is_typed("admin-token") || !token.is_empty();
    if is_meant && token.trim().is_empty() {
        let problem = "is empty: give a token, or leave the setting out";
        return Err(SettingError::new("admin-token", problem));
    }
    Ok(Access {
        hosts: list(settings, "allowed-hosts"),
        origins: list(settings, "allowed-origins"),
        token: (!token.is_empty()).then(|| token.into()),
    })
}

pub(super) fn limits(settings: &Resolved) -> Result<Limits, SettingError> {
    let seconds = |key| match parse(settings, key, SECONDS)? {
        0 => Err(settings.error(key, format!("must be {SECONDS}"))),
        seconds => Ok(Duration::from_secs(seconds)),
    };
    let header_bytes = parse(settings, "max-header-bytes", BYTES)?;
    if header_bytes < SHORTEST_HEAD {
        let problem = format!("must be {SHORTEST_HEAD} or more");
        return Err(settings.error("max-header-bytes", problem));
    }
    Ok(Limits {
        connections: parse(settings, "max-connections", COUNT)?,
        headers: parse(settings, "max-headers", COUNT)?,
        header_bytes,
        header_time: seconds("header-timeout-seconds")?,
        idle_timeout: seconds("idle-timeout-seconds")?,
    })
}

pub(super) fn effective(settings: &Resolved) -> Vec<Effective> {
    let shown = settings.shown().map(|(setting, value, source)| Effective {
        key: setting.key,
        value,
        source: source.to_string(),
    });
    shown.collect()
}

pub(super) fn upstream(settings: &Resolved) -> Result<Option<UpstreamConfig>, SettingError> {
    let services = list(settings, "upstream-services");
    if let Some(other) = services
        .iter()
        .find(|service| !PASSABLE.contains(&service.as_str()))
    {
        let problem = format!("cannot contain {other}; s3, ssm and sts can be passed upstream");
        return Err(settings.error("upstream-services", problem));
    }
    let url = settings.value("upstream");
    if url.is_empty() {
        return if services.is_empty() {
            Ok(None)
        } else {
            Err(settings.error("upstream-services", "needs --upstream URL"))
        };
    }
    let authority = authority(url)
        .ok_or_else(|| settings.error("upstream", "must be http://HOST:PORT and no more"))?;
    Ok(Some(UpstreamConfig {
        authority,
        services,
    }))
}

/// How resources of unknown types are handled.
pub(super) fn unknown_resources(
    settings: &Resolved,
    has_upstream: bool,
) -> Result<UnknownResources, SettingError> {
    let value = settings.value("unknown-resources");
    if value.is_empty() {
        return Ok(UnknownResources::by_default(has_upstream));
    }
    let read = value.parse::<UnknownResources>();
    let read = read.map_err(|error| settings.error("unknown-resources", error))?;
    if read.needs_upstream() && !has_upstream {
        let problem =
            "hands resources to an upstream: name it with --upstream URL or --stacks-endpoint URL";
        return Err(settings.error("unknown-resources", problem));
    }
    Ok(read)
}

fn authority(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    let is_plain = uri.scheme_str() == Some("http") && uri.path() == "/" && uri.query().is_none();
    let authority = uri
        .authority()
        .filter(|authority| !authority.as_str().contains('@'))?;
    is_plain.then(|| authority.to_string())
}

pub(super) fn init(settings: &Resolved) -> Option<PathBuf> {
    let folder = settings.value("init");
    (!folder.is_empty()).then(|| PathBuf::from(folder))
}
