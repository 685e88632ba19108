//! Everything a user may set, in types.

mod b2bi;
mod network;
mod objects;
mod sinks;

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use b2bi_local_b2bi::{Config as B2biConfig, JobDuration};
use b2bi_local_calibrate::Recording;
use b2bi_local_dispatcher::AccountRules;
use b2bi_local_faults::{FaultList, GrammarError, Rule, RuleSet};
use b2bi_local_model::Timestamp;
use b2bi_local_registry::UnknownResources;
use b2bi_local_sigv4::Credential;
use b2bi_local_xslt::Command as XsltCommand;
use http::Uri;
use tracing::level_filters::LevelFilter;

use crate::access::Access;
use crate::clock::{ClockMode, ClockSettings};
use crate::services::b2bi::ErrorStatuses;
use crate::settings::{Resolved, SettingError, resolve};
use crate::traffic::{self, TrafficConfig};

pub(crate) use b2bi::read_loop_names;
pub use network::{Effective, Limits, UpstreamConfig};
pub use objects::{ExternalConfig, S3Config, StrictConfig};
pub use sinks::SinksConfig;

/// The configuration of a server.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting that is on or off by itself"
)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The identity of callers whose request has none.
    pub accounts: AccountRules,
    /// The keys whose signatures are checked; without any, signatures are not checked.
    pub credentials: Option<Vec<Credential>>,
    /// A recording of AWS whose answers replace the server's own.
    pub recording: Option<Recording>,
    /// Whether answers of AWS that the program is built with replace the server's own.
    pub settled: bool,
    /// What answers calls of the B2BI API instead of the server: an endpoint, or a recording.
    pub traffic: Option<TrafficConfig>,
    /// Who has access to the server.
    pub access: Access,
    /// The limits of connections.
    pub limits: Limits,
    /// Whether the server stops when standard input ends.
    pub stop_with_input: bool,
    /// The settings as they may be shown: secrets are masked.
    pub effective: Vec<Effective>,
    /// Whether unknown members are refused.
    pub strict: bool,
    /// The HTTP statuses of the service's errors.
    pub error_statuses: ErrorStatuses,
    /// The largest body of an API request, in bytes.
    pub max_body_bytes: usize,
    /// The directory for state and objects; `None` if they end with the process.
    pub data_dir: Option<PathBuf>,
    /// The settings of the service.
    pub b2bi: B2biConfig,
    /// When a request of Cloud Control ends, after its handler has.
    pub resource_duration: JobDuration,
    /// How long operations on stacks take.
    pub stack_duration: JobDuration,
    /// How resources of unknown types are handled.
    pub unknown_resources: UnknownResources,
    /// The program `b2bi-local` whose worker processes evaluate mapping templates. The command line
    /// sets it to itself. Without one, JSONata is evaluated in this process, where a hostile
    /// template can use all memory or overflow the stack, and XSLT 1.0 is refused.
    pub worker: Option<PathBuf>,
    /// Memory limit of a worker process that evaluates JSONata, in bytes.
    pub mapping_memory_bytes: u64,
    /// Memory limit of a worker process that evaluates XSLT, in bytes.
    pub xslt_memory_bytes: u64,
    /// The processor for XSLT 2.0 and 3.0.
    pub xslt_command: Option<XsltCommand>,
    /// The settings of the embedded S3.
    pub s3: S3Config,
    /// The S3 that replaces the embedded one.
    pub external_s3: Option<ExternalConfig>,
    /// The requirements of AWS on buckets that are checked.
    pub strict_aws: StrictConfig,
    /// The mode of the clock.
    pub clock: ClockSettings,
    /// The server that answers for all other services.
    pub upstream: Option<UpstreamConfig>,
    /// `CloudFormation` of an emulator or of AWS, for resources of types that are not here.
    pub stacks_endpoint: Option<Uri>,
    /// The folder with the initial state.
    pub init: Option<PathBuf>,
    /// The fault rules to begin with.
    pub faults: Vec<Rule>,
    /// The file and line of those rules that come from a file; these are the first.
    pub fault_places: Vec<String>,
    /// Serve the web console.
    pub console: bool,
    /// Whether requests may bring faults of their own in `x-mock-fault`.
    pub fault_header: bool,
    /// Whether injected replies name their rule in `x-b2bi-fault-id`.
    pub fault_ids: bool,
    /// The maximum number of requests in the journal; 0 keeps none.
    pub journal_size: usize,
    /// The maximum numbers of events and of log records that are kept; 0 keeps none.
    pub events_size: usize,
    /// Additional destinations of events and log records.
    pub sinks: SinksConfig,
    /// The seed of ids and draws; `None` for a random one.
    pub seed: Option<u64>,
    /// How long requests in flight may take after a signal to stop.
    pub drain: Duration,
    /// The level of logging.
    pub log: LevelFilter,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Whether each request is logged.
    pub log_requests: bool,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people: a time, a level, a message and `key=value` pairs.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

