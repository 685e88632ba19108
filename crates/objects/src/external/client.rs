//! Sends a request to an external S3, and retries it if that may help.

use std::error::Error;
use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client as HttpClient, Error as HttpError};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::{sleep, timeout};

use super::settings::ExternalSettings;
use super::sign::{BuildError, S3Request};
use crate::store::ObjectError;
use crate::xml::Element;

/// The timeout for making a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// The timeout for the head of a reply and for each further piece of its body.
const SILENCE: Duration = Duration::from_secs(30);
/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_secs(15);
/// S3's codes for temporary errors.
const PASSING: [&str; 4] = [
    "SlowDown",
    "InternalError",
    "ServiceUnavailable",
    "RequestTimeout",
];

/// A client of an external S3.
pub(super) struct Client {
    pub(super) settings: ExternalSettings,
    http: Http,
}

enum Http {
    Plain(HttpClient<HttpConnector, Full<Bytes>>),
    Tls(HttpClient<HttpsConnector<HttpConnector>, Full<Bytes>>),
}

/// A reply that reports success.
#[derive(Debug)]
pub(super) struct S3Response {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// Whether the request was sent before, and may have been executed then.
    pub(super) again: bool,
}

/// A reply that reports an error.
#[derive(Debug)]
pub(super) struct ErrorResponse {
    pub(super) status: StatusCode,
    /// S3's error code; empty if the reply has no body.
    pub(super) code: String,
    message: String,
    /// Whether the request was sent before, and may have been executed then.
    pub(super) again: bool,
}

/// The system has no trusted certificates, and the endpoint uses TLS.
#[derive(Debug, thiserror::Error)]
#[error("{0}: SSL_CERT_FILE names a file of certificates to trust")]
pub struct TrustError(#[source] io::Error);

/// Why a request has failed.
#[derive(Debug)]
pub(super) enum RequestError {
    /// The S3 returned an error.
    ErrorResponse(ErrorResponse),
    /// No reply, or an unusable one; the reason as text.
    Silent(String),
}

impl Client {
    /// A client; it connects at the first request.
    ///
    /// # Errors
    ///
    /// The endpoint uses TLS, and the system has no trusted certificates.
    pub(super) fn new(settings: ExternalSettings) -> Result<Self, TrustError> {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT));
        connector.set_nodelay(true);
        let mut builder = HttpClient::builder(TokioExecutor::new());
        builder
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE);
        let http = if settings.endpoint.scheme_str() == Some("https") {
            connector.enforce_http(false);
            let tls = HttpsConnectorBuilder::new().with_native_roots();
            let tls = tls.map_err(TrustError)?;
            let connector = tls.https_only().enable_http1().wrap_connector(connector);
            Http::Tls(builder.build(connector))
        } else {
            Http::Plain(builder.build(connector))
        };
        Ok(Self { settings, http })
    }

    /// Sends a request for an account, and repeats it if the error is temporary.
    pub(super) async fn send(
        &self,
        account: &str,
        ask: &S3Request<'_>,
    ) -> Result<S3Response, RequestError> {
        let mut pauses = self.settings.pauses.iter();
        let mut again = false;
        loop {
            let outcome = self.send_once(account, ask, again).await;
            let Some(pause) = pauses.next() else {
                return outcome;
            };
            match outcome {
                Err(trouble) if trouble.may_pass() => sleep(*pause).await,
                outcome => return outcome,
            }
            again = true;
        }
    }

    async fn send_once(
        &self,
        account: &str,
        ask: &S3Request<'_>,
        again: bool,
    ) -> Result<S3Response, RequestError> {
        let request = ask.signed(&self.settings, account);
        let request =
            request.map_err(|error| RequestError::ErrorResponse(ErrorResponse::unsent(&error)))?;
        let reply = self.request(request).await?;
        let (head, body) = reply.into_parts();
        let body = self.whole(body).await?;
        let is_error = !head.status.is_success() || is_late_error(&ask.method, &body);
        if is_error {
            return Err(RequestError::ErrorResponse(ErrorResponse::new(
                head.status,
                &body,
                again,
            )));
        }
        Ok(S3Response {
            status: head.status,
            headers: head.headers,
            body,
            again,
        })
    }

    async fn request(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, RequestError> {
        let reply = match &self.http {
            Http::Plain(client) => timeout(SILENCE, client.request(request)).await,
            Http::Tls(client) => timeout(SILENCE, client.request(request)).await,
        };
        match reply {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(error)) => Err(self.silent(&cause(&error))),
            Err(_) => Err(self.slow()),
        }
    }

    async fn whole(&self, mut body: Incoming) -> Result<Bytes, RequestError> {
        let mut whole = BytesMut::new();
        loop {
            let frame = timeout(SILENCE, body.frame()).await;
            match frame.map_err(|_| self.slow())? {
                None => return Ok(whole.freeze()),
                Some(Ok(frame)) => {
                    let data = frame.into_data().unwrap_or_default();
                    whole.extend_from_slice(&data);
                }
                Some(Err(error)) => return Err(self.silent(&format!("it broke off: {error}"))),
            }
        }
    }

    fn slow(&self) -> RequestError {
        self.silent(&format!("nothing came for {} seconds", SILENCE.as_secs()))
    }

    fn silent(&self, why: &str) -> RequestError {
        let endpoint = self.settings.endpoint.to_string();
        let endpoint = endpoint.trim_end_matches('/');
        RequestError::Silent(format!("The S3 at {endpoint} does not answer: {why}"))
    }
}

