//! Why calls can be neither passed on nor answered from a recording.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::calibration::{CredentialsError, EndpointSetupError};

/// Why the server cannot start with `--upstream-b2bi`.
#[derive(Debug)]
pub(crate) enum TrafficError {
    /// There are no credentials to sign with.
    Credentials(CredentialsError),
    /// The endpoint cannot be talked to.
    Endpoint(EndpointSetupError),
    /// The recording cannot be written.
    Write(PathBuf, io::Error),
}

impl fmt::Display for TrafficError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Credentials(error) => write!(out, "--upstream-b2bi: {error}"),
            Self::Endpoint(error) => write!(out, "--upstream-b2bi: {error}"),
            Self::Write(file, error) => write!(
                out,
                "--record-traffic: {} cannot be written: {error}",
                file.display()
            ),
        }
    }
}

impl Error for TrafficError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(match self {
            Self::Credentials(error) => error,
            Self::Endpoint(error) => error,
            Self::Write(_, error) => error,
        })
    }
}
