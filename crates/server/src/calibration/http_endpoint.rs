//! Sends questions over HTTP, signed.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use b2bi_local_calibrate::{Endpoint, EndpointError, Request, Response, Signature};
use b2bi_local_sigv4::{Credential, Service, SigningTarget, sign};
use bytes::Bytes;
use http::header::{AUTHORIZATION, HOST};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Uri};
use http_body_util::{BodyExt as _, Full, Limited};

use super::credentials::CallerCredentials;
use super::error::EndpointSetupError;
use crate::client::{HttpClient, TlsClient, http_client, root_cause, tls_client};

/// The maximum number of bytes of a reply.
const REPLY_BYTES: usize = 16 << 20;
/// How long a reply may take.
const TIMEOUT: Duration = Duration::from_mins(1);
const AN_HOUR: Duration = Duration::from_hours(1);

/// AWS, or the server at an address.
pub(crate) struct HttpEndpoint {
    plain: HttpClient<Full<Bytes>>,
    /// `None` if everything goes to an address without TLS.
    tls: Option<TlsClient<Full<Bytes>>>,
    /// The address of all services; without one, each service has its address on AWS.
    address: Option<Uri>,
    caller: CallerCredentials,
}

impl HttpEndpoint {
    /// # Errors
    ///
    /// The address is invalid, or there are no trusted certificates.
    pub(crate) fn new(
        address: Option<&str>,
        caller: CallerCredentials,
    ) -> Result<Self, EndpointSetupError> {
        let address = match address {
            Some(text) => Some(parse(text)?),
            None => None,
        };
        let is_plain = address
            .as_ref()
            .is_some_and(|address| address.scheme_str() == Some("http"));
        Ok(Self {
            plain: http_client(),
            tls: if is_plain {
                None
            } else {
                Some(tls_client().map_err(EndpointSetupError::Certificates)?)
            },
            address,
            caller,
        })
    }

    /// The host and port of the address, which recordings must not contain.
    pub(crate) fn hosts(&self) -> Vec<String> {
        let authority = self.address.as_ref().and_then(Uri::authority);
        let hosts = authority.map(|authority| [authority.to_string(), authority.host().to_owned()]);
        hosts.into_iter().flatten().collect()
    }

    fn uri(&self, request: &Request) -> Result<Uri, EndpointError> {
        let base = if let Some(address) = &self.address {
            let scheme = address.scheme_str().unwrap_or("http");
            let authority = address.authority().map(ToString::to_string);
            format!("{scheme}://{}", authority.unwrap_or_default())
        } else {
            let suffix = if self.caller.region.starts_with("cn-") {
                ".cn"
            } else {
                ""
            };
            format!(
                "https://{}.{}.amazonaws.com{suffix}",
                request.service, self.caller.region
            )
        };
        let uri = format!("{base}{}", request.target);
        uri.parse().map_err(|error: http::uri::InvalidUri| {
            EndpointError::new(format!("{} is no address", request.target), error)
        })
    }

    fn signed(
        &self,
        request: &Request,
        region: &str,
    ) -> Result<http::Request<Full<Bytes>>, EndpointError> {
        let uri = self.uri(request)?;
        let host = uri
            .authority()
            .map(|authority| authority.as_str().to_owned());
        let mut built = http::Request::new(Full::new(request.body.clone()));
        *built.method_mut() = request
            .method
            .parse()
            .map_err(|error: http::method::InvalidMethod| EndpointError::new("method", error))?;
        *built.uri_mut() = uri;
        let (mut head, body) = built.into_parts();
        insert(&mut head, "host", &host.unwrap_or_default())?;
        for (name, value) in &request.headers {
            insert(&mut head, name, value)?;
        }
        self.sign(&mut head, request, region)?;
        Ok(http::Request::from_parts(head, body))
    }

