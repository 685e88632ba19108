//! Asks the questions of the crate `calibrate` over HTTP: AWS, a server, or one in this process.

mod credentials;
mod error;
#[cfg(test)]
mod event_group_tests;
#[cfg(test)]
mod facts_tests;
mod http_endpoint;
mod in_process;
mod recorded_answers;
mod recorded_replies;
#[cfg(test)]
mod settled_tests;
#[cfg(test)]
mod tests;

pub(crate) use credentials::{CallerCredentials, CredentialsError};
pub(crate) use error::{CalibrationError, EndpointSetupError};
pub(crate) use http_endpoint::HttpEndpoint;
pub(crate) use in_process::{InProcess, ask};
pub(crate) use recorded_answers::apply_recording;
pub(crate) use recorded_replies::{reformed, replaced, replaced_in_s3};

use crate::system::{now, random_seed};

/// A name for a run: eight characters.
pub(crate) fn run_name() -> String {
    let digits = format!("{:016x}", random_seed());
    digits.chars().take(8).collect()
}

/// The day, as `2026-11-29`.
pub(crate) fn today() -> String {
    let time = serde_json::to_value(now()).unwrap_or_default();
    let text = time.as_str().unwrap_or_default();
    text.chars().take(10).collect()
}
