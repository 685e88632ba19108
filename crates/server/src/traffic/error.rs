//! Why calls can be neither passed on nor answered from a recording.

use std::io;
use std::path::PathBuf;

use crate::calibration::{CredentialsError, EndpointSetupError};

/// Why the server cannot start with `--upstream-b2bi`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrafficError {
    /// There are no credentials for signing.
    #[error("--upstream-b2bi: {0}")]
    Credentials(#[source] CredentialsError),
    /// The endpoint cannot be talked to.
    #[error("--upstream-b2bi: {0}")]
    Endpoint(#[source] EndpointSetupError),
    /// The recording cannot be written.
    #[error("--record-traffic: {} cannot be written: {}", .0.display(), .1)]
    Write(PathBuf, #[source] io::Error),
}
