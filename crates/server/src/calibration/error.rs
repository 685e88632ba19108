//! Why questions cannot be asked.

use std::io;

use b2bi_local_calibrate::{BatteryError, EndpointError, ProbeError};

use super::credentials::CredentialsError;
use crate::settings::SettingError;

/// An endpoint that cannot be talked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EndpointSetupError {
    /// Its address is not one.
    #[error("'{0}' is not an address such as http://127.0.0.1:4577")]
    Address(String),
    /// There are no trusted certificates.
    #[error("no certificates to trust: {0}; SSL_CERT_FILE names a file of them")]
    Certificates(#[source] io::Error),
}

/// Why questions cannot be asked of AWS, of a server, or of one in this process.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CalibrationError {
    /// There are no credentials.
    #[error("{0}")]
    Credentials(#[from] CredentialsError),
    /// The endpoint cannot be talked to.
    #[error("--endpoint: {0}")]
    Endpoint(#[from] EndpointSetupError),
    /// Nothing answers the questions at this address.
    #[error("{0}")]
    Probe(#[from] ProbeError),
    /// The questions cannot be read.
    #[error("{0}")]
    Battery(#[from] BatteryError),
    /// The settings of the server in this process are not valid.
    #[error("the server to compare with does not start: {0}")]
    Settings(#[from] SettingError),
    /// The server in this process does not start.
    #[error("the server to compare with does not start: {0}")]
    Server(#[source] io::Error),
    /// The answers that the program is built with cannot be read.
    #[error("fixtures/calibration/settled.json: {0}")]
    Settled(#[source] serde_json::Error),
    /// A server got no request through.
    #[error("the service does not answer: {0}")]
    Unanswered(#[source] EndpointError),
    /// A call of a recording got no reply.
    #[error("a recorded call cannot be made: {0}")]
    Call(#[source] EndpointError),
}