    fn sign(&self, head: &mut Parts, request: &Request, region: &str) -> Result<(), EndpointError> {
        let now = SystemTime::now();
        let unknown = Credential::new("AKIAIOSFODNN7EXAMPLE", "unknown");
        let (credential, time) = match request.signature {
            Signature::Absent => return Ok(()),
            Signature::UnknownKey => (&unknown, now),
            Signature::Expired => (
                &self.caller.credential,
                now.checked_sub(AN_HOUR).unwrap_or(now),
            ),
            _ => (&self.caller.credential, now),
        };
        let target = SigningTarget {
            service: match request.service.as_str() {
                "s3" => Service::S3,
                // Cloud Control's requests are signed for the service, CloudFormation's for its own.
                name => Service::Api(name),
            },
            region,
        };
        sign(head, &request.body, credential, target, time)
            .map_err(|error| EndpointError::new("the request cannot be signed", error))?;
        spoil(head, request.signature)
    }
}

/// Changes a signature for a request that must be refused.
fn spoil(head: &mut Parts, signature: Signature) -> Result<(), EndpointError> {
    let header = head.headers.get(AUTHORIZATION);
    let text = header
        .and_then(|header| header.to_str().ok())
        .unwrap_or_default();
    let Some((before, _)) = text.split_once("Signature=") else {
        return Ok(());
    };
    let spoiled = match signature {
        Signature::Wrong => format!("{before}Signature={}", "0".repeat(64)),
        Signature::Incomplete => before.trim_end_matches([',', ' ']).to_owned(),
        _ => return Ok(()),
    };
    insert(head, "authorization", &spoiled)
}

fn insert(head: &mut Parts, name: &str, value: &str) -> Result<(), EndpointError> {
    let name = name
        .parse::<HeaderName>()
        .map_err(|error| EndpointError::new(format!("the header {name}"), error))?;
    let value = HeaderValue::from_str(value)
        .map_err(|error| EndpointError::new(format!("the header {name}"), error))?;
    head.headers.insert(name, value);
    Ok(())
}

fn parse(text: &str) -> Result<Uri, EndpointSetupError> {
    let problem = || EndpointSetupError::Address(text.to_owned());
    let uri: Uri = text.parse().map_err(|_| problem())?;
    let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
    if is_http && uri.authority().is_some() {
        Ok(uri)
    } else {
        Err(problem())
    }
}

#[async_trait]
impl Endpoint for HttpEndpoint {
    async fn send(&self, request: &Request) -> Result<Response, EndpointError> {
        self.send_in(request, &self.caller.region).await
    }

    async fn pause(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    fn region(&self) -> &str {
        &self.caller.region
    }
}

impl HttpEndpoint {
    /// Sends a request that is signed for a region.
    ///
    /// # Errors
    ///
    /// There is no reply.
    pub(crate) async fn send_in(
        &self,
        request: &Request,
        region: &str,
    ) -> Result<Response, EndpointError> {
        let signed = self.signed(request, region)?;
        let sent = async {
            let reply = match &self.tls {
                Some(tls) => tls.request(signed).await,
                None => self.plain.request(signed).await,
            };
            let reply = reply.map_err(|error| {
                let cause = root_cause(&error).to_string();
                EndpointError::new("no reply", cause)
            })?;
            let (head, body) = reply.into_parts();
            let body = Limited::new(body, REPLY_BYTES).collect().await;
            let body = body.map_err(|error| EndpointError::new("the reply broke off", error))?;
            Ok(Response {
                status: head.status.as_u16(),
                headers: text_headers(&head.headers),
                body: body.to_bytes(),
            })
        };
        match tokio::time::timeout(TIMEOUT, sent).await {
            Ok(reply) => reply,
            Err(late) => Err(EndpointError::new("no reply within 60 seconds", late)),
        }
    }
}

fn text_headers(headers: &http::HeaderMap) -> BTreeMap<String, String> {
    let texts = headers.iter().filter(|(name, _)| **name != HOST);
    let texts =
        texts.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
    texts.collect()
}
