//! The settings of the embedded and the external S3.

use std::env;
use std::time::Duration;

use b2bi_local_objects::{Addressing, Keys};
use b2bi_local_sigv4::{Credential, Secret};
use http::Uri;

use super::{BYTES, COUNT, UpstreamConfig, list, parse, switch};
use crate::settings::{Resolved, SettingError};

/// The settings of the embedded S3.
#[derive(Clone, Debug)]
pub struct S3Config {
    /// Whether all accounts see the same buckets.
    pub shared: bool,
    /// The domains under which a host name begins with a bucket.
    pub domains: Vec<String>,
    /// The largest object or part of one request, in bytes.
    pub max_object_bytes: u64,
}

/// The requirements of AWS on the set-up of buckets that are checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StrictConfig {
    /// `EventBridge` is on for input buckets.
    pub event_bridge: bool,
    /// Bucket policies must allow the service to read and write.
    pub bucket_policy: bool,
    /// Buckets must exist when capabilities and partnerships are created.
    pub buckets: bool,
}

/// The parts by their names, as `strict-aws-parts` has them.
const STRICT_PARTS: [&str; 3] = ["event-bridge", "bucket-policy", "buckets"];

pub(super) fn strict_aws(
    settings: &Resolved,
    is_elsewhere: bool,
) -> Result<StrictConfig, SettingError> {
    let parts = list(settings, "strict-aws-parts");
    if let Some(other) = parts
        .iter()
        .find(|part| !STRICT_PARTS.contains(&part.as_str()))
    {
        let known = STRICT_PARTS.join(", ");
        let problem = format!("cannot contain {other}; the parts are {known}");
        return Err(settings.error("strict-aws-parts", problem));
    }
    let all = switch(settings, "strict-aws")?;
    if is_elsewhere && (all || !parts.is_empty()) {
        let key = if all {
            "strict-aws"
        } else {
            "strict-aws-parts"
        };
        let problem = "looks at buckets of the embedded S3, and the objects are in another";
        return Err(settings.error(key, problem));
    }
    let has = |part: &str| all || parts.iter().any(|known| known == part);
    let [event_bridge, bucket_policy, buckets] = STRICT_PARTS.map(has);
    Ok(StrictConfig {
        event_bridge,
        bucket_policy,
        buckets,
    })
}

/// An S3 elsewhere.
#[derive(Clone, Debug)]
pub struct ExternalConfig {
    /// A scheme, a host and perhaps a port.
    pub endpoint: Uri,
    /// The region that requests are signed for.
    pub region: String,
    /// Where a bucket is named.
    pub addressing: Addressing,
    /// The credentials that sign requests.
    pub keys: Keys,
    /// The interval at which watched folders are polled; `None` if notifications report the files.
    pub poll: Option<Duration>,
}

/// The value of `s3-access-key-id` with which accounts sign for themselves.
const ACCOUNT: &str = "account";
/// The service in `upstream-services` for which the upstream's objects are used.
const S3: &str = "s3";

pub(super) fn s3(settings: &Resolved) -> Result<S3Config, SettingError> {
    Ok(S3Config {
        shared: switch(settings, "s3-shared")?,
        domains: list(settings, "s3-domain"),
        max_object_bytes: parse(settings, "s3-max-object-bytes", BYTES)?,
    })
}

/// The external S3, if there is one: the upstream's, if S3 is passed upstream and no other is
/// named.
pub(super) fn external(
    settings: &Resolved,
    upstream: Option<&UpstreamConfig>,
) -> Result<Option<ExternalConfig>, SettingError> {
    let is_passed =
        |upstream_config: &&UpstreamConfig| upstream_config.services.iter().any(|name| name == S3);
    let endpoint = match (settings.value("s3-endpoint"), upstream.filter(is_passed)) {
        ("", None) => return unused(settings),
        ("", Some(upstream)) => endpoint(&format!("http://{}", upstream.authority)),
        (url, _) => endpoint(url),
    };
    let endpoint = endpoint.ok_or_else(|| {
        let problem = "must be http://HOST:PORT or https://HOST and no more";
        settings.error("s3-endpoint", problem)
    })?;
    let addressing = match &*settings.choice("s3-addressing") {
        "path" => Addressing::Path,
        "virtual" => Addressing::Virtual,
        _ => return Err(settings.error("s3-addressing", "must be path or virtual")),
    };
    let poll: u64 = parse(settings, "s3-poll-ms", COUNT)?;
    let region = given(settings, "s3-region")
        .or_else(|| variable("AWS_REGION"))
        .or_else(|| variable("AWS_DEFAULT_REGION"));
    Ok(Some(ExternalConfig {
        endpoint,
        region: region.unwrap_or_else(|| settings.value("region").to_owned()),
        addressing,
        keys: keys(settings)?,
        poll: (poll > 0).then(|| Duration::from_millis(poll)),
    }))
}

/// Refuses settings of an external S3 without its endpoint.
fn unused(settings: &Resolved) -> Result<Option<ExternalConfig>, SettingError> {
    let keys = ["s3-access-key-id", "s3-secret-access-key", "s3-region"];
    match keys.into_iter().find(|key| !settings.value(key).is_empty()) {
        // The value may be the secret, which is not to be shown.
        Some(key) => Err(SettingError::new(key, "needs --s3-endpoint URL")),
        None => Ok(None),
    }
}

fn endpoint(url: &str) -> Option<Uri> {
    let uri: Uri = url.parse().ok()?;
    let is_known = matches!(uri.scheme_str(), Some("http" | "https"));
    let is_bare = uri.path() == "/" && uri.query().is_none();
    let has_host = uri
        .authority()
        .is_some_and(|authority| !authority.as_str().contains('@'));
    (is_known && is_bare && has_host).then_some(uri)
}

fn keys(settings: &Resolved) -> Result<Keys, SettingError> {
    let secret = given(settings, "s3-secret-access-key");
    match (given(settings, "s3-access-key-id"), secret) {
        (Some(key), None) if key == ACCOUNT => Ok(Keys::OfAccount),
        (Some(access_key), Some(secret)) => Ok(Keys::Fixed(Credential::new(access_key, secret))),
        (None, None) => Ok(keys_of_environment().unwrap_or(Keys::OfAccount)),
        (Some(_), None) => {
            Err(settings.error("s3-access-key-id", "needs --s3-secret-access-key SECRET"))
        }
        (None, Some(_)) => {
            Err(settings.error("s3-secret-access-key", "needs --s3-access-key-id KEY"))
        }
    }
}

/// The keys that AWS's own clients would take.
fn keys_of_environment() -> Option<Keys> {
    Some(Keys::Fixed(Credential {
        access_key: variable("AWS_ACCESS_KEY_ID")?,
        secret: variable("AWS_SECRET_ACCESS_KEY")?.into(),
        session_token: variable("AWS_SESSION_TOKEN").map(Secret::from),
    }))
}

fn given(settings: &Resolved, key: &str) -> Option<String> {
    let value = settings.value(key);
    (!value.is_empty()).then(|| value.to_owned())
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
