//! Why questions cannot be asked.

use std::error::Error;
use std::fmt;
use std::io;

use b2bi_local_calibrate::BatteryError;

use super::credentials::CredentialsError;
use crate::settings::SettingError;

/// An endpoint that cannot be talked to.
#[derive(Debug)]
pub(crate) enum EndpointSetupError {
    /// Its address is not one.
    Address(String),
    /// There are no certificates to trust.
    Certificates(io::Error),
}

impl fmt::Display for EndpointSetupError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(text) => write!(
                out,
                "'{text}' is not an address such as http://127.0.0.1:4577"
            ),
            Self::Certificates(error) => write!(
                out,
                "no certificates to trust: {error}; SSL_CERT_FILE names a file of them"
            ),
        }
    }
}

impl Error for EndpointSetupError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Address(_) => None,
            Self::Certificates(error) => Some(error),
        }
    }
}

/// Why questions cannot be asked of AWS, of a server, or of one in this process.
#[derive(Debug)]
pub(crate) enum CalibrationError {
    /// There are no credentials.
    Credentials(CredentialsError),
    /// The endpoint cannot be talked to.
    Endpoint(EndpointSetupError),
    /// The questions cannot be read.
    Battery(BatteryError),
    /// The settings of the server in this process are not valid.
    Settings(SettingError),
    /// The server in this process does not start.
    Server(io::Error),
    /// A call of a recording got no reply.
    Call(b2bi_local_calibrate::EndpointError),
}

impl CalibrationError {
    fn inner(&self) -> &(dyn Error + 'static) {
        match self {
            Self::Credentials(error) => error,
            Self::Endpoint(error) => error,
            Self::Battery(error) => error,
            Self::Settings(error) => error,
            Self::Server(error) => error,
            Self::Call(error) => error,
        }
    }
}

impl fmt::Display for CalibrationError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            Self::Credentials(_) | Self::Battery(_) => "",
            Self::Endpoint(_) => "--endpoint: ",
            Self::Settings(_) | Self::Server(_) => "the server to compare with does not start: ",
            Self::Call(_) => "a recorded call cannot be made: ",
        };
        write!(out, "{what}{}", self.inner())
    }
}

impl Error for CalibrationError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.inner())
    }
}

impl From<CredentialsError> for CalibrationError {
    fn from(error: CredentialsError) -> Self {
        Self::Credentials(error)
    }
}

impl From<EndpointSetupError> for CalibrationError {
    fn from(error: EndpointSetupError) -> Self {
        Self::Endpoint(error)
    }
}

impl From<BatteryError> for CalibrationError {
    fn from(error: BatteryError) -> Self {
        Self::Battery(error)
    }
}

impl From<SettingError> for CalibrationError {
    fn from(error: SettingError) -> Self {
        Self::Settings(error)
    }
}
