//! The settings of the service itself: documents, jobs, quotas and mapping.

use std::sync::Arc;
use std::time::Duration;

use b2bi_local_b2bi::{Config, DocumentStyle, LegacyRoot, MappingLimits, MappingReply, Quotas};
use b2bi_local_x12::{Layout, LoopNames, LoopNamesError};

use super::{BYTES, COUNT, duration, parse, switch};
use crate::settings::{Resolved, SettingError};

fn legacy_root(settings: &Resolved) -> Result<LegacyRoot, SettingError> {
    match &*settings.choice("legacy-root") {
        "document" => Ok(LegacyRoot::Document),
        "interchange" => Ok(LegacyRoot::Interchange),
        _ => Err(settings.error("legacy-root", "must be document or interchange")),
    }
}

/// The settings of the service itself.
///
/// # Errors
///
/// The first value that cannot be used.
pub(super) fn b2bi(settings: &Resolved) -> Result<Config, SettingError> {
    let enforced = switch(settings, "quotas")?;
    let quota = |key| Ok(enforced.then_some(parse(settings, key, COUNT)?));
    let replay_client_tokens = match &*settings.choice("idempotency") {
        "client-token" => true,
        "none" => false,
        _ => return Err(settings.error("idempotency", "must be client-token or none")),
    };
    let layout = match &*settings.choice("document-layout") {
        "pretty" => Layout::Pretty,
        "compact" => Layout::Compact,
        _ => return Err(settings.error("document-layout", "must be pretty or compact")),
    };
    let test_mapping_reply = match &*settings.choice("test-mapping-reply") {
        "literal" => MappingReply::Literal,
        "plain" => MappingReply::Plain,
        _ => return Err(settings.error("test-mapping-reply", "must be literal or plain")),
    };
    Ok(Config {
        style: DocumentStyle {
            layout,
            loop_names: loop_names(settings)?,
            problem_limit: parse(settings, "max-problems", COUNT)?,
        },
        split_transactions: parse(settings, "split-transactions", COUNT)?,
        quotas: Quotas {
            profiles: quota("quota-profiles")?,
            transformers: quota("quota-transformers")?,
            capabilities: quota("quota-capabilities")?,
            partnerships: quota("quota-partnerships")?,
        },
        replay_client_tokens,
        legacy_root: legacy_root(settings)?,
        test_parsing_bytes: parse(settings, "test-parsing-bytes", BYTES)?,
        job_bytes: parse(settings, "job-bytes", BYTES)?,
        split_bytes: parse(settings, "split-bytes", BYTES)?,
        job_concurrency: parse(settings, "job-concurrency", COUNT)?,
        jobs_in_memory: parse(settings, "jobs-in-memory", COUNT)?,
        jobs_remembered: parse(settings, "jobs-remembered", COUNT)?,
        job_duration: duration(settings, "job-duration")?,
        client_tokens: parse(settings, "client-tokens", COUNT)?,
        history_bytes: parse(settings, "stale-history-bytes", BYTES)?,
        mapping_limits: mapping_limits(settings)?,
        test_mapping_reply,
        // Only a recording of AWS sets the others.
        ..Config::standard()
    })
}

fn mapping_limits(settings: &Resolved) -> Result<MappingLimits, SettingError> {
    let bytes = parse(settings, "mapping-output-bytes", BYTES)?;
    Ok(MappingLimits {
        time: Duration::from_secs(parse(settings, "mapping-seconds", COUNT)?),
        string_bytes: bytes,
        output_bytes: bytes,
        ..MappingLimits::standard()
    })
}

fn loop_names(settings: &Resolved) -> Result<Option<Arc<LoopNames>>, SettingError> {
    let path = settings.value("loop-names");
    if path.is_empty() {
        return Ok(None);
    }
    let named = read_loop_names(path).map_err(|error| settings.error("loop-names", error))?;
    Ok(Some(named))
}

/// A table of loop names that cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoopNamesFileError {
    #[error("cannot be read: {0}")]
    Read(#[source] std::io::Error),
    #[error(transparent)]
    Table(#[from] LoopNamesError),
}

/// The table of loop names in a file.
///
/// # Errors
///
/// It cannot be read, or the first line that is not a loop name.
pub(crate) fn read_loop_names(path: &str) -> Result<Arc<LoopNames>, LoopNamesFileError> {
    let text = std::fs::read_to_string(path).map_err(LoopNamesFileError::Read)?;
    Ok(Arc::new(LoopNames::parse(&text)?))
}
