//! The settings `facts`, `upstream-b2bi`, `record-traffic`, `upstream-b2bi-signature` and `replay`.

use std::path::{Path, PathBuf};

use b2bi_local_calibrate::Recording;
use http::Uri;

use crate::settings::{Resolved, SettingError};

/// Answers calls of the B2BI API instead of this server.
#[derive(Clone, Debug)]
pub enum TrafficConfig {
    /// Another endpoint, whose replies are recorded.
    Proxy(ProxyConfig),
    /// A recording.
    Replay(Recording),
}

/// An endpoint that calls are passed to.
#[derive(Clone, Debug)]
pub struct ProxyConfig {
    /// Its address, such as `https://b2bi.us-east-1.amazonaws.com`.
    pub endpoint: String,
    /// The file for the recording.
    pub file: PathBuf,
    /// The signature of calls.
    pub signature: UpstreamSignature,
}

/// The signature of passed calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpstreamSignature {
    /// The caller's, which is valid for the host that the caller named.
    Caller,
    /// One by the credentials of this process, for the host of the endpoint.
    New,
}

/// The values of the settings.
///
/// # Errors
///
/// A value cannot be used, or a setting is missing that another one needs.
pub(crate) fn traffic_config(settings: &Resolved) -> Result<Option<TrafficConfig>, SettingError> {
    let (endpoint, file) = (
        settings.value("upstream-b2bi"),
        settings.value("record-traffic"),
    );
    let replay = settings.value("replay");
    match (endpoint.is_empty(), file.is_empty(), replay.is_empty()) {
        (true, true, true) => Ok(None),
        (true, true, false) => recording(settings).map(|found| Some(TrafficConfig::Replay(found))),
        (false, false, true) => Ok(Some(TrafficConfig::Proxy(ProxyConfig {
            endpoint: endpoint.to_owned(),
            file: PathBuf::from(file),
            signature: signature(settings)?,
        }))),
        (_, _, false) => Err(settings.error(
            "replay",
            "cannot be used with --upstream-b2bi or --record-traffic",
        )),
        (false, true, _) => Err(settings.error("upstream-b2bi", "needs --record-traffic FILE")),
        (true, false, _) => Err(settings.error("record-traffic", "needs --upstream-b2bi URL")),
    }
}

/// The file with a recording in the folder that the setting `init` names.
pub(crate) const INITIAL_FACTS: &str = "facts.json";

/// The recording of AWS in the setting `facts`, or else in the initial state.
///
/// # Errors
///
/// The file cannot be read, or is not a recording.
pub(crate) fn facts(settings: &Resolved) -> Result<Option<Recording>, SettingError> {
    let (named, init) = (settings.value("facts"), settings.value("init"));
    if !named.is_empty() {
        return read(settings, "facts", Path::new(named)).map(Some);
    }
    let initial = Path::new(init).join(INITIAL_FACTS);
    if init.is_empty() || !initial.is_file() {
        return Ok(None);
    }
    read(settings, "init", &initial).map(Some)
}

fn recording(settings: &Resolved) -> Result<Recording, SettingError> {
    let path = settings.value("replay");
    let recording = read(settings, "replay", Path::new(path))?;
    if recording.has_traffic() {
        return Ok(recording);
    }
    let problem = format!("{path} has no calls that --upstream-b2bi passed");
    Err(settings.error("replay", problem))
}

/// The recording in a file of a setting.
fn read(settings: &Resolved, key: &str, path: &Path) -> Result<Recording, SettingError> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| settings.error(key, format!("cannot be read: {error}")))?;
    let recording = Recording::parse(&text);
    recording.map_err(|error| settings.error(key, format!("{} {error}", path.display())))
}

fn signature(settings: &Resolved) -> Result<UpstreamSignature, SettingError> {
    let scheme = scheme(settings.value("upstream-b2bi")).ok_or_else(|| {
        settings.error(
            "upstream-b2bi",
            "must be an address such as https://b2bi.us-east-1.amazonaws.com",
        )
    })?;
    match &*settings.choice("upstream-b2bi-signature") {
        "new" => Ok(UpstreamSignature::New),
        "auto" if scheme == "https" => Ok(UpstreamSignature::New),
        "caller" | "auto" => Ok(UpstreamSignature::Caller),
        _ => Err(settings.error("upstream-b2bi-signature", "must be auto, caller or new")),
    }
}

/// The scheme of an address that has a host, and neither a path nor a query.
fn scheme(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    let is_bare = uri.path() == "/" && uri.query().is_none();
    let authority = uri.authority()?;
    let scheme = uri
        .scheme_str()
        .filter(|scheme| ["http", "https"].contains(scheme))?;
    (is_bare && !authority.as_str().contains('@')).then(|| scheme.to_owned())
}