impl Config {
    /// The default configuration of a server.
    ///
    /// # Errors
    ///
    /// Never, as long as the defaults are valid, which a test checks.
    pub fn defaults() -> Result<Self, SettingError> {
        Self::from_settings(&resolve(None, None)?)
    }

    /// The configuration that a file in TOML sets, with defaults for the rest, as `--config FILE` does.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or it has a key or a value that cannot be used.
    pub fn from_file(file: &Path) -> Result<Self, SettingError> {
        Self::from_settings(&resolve(None, Some(file))?)
    }

    /// Reads the values of the settings.
    ///
    /// # Errors
    ///
    /// The first invalid value, its source, and valid values.
    pub(crate) fn from_settings(settings: &Resolved) -> Result<Self, SettingError> {
        let upstream = network::upstream(settings)?;
        let stacks_endpoint = sinks::stacks_endpoint(settings)?;
        let external_s3 = objects::external(settings, upstream.as_ref())?;
        Ok(Self {
            listen: address(settings)?,
            accounts: accounts(settings)?,
            credentials: credentials(settings)?,
            access: network::access(settings)?,
            limits: network::limits(settings)?,
            recording: traffic::facts(settings)?,
            settled: true,
            traffic: traffic::traffic_config(settings)?,
            stop_with_input: switch(settings, "stop-with-input")?,
            effective: network::effective(settings),
            strict: switch(settings, "strict")?,
            error_statuses: error_statuses(settings)?,
            max_body_bytes: parse(settings, "max-body-bytes", BYTES)?,
            data_dir: path(settings, "data-dir"),
            b2bi: b2bi::b2bi(settings)?,
            resource_duration: duration(settings, "resource-duration")?,
            stack_duration: duration(settings, "stack-duration")?,
            unknown_resources: network::unknown_resources(settings, stacks_endpoint.is_some())?,
            stacks_endpoint,
            worker: None,
            mapping_memory_bytes: parse(settings, "mapping-memory-bytes", BYTES)?,
            xslt_memory_bytes: parse(settings, "xslt-memory-bytes", BYTES)?,
            xslt_command: xslt_command(settings)?,
            s3: objects::s3(settings)?,
            strict_aws: objects::strict_aws(settings, external_s3.is_some())?,
            external_s3,
            clock: clock(settings)?,
            upstream,
            init: network::init(settings),
            faults: faults(settings)?,
            fault_places: fault_places(settings),
            console: switch(settings, "console")?,
            fault_header: switch(settings, "fault-header")?,
            fault_ids: switch(settings, "fault-ids")?,
            journal_size: parse(settings, "journal-size", COUNT)?,
            events_size: parse(settings, "events-size", COUNT)?,
            sinks: sinks::sinks(settings)?,
            seed: seed(settings)?,
            drain: Duration::from_secs(parse(settings, "drain-seconds", COUNT)?),
            log: parse(settings, "log", "off, error, warn, info, debug or trace")?,
            log_format: log_format(settings)?,
            log_requests: switch(settings, "log-requests")?,
        })
    }
}

const BYTES: &str = "a number of bytes";
const COUNT: &str = "a whole number from 0 up";

fn parse<T: FromStr>(settings: &Resolved, key: &str, wanted: &str) -> Result<T, SettingError> {
    let value = settings.value(key).parse();
    value.map_err(|_| settings.error(key, format!("must be {wanted}")))
}

fn switch(settings: &Resolved, key: &str) -> Result<bool, SettingError> {
    match &*settings.choice(key) {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(settings.error(key, "must be true or false")),
    }
}

fn seed(settings: &Resolved) -> Result<Option<u64>, SettingError> {
    match &*settings.choice("seed") {
        "random" => Ok(None),
        _ => parse(settings, "seed", "a whole number from 0 up, or random").map(Some),
    }
}

fn log_format(settings: &Resolved) -> Result<LogFormat, SettingError> {
    match &*settings.choice("log-format") {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(settings.error("log-format", "must be text or json")),
    }
}

fn fault_places(settings: &Resolved) -> Vec<String> {
    let rules = settings.rules();
    rules.map_or_else(Vec::new, |rules| rules.places.clone())
}

fn list(settings: &Resolved, key: &str) -> Vec<String> {
    let items = settings.value(key).split(',').map(str::trim);
    items
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect()
}

fn path(settings: &Resolved, key: &str) -> Option<PathBuf> {
    let value = settings.value(key);
    (!value.is_empty()).then(|| PathBuf::from(value))
}

fn address(settings: &Resolved) -> Result<SocketAddr, SettingError> {
    let resolved = settings.value("listen").to_socket_addrs();
    resolved
        .ok()
        .and_then(|mut resolved| resolved.next())
        .ok_or_else(|| settings.error("listen", "must be HOST:PORT, such as 127.0.0.1:4577"))
}

