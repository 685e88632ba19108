//! The settings of an external S3.

use std::fmt;
use std::time::Duration;

use b2bi_local_sigv4::Credential;
use http::Uri;

use crate::embedded::settings::Clock;

/// How to reach an external S3, and with which credentials.
#[derive(Clone)]
pub struct ExternalSettings {
    /// Its URL: a scheme (`http` or `https`), a host and optionally a port, and no path.
    pub endpoint: Uri,
    /// The region of signatures.
    pub region: String,
    /// Where requests name the bucket.
    pub addressing: Addressing,
    /// The credentials that sign requests.
    pub keys: Keys,
    /// The clock for signatures: the real time, which the S3 checks, not that of the service.
    pub clock: Clock,
    /// The delays before a request with a temporary error is repeated; after the last of them it
    /// has failed.
    pub pauses: Vec<Duration>,
}

impl ExternalSettings {
    /// The usual settings: buckets in paths, the account as the key, four attempts within about two
    /// seconds.
    ///
    /// Source: the number of attempts is Assumption A-85.
    #[must_use]
    pub fn new(endpoint: Uri, region: String, clock: Clock) -> Self {
        Self {
            endpoint,
            region,
            addressing: Addressing::Path,
            keys: Keys::OfAccount,
            clock,
            pauses: [100, 400, 1600].map(Duration::from_millis).to_vec(),
        }
    }
}

/// Where the requests to an external S3 name a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressing {
    /// In the path: `http://host/bucket/key`.
    Path,
    /// In the host: `http://bucket.host/key`.
    Virtual,
}

/// The credentials that sign requests to an external S3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keys {
    /// The account's number is the access key, as `LocalStack` reads it.
    OfAccount,
    /// One key for all accounts.
    Fixed(Credential),
}

impl fmt::Debug for ExternalSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ExternalSettings")
            .field("endpoint", &self.endpoint)
            .field("region", &self.region)
            .field("addressing", &self.addressing)
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}