impl RequestError {
    fn may_pass(&self) -> bool {
        match self {
            Self::Silent(_) => true,
            Self::ErrorResponse(refused) => refused.may_pass(),
        }
    }
}

impl ErrorResponse {
    fn new(status: StatusCode, body: &[u8], again: bool) -> Self {
        let error = Element::read(body).filter(|item| item.name() == "Error");
        let text = |name| {
            let text = error.as_ref().and_then(|error| error.text_of(name));
            text.unwrap_or_default().to_owned()
        };
        Self {
            status,
            code: text("Code"),
            message: text("Message"),
            again,
        }
    }

    /// A request that could not be built.
    fn unsent(error: &BuildError) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code: "InvalidRequest".to_owned(),
            message: error.to_string(),
            again: false,
        }
    }

    fn may_pass(&self) -> bool {
        let is_late = self.status.is_success();
        let is_busy = self.status.is_server_error() || self.status == StatusCode::TOO_MANY_REQUESTS;
        let is_final = self.status == StatusCode::NOT_IMPLEMENTED;
        is_late || is_busy && !is_final || PASSING.contains(&self.code.as_str())
    }

    /// Whether the bucket or object does not exist.
    pub(super) fn is_absent(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    fn explained(&self) -> String {
        match (self.code.as_str(), self.message.as_str()) {
            ("", _) => format!("S3 answers {}", self.status),
            (code, "") => format!("S3 answers {code}"),
            (code, message) => format!("S3 answers {code}: {message}"),
        }
    }
}

impl From<ErrorResponse> for ObjectError {
    fn from(refused: ErrorResponse) -> Self {
        match (refused.code.as_str(), refused.status) {
            ("NoSuchBucket", _) => Self::NoSuchBucket,
            ("NoSuchKey", _) | ("", StatusCode::NOT_FOUND) => Self::NoSuchKey,
            ("AccessDenied" | "", StatusCode::FORBIDDEN) => Self::AccessDenied,
            _ if refused.may_pass() => Self::Unavailable(refused.explained()),
            _ => Self::Other(refused.explained()),
        }
    }
}

impl From<RequestError> for ObjectError {
    fn from(trouble: RequestError) -> Self {
        match trouble {
            RequestError::ErrorResponse(refused) => refused.into(),
            RequestError::Silent(why) => Self::Unavailable(why),
        }
    }
}

/// Whether a reply with a success status contains an error, which happens with slow operations.
fn is_late_error(method: &Method, body: &[u8]) -> bool {
    method == Method::POST && Element::read(body).is_some_and(|item| item.name() == "Error")
}

/// The innermost cause of an error.
fn cause(error: &HttpError) -> String {
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
