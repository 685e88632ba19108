//! Requests of sinks, and what their replies mean.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use http::request::Parts;
use http::{HeaderValue, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full, Limited};

use super::DeliveryError;
use crate::client::{HttpClient, TlsClient, http_client, root_cause, tls_client};
use crate::settings::without_secrets;

/// How long a reply may take, on the machine's clock.
///
/// Source: the quotas of `EventBridge`, for API destinations.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The longest reply that is read, in bytes.
const LONGEST: usize = 1 << 20;
/// The number of characters that are shown from a reply.
const SHOWN: usize = 200;
const AGENT: &str = concat!("b2bi-local/", env!("CARGO_PKG_VERSION"));

/// Sends requests; clones share connections.
#[derive(Clone)]
pub(super) struct Client {
    plain: HttpClient<Full<Bytes>>,
    /// Present if an address uses TLS.
    tls: Option<TlsClient<Full<Bytes>>>,
}

/// A reply, successful or not.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
}

impl Client {
    /// A client for these addresses; nothing is connected before the first request.
    ///
    /// # Errors
    ///
    /// An address is reached by TLS, and the system has no certificates to trust.
    pub(super) fn new<'u>(mut urls: impl Iterator<Item = &'u Uri>) -> io::Result<Self> {
        let wants_tls = urls.any(is_secure);
        Ok(Self {
            plain: http_client(),
            tls: wants_tls.then(tls_client).transpose()?,
        })
    }

    /// Sends a request and reads the reply.
    ///
    /// # Errors
    ///
    /// There is no complete reply.
    pub(super) async fn send(
        &self,
        mut head: Parts,
        body: Vec<u8>,
    ) -> Result<Reply, DeliveryError> {
        // Added after signing: proxies may change this header.
        let agent = HeaderValue::from_static(AGENT);
        head.headers.insert(USER_AGENT, agent);
        let request = Request::from_parts(head, Full::from(body));
        let late = |_| {
            let seconds = TIMEOUT.as_secs();
            DeliveryError::retryable(format!("there was no reply within {seconds} s"))
        };
        tokio::time::timeout(TIMEOUT, self.exchange(request))
            .await
            .map_err(late)?
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Reply, DeliveryError> {
        let reply = match &self.tls {
            Some(tls) if is_secure(request.uri()) => tls.request(request).await,
            _ => self.plain.request(request).await,
        };
        let reply =
            reply.map_err(|error| DeliveryError::retryable(root_cause(&error).to_string()))?;
        let (head, body) = reply.into_parts();
        match Limited::new(body, LONGEST).collect().await {
            Ok(body) => Ok(Reply {
                status: head.status,
                body: body.to_bytes(),
            }),
            Err(error) => Err(DeliveryError::retryable(format!(
                "the reply broke off: {error}"
            ))),
        }
    }
}

impl Reply {
    /// Whether it reports success.
    ///
    /// # Errors
    ///
    /// The reply is an error. It is retryable if the server failed or is busy.
    pub(super) fn accepted(&self) -> Result<(), DeliveryError> {
        if self.status.is_success() {
            return Ok(());
        }
        let reason = self.shown();
        let passes = self.status.is_server_error()
            || self.status == StatusCode::TOO_MANY_REQUESTS
            || self.status == StatusCode::REQUEST_TIMEOUT;
        Err(if passes {
            DeliveryError::retryable(reason)
        } else {
            DeliveryError::permanent(reason)
        })
    }

    /// The status and the beginning of the body.
    pub(super) fn shown(&self) -> String {
        let body = String::from_utf8_lossy(&self.body);
        let body: String = body.trim().chars().take(SHOWN).collect();
        let blank = if body.is_empty() { "" } else { ": " };
        format!("the reply was {}{blank}{body}", self.status)
    }
}

fn is_secure(url: &Uri) -> bool {
    url.scheme_str() == Some("https")
}

/// The head of a POST to an address.
pub(super) fn post(url: &Uri, content_type: &'static str) -> Parts {
    let (mut head, ()) = Request::new(()).into_parts();
    head.method = http::Method::POST;
    head.uri = url.clone();
    let host = url
        .authority()
        .map(|authority| HeaderValue::try_from(authority.as_str()));
    if let Some(Ok(host)) = host {
        head.headers.insert(HOST, host);
    }
    let content_type = HeaderValue::from_static(content_type);
    head.headers.insert(CONTENT_TYPE, content_type);
    head
}

/// An address as it may be shown.
pub(super) fn shown(url: &Uri) -> String {
    let text = url.to_string();
    without_secrets(text.split('?').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::{Reply, shown};

    #[test]
    fn statuses_decide_whether_to_retry() {
        for (status, is_final) in [
            (200, None),
            (204, None),
            (302, Some(true)),
            (400, Some(true)),
            (404, Some(true)),
            (408, Some(false)),
            (429, Some(false)),
            (500, Some(false)),
            (503, Some(false)),
        ] {
            let reply = Reply {
                status: StatusCode::from_u16(status).unwrap(),
                body: "no".into(),
            };
            let failure = reply.accepted().err();
            assert_eq!(
                failure.map(|failure| failure.is_final),
                is_final,
                "{status}"
            );
        }
    }

    #[test]
    fn queries_are_not_shown() {
        let url = "http://127.0.0.1:1/a?token=secret".parse().unwrap();
        assert_eq!(shown(&url), "http://127.0.0.1:1/a");
        let url = "https://hooks.example/T01/B02/0123456789abcdefghij"
            .parse()
            .unwrap();
        assert_eq!(shown(&url), "https://hooks.example/T01/B02/***");
    }
}