fn accounts(settings: &Resolved) -> Result<AccountRules, SettingError> {
    let account = settings.value("account");
    if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(settings.error("account", "must be twelve digits"));
    }
    let region = settings.value("region");
    if region.is_empty() {
        return Err(settings.error("region", "must be a region, such as us-east-1"));
    }
    Ok(AccountRules {
        default_account: account.to_owned(),
        default_region: region.to_owned(),
        decode_access_keys: switch(settings, "decode-access-keys")?,
    })
}

fn credentials(settings: &Resolved) -> Result<Option<Vec<Credential>>, SettingError> {
    let mut credentials = Vec::new();
    for pair in list(settings, "credentials") {
        let credential = Credential::parse(&pair).ok_or_else(|| {
            settings.error(
                "credentials",
                "must be KEY:SECRET or KEY:SECRET:TOKEN, separated by commas",
            )
        })?;
        credentials.push(credential);
    }
    if !switch(settings, "verify-signatures")? {
        return Ok(None);
    }
    if credentials.is_empty() {
        return Err(settings.error("verify-signatures", "needs --credentials KEY:SECRET"));
    }
    Ok(Some(credentials))
}

fn error_statuses(settings: &Resolved) -> Result<ErrorStatuses, SettingError> {
    match &*settings.choice("error-statuses") {
        "model" => Ok(ErrorStatuses::Model),
        "docs" => Ok(ErrorStatuses::Docs),
        _ => Err(settings.error("error-statuses", "must be model or docs")),
    }
}

fn duration(settings: &Resolved, key: &'static str) -> Result<JobDuration, SettingError> {
    let value = settings.choice(key);
    let polls = value
        .strip_prefix("polls(")
        .and_then(|rest| rest.strip_suffix(')'));
    let read = match (&*value, polls) {
        ("immediate", _) => Some(JobDuration::Immediate),
        (_, Some(count)) => count.trim().parse().ok().map(JobDuration::Polls),
        _ => time(&value).map(JobDuration::Fixed),
    };
    read.ok_or_else(|| {
        settings.error(
            key,
            "must be immediate, a time such as 500ms or 5s, or a number of polls such as polls(3)",
        )
    })
}

/// `500ms` or `5s`.
fn time(text: &str) -> Option<Duration> {
    match text.strip_suffix("ms") {
        Some(millis) => millis.parse().ok().map(Duration::from_millis),
        None => text
            .strip_suffix('s')?
            .parse()
            .ok()
            .map(Duration::from_secs),
    }
}

fn xslt_command(settings: &Resolved) -> Result<Option<XsltCommand>, SettingError> {
    match settings.value("xslt-command") {
        "" => Ok(None),
        text => XsltCommand::parse(text, std::env::temp_dir())
            .map(Some)
            .map_err(|error| settings.error("xslt-command", error)),
    }
}

fn clock(settings: &Resolved) -> Result<ClockSettings, SettingError> {
    let mode = ClockMode::named(&settings.choice("clock"))
        .ok_or_else(|| settings.error("clock", "must be real or manual"))?;
    let start = match settings.value("clock-start") {
        "now" => None,
        time => Some(
            serde_json::from_value::<Timestamp>(time.into()).map_err(|_| {
                settings.error(
                    "clock-start",
                    "must be now, or a time such as 2026-01-31T09:30:00Z",
                )
            })?,
        ),
    };
    Ok(ClockSettings { mode, start })
}

/// The rules of the file, followed by those of the setting.
fn faults(settings: &Resolved) -> Result<Vec<Rule>, SettingError> {
    let mut rules = Vec::new();
    if let Some(in_file) = settings.rules() {
        let places = &in_file.places;
        let in_file = serde_json::to_value(&in_file.value)
            .map_err(|error| SettingError::new("rules", error))?;
        if !in_file.is_array() {
            let message = "must be a list of tables (`[[rules]]`); the seed is the setting `seed`";
            return Err(SettingError::new("rules", message));
        }
        let set = RuleSet::from_value(&in_file).map_err(|error| {
            let place = error.index().and_then(|index| places.get(index));
            SettingError::new(place.map_or("rules", String::as_str), error)
        })?;
        rules.extend(set.rules);
    }
    let text = settings.value("faults");
    if !text.is_empty() {
        let read = fault_rules(text);
        rules.extend(read.map_err(|error| settings.error("faults", error))?);
    }
    Ok(rules)
}

/// Fault rules in the mini-language: `CreateProfile=2*error(ThrottlingException)->off`.
///
/// # Errors
///
/// The error in the text, and its column.
pub fn fault_rules(text: &str) -> Result<Vec<Rule>, GrammarError> {
    Ok(text.parse::<FaultList>()?.into_rules())
}
