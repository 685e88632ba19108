//! A user's own calls of the B2BI API: passed to AWS and recorded, or answered from a recording.

mod config;
mod error;
mod proxy;
mod replay;
#[cfg(test)]
mod tests;
mod writer;

use b2bi_local_dispatcher::{Caller, ServiceError};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Response, StatusCode};

pub(crate) use config::{INITIAL_FACTS, facts, traffic_config};
pub use config::{ProxyConfig, TrafficConfig, UpstreamSignature};
pub(crate) use error::TrafficError;
use proxy::Proxy;
use replay::Replaying;

/// The prefix of the targets of the B2BI API.
const TARGET_PREFIX: &[u8] = b"B2BI.";

/// Answers calls of the B2BI API instead of this server.
pub(crate) enum Traffic {
    /// The endpoint behind this server.
    Proxy(Box<Proxy>),
    /// A recording.
    Replay(Box<Replaying>),
}

/// A call of the B2BI API.
pub(crate) struct TrafficCall<'a> {
    pub(crate) head: &'a Parts,
    pub(crate) body: Bytes,
    pub(crate) caller: &'a Caller,
}

impl TrafficCall<'_> {
    /// The operation, which need not be one.
    fn operation(&self) -> &str {
        let target = self.head.headers.get("x-amz-target");
        let target = target.and_then(|target| target.to_str().ok());
        target
            .and_then(|target| target.rsplit('.').next())
            .unwrap_or_default()
    }
}

impl Traffic {
    /// The configured traffic mode, ready to answer.
    ///
    /// # Errors
    ///
    /// There are no credentials for signing, or the recording cannot be written.
    pub(crate) fn open(config: &TrafficConfig, now: i64) -> Result<Self, TrafficError> {
        Ok(match config {
            TrafficConfig::Proxy(config) => Self::Proxy(Box::new(Proxy::open(config)?)),
            TrafficConfig::Replay(recording) => {
                Self::Replay(Box::new(Replaying::new(recording.clone(), now)))
            }
        })
    }

    /// Whether a request is a call of the B2BI API.
    pub(crate) fn takes(head: &Parts) -> bool {
        let target = head.headers.get("x-amz-target");
        target.is_some_and(|target| target.as_bytes().starts_with(TARGET_PREFIX))
    }

    /// The reply to a call.
    ///
    /// # Errors
    ///
    /// The endpoint gives no reply, or the recording has none.
    pub(crate) async fn reply(
        &self,
        call: TrafficCall<'_>,
    ) -> Result<Response<Bytes>, ServiceError> {
        match self {
            Self::Proxy(proxy) => proxy.reply(call).await,
            Self::Replay(replay) => replay.reply(&call),
        }
    }

    /// Ends the recording: it is completely in its file when this returns.
    pub(crate) fn finish(&self) {
        match self {
            Self::Proxy(proxy) => proxy.finish(),
            Self::Replay(replay) => replay.finish(),
        }
    }
}

/// A reply of a status, headers and a body; a header that HTTP does not allow is left out.
fn response<'a>(
    status: u16,
    headers: impl IntoIterator<Item = (&'a String, &'a String)>,
    body: Bytes,
) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
