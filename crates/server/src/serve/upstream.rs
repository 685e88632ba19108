//! Passes requests for other services to the upstream, and its replies back.
//!
//! Bodies are streamed both ways. The client's `Host` is kept: emulators build URLs from it, which then
//! lead to this server again.

use b2bi_local_dispatcher::{MOTO_ACCOUNT_HEADER, Route, ServiceError};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONNECTION, EXPECT, TE, TRAILER, TRANSFER_ENCODING, UPGRADE};
use http::request::Parts;
use http::uri::InvalidUri;
use http::uri::{Authority, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Either, Full, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::Error as ClientError;

use super::timeout::TimeoutBody;
use crate::client::{HttpClient, http_client, root_cause};
use crate::config::UpstreamConfig;
use crate::traffic::Traffic;

/// Marks a request that was passed on once, to detect an upstream that leads back here.
pub(crate) const PASSED: HeaderName = HeaderName::from_static("x-b2bi-local-passed");
/// Headers about one connection, which are not for the next one.
const HOP_BY_HOP: [HeaderName; 9] = [
    CONNECTION,
    EXPECT,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-authorization"),
    HeaderName::from_static("proxy-connection"),
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// The emulator behind this one.
pub(crate) struct Upstream {
    client: HttpClient<Either<TimeoutBody, Full<Bytes>>>,
    authority: Authority,
    services: Vec<String>,
    access_keys: AccessKeys,
}

/// With which access keys requests are passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccessKeys {
    /// With the client's signature, which the upstream may check.
    Kept,
    /// With the account as the key, by which emulators know it.
    Account,
}

/// The configured host of the upstream is not one.
#[derive(Debug, thiserror::Error)]
#[error("upstream: {0}")]
pub(crate) struct UpstreamError(#[from] InvalidUri);

impl Upstream {
    /// The upstream as configured; nothing is connected before the first request.
    pub(crate) fn new(
        config: &UpstreamConfig,
        access_keys: AccessKeys,
    ) -> Result<Self, UpstreamError> {
        Ok(Self {
            client: http_client(),
            authority: config.authority.parse()?,
            services: config.services.clone(),
            access_keys,
        })
    }

    /// Whether a request is the upstream's: its service or its operation is not here, or the service is
    /// passed on all the same. No emulator has operations of the B2BI API that are not here.
    pub(crate) fn takes(&self, head: &Parts, found: &Result<Route<'_>, ServiceError>) -> bool {
        let passes = |name: &str| self.services.iter().any(|service| service == name);
        match found {
            _ if is_of_an_emulator(head.uri.path()) => true,
            Err(failure) if failure.is_unknown_operation() => !Traffic::takes(head),
            Err(failure) => failure.is_unknown_service(),
            // The owner of the objects answers for them.
            Ok(Route::Objects) => false,
            Ok(Route::Json(service, _) | Route::Query(service)) => {
                passes(service.descriptor().signing_name)
            }
        }
    }

    /// Passes on a request of an account; the reply is streamed.
    ///
    /// # Errors
    ///
    /// The upstream does not answer, or it is this server.
    pub(super) async fn pass(
        &self,
        account: &str,
        head: Parts,
        body: Either<TimeoutBody, Full<Bytes>>,
    ) -> Result<Response<Incoming>, ServiceError> {
        let mut request = self.readdressed(head, body)?;
        name_account(request.headers_mut(), account, self.access_keys);
        let reply = self.client.request(request).await;
        let mut reply = reply.map_err(|error| self.silent(&error))?;
        strip(reply.headers_mut());
        Ok(reply)
    }

    /// Passes on a request of an account whose body has been read; the reply is also read, up to a
    /// limit.
    ///
    /// # Errors
    ///
    /// The upstream does not answer, ends its reply early, exceeds the limit, or is this server.
    pub(super) async fn pass_whole(
        &self,
        account: &str,
        head: Parts,
        body: Bytes,
        limit: usize,
    ) -> Result<Response<Bytes>, ServiceError> {
        let reply = self
            .pass(account, head, Either::Right(Full::new(body)))
            .await?;
        let (head, body) = reply.into_parts();
        match Limited::new(body, limit).collect().await {
            Ok(body) => Ok(Response::from_parts(head, body.to_bytes())),
            Err(error) => Err(self.bad(&format!("broke off: {error}"))),
        }
    }

    fn readdressed<B>(&self, head: Parts, body: B) -> Result<Request<B>, ServiceError> {
        if head.headers.contains_key(&PASSED) {
            return Err(self.bad("is this server itself, or leads back to it"));
        }
        let mut uri = head.uri.clone().into_parts();
        uri.scheme = Some(Scheme::HTTP);
        uri.authority = Some(self.authority.clone());
        let uri = Uri::from_parts(uri).map_err(|error| self.bad(&error.to_string()))?;
        let mut request = Request::from_parts(head, body);
        *request.uri_mut() = uri;
        strip(request.headers_mut());
        let passed = HeaderValue::from_static("1");
        request.headers_mut().insert(PASSED, passed);
        Ok(request)
    }

    fn silent(&self, error: &ClientError) -> ServiceError {
        self.bad(&format!("does not answer: {}", root_cause(error)))
    }

    fn bad(&self, problem: &str) -> ServiceError {
        let message = format!(
            "This request is passed to the upstream http://{}, which {problem}",
            self.authority
        );
        tracing::warn!("{message}");
        ServiceError::front(
            StatusCode::BAD_GATEWAY,
            "UpstreamUnavailableException",
            message,
        )
    }
}

/// Whether a path is one of the upstream's own: no bucket's name begins so.
pub(crate) fn is_of_an_emulator(path: &str) -> bool {
    path.starts_with("/_") || path.starts_with("/moto-api/")
}

/// Adds the account of a request in the ways of moto and `LocalStack`, so that resources created
/// through this port belong to the account that receives the events of its buckets.
fn name_account(headers: &mut HeaderMap, account: &str, access_keys: AccessKeys) {
    let Ok(name) = HeaderValue::from_str(account) else {
        return;
    };
    headers.entry(MOTO_ACCOUNT_HEADER).or_insert(name);
    if access_keys == AccessKeys::Account
        && let Some(signature) = headers.get(AUTHORIZATION)
        && let Some(renamed) = with_key(signature, account)
    {
        headers.insert(AUTHORIZATION, renamed);
    }
}

/// An `Authorization` header of version 4 with another access key.
fn with_key(signature: &HeaderValue, key: &str) -> Option<HeaderValue> {
    let (before, rest) = signature.to_str().ok()?.split_once("Credential=")?;
    let (_, rest) = rest.split_once('/')?;
    HeaderValue::from_str(&format!("{before}Credential={key}/{rest}")).ok()
}

/// Takes the headers away that are about a connection, those it names among them.
pub(crate) fn strip(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(','))
        .filter_map(|header| header.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::{AccessKeys, name_account, strip};

    #[test]
    fn accounts_are_named_in_every_way() {
        let check = |access_keys, named: Option<&str>, expected: [&str; 2]| {
            let mut headers = HeaderMap::new();
            let scope = "AKIDEXAMPLE/20261129/us-east-1/sqs/aws4_request";
            let signature = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host");
            headers.insert("authorization", signature.parse().unwrap());
            if let Some(account) = named {
                headers.insert("x-moto-account-id", account.parse().unwrap());
            }
            name_account(&mut headers, "444455556666", access_keys);
            let signature = headers["authorization"].to_str().unwrap();
            let (_, rest) = signature.split_once("Credential=").unwrap();
            let (key, rest) = rest.split_once('/').unwrap();
            assert_eq!(
                rest,
                "20261129/us-east-1/sqs/aws4_request, SignedHeaders=host"
            );
            let account = headers["x-moto-account-id"].to_str().unwrap();
            assert_eq!([account, key], expected);
        };
        let (account, key) = ("444455556666", "AKIDEXAMPLE");
        check(AccessKeys::Account, None, [account, account]);
        check(AccessKeys::Kept, None, [account, key]);
        check(
            AccessKeys::Kept,
            Some("777788889999"),
            ["777788889999", key],
        );
    }

    #[test]
    fn headers_about_a_connection_go_no_further() {
        let check = |name: &str, connection: &str, stays: bool| {
            let mut headers = HeaderMap::new();
            headers.insert("connection", HeaderValue::from_str(connection).unwrap());
            headers.append(
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_static("x"),
            );
            strip(&mut headers);
            assert_eq!(
                headers.contains_key(name),
                stays,
                "{name} with {connection}"
            );
        };
        for name in [
            "connection",
            "expect",
            "keep-alive",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
        ] {
            check(name, "close", false);
        }
        for name in [
            "authorization",
            "content-length",
            "content-encoding",
            "host",
            "x-own",
            "date",
        ] {
            check(name, "close", true);
        }
        check("x-own", "close, X-Own", false);
        check("x-other", "close, X-Own", true);
    }
}
