//! The receiver of requests: AWS, the emulator, or a test double.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// How a request is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signature {
    /// With the credentials of the caller.
    #[default]
    Valid,
    /// No signature.
    Absent,
    /// With the caller's access key and a signature that is wrong.
    Wrong,
    /// With an unknown access key.
    UnknownKey,
    /// With a time of an hour ago.
    Expired,
    /// By an `Authorization` header with a signature missing.
    Incomplete,
}

impl Signature {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
    pub(crate) fn is_valid(&self) -> bool {
        *self == Self::Valid
    }
}

/// A request before it has an address and a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The name that the service signs with: `b2bi`, `s3`, `logs`.
    pub service: String,
    /// The HTTP method.
    pub method: String,
    /// Path and query, encoded.
    pub target: String,
    /// Headers, except for the host and those of the signature.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Bytes,
    /// How it is signed.
    pub signature: Signature,
}

/// A reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Headers, with names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Bytes,
}

impl Response {
    /// The body as text; bytes that are not UTF-8 are replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The name of the error in the reply, without a namespace.
    #[must_use]
    pub fn error_type(&self) -> Option<String> {
        error_type(self.status, &self.headers, &self.text())
    }
}

pub(crate) fn error_type(
    status: u16,
    headers: &BTreeMap<String, String>,
    body: &str,
) -> Option<String> {
    if status < 400 {
        return None;
    }
    let named = serde_json::from_str::<serde_json::Value>(body).ok();
    let named = named.as_ref().and_then(|body| body.get("__type")?.as_str());
    let header = headers.get("x-amzn-errortype").map(String::as_str);
    let in_xml = || {
        body.split_once("<Code>")?
            .1
            .split_once('<')
            .map(|(code, _)| code)
    };
    let name = named.or(header).or_else(in_xml)?;
    let name = name.rsplit('#').next().unwrap_or(name);
    Some(name.split(':').next().unwrap_or(name).to_owned())
}

/// A request that got no reply.
#[derive(Debug)]
pub struct EndpointError {
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl EndpointError {
    /// An error with what caused it.
    pub fn new(
        message: impl Into<String>,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self {
            message: message.into(),
            source: Some(source.into()),
        }
    }

    /// An error without another cause.
    pub fn message(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            source: None,
        }
    }
}

impl fmt::Display for EndpointError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Some(source) => write!(out, "{}: {source}", self.message),
            None => out.write_str(&self.message),
        }
    }
}

impl Error for EndpointError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as _)
    }
}

/// Sends requests, and waits between them.
#[async_trait]
pub trait Endpoint: Send + Sync {
    /// Sends a request and reads the whole reply.
    ///
    /// # Errors
    ///
    /// There is no reply.
    async fn send(&self, request: &Request) -> Result<Response, EndpointError>;

    /// Waits.
    async fn pause(&self, time: Duration);

    /// The region that requests are for.
    fn region(&self) -> &str;
}
