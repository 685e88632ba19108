//! The HTTP client for everything that the server sends or passes on.

use std::error::Error;
use std::io;
use std::time::Duration;

use http::{Request, Uri};
use http_body::Body;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::client::legacy::{Client, ResponseFuture};
use hyper_util::rt::{TokioExecutor, TokioTimer};

/// The timeout for making a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_secs(15);
const IDLE_CONNECTIONS: usize = 32;

/// A client whose requests have bodies of this type; clones share its connections.
pub(crate) type HttpClient<B> = Client<HttpConnector, B>;
/// The same for addresses that begin with `https`.
pub(crate) type TlsClient<B> = Client<HttpsConnector<HttpConnector>, B>;

/// A client for one address, with TLS if the address begins with `https`.
pub(crate) enum AddressClient<B> {
    Plain(HttpClient<B>),
    Tls(TlsClient<B>),
}

impl<B> AddressClient<B>
where
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    /// Nothing is connected before the first request.
    ///
    /// # Errors
    ///
    /// The address is reached by TLS, and the system has no certificates to trust.
    pub(crate) fn new(address: &Uri) -> io::Result<Self> {
        Ok(match address.scheme_str() {
            Some("https") => Self::Tls(tls_client()?),
            _ => Self::Plain(http_client()),
        })
    }

    /// Sends a request and waits for the head of the reply.
    pub(crate) fn request(&self, request: Request<B>) -> ResponseFuture {
        match self {
            Self::Plain(client) => client.request(request),
            Self::Tls(client) => client.request(request),
        }
    }
}

/// A client that connects at the first request.
pub(crate) fn http_client<B>() -> HttpClient<B>
where
    B: Body + Send,
    B::Data: Send,
{
    client(connector())
}

/// A client that talks TLS, and trusts whom the system trusts.
///
/// # Errors
///
/// The system has no certificates to trust.
pub(crate) fn tls_client<B>() -> io::Result<TlsClient<B>>
where
    B: Body + Send,
    B::Data: Send,
{
    let mut connector = connector();
    connector.enforce_http(false);
    let tls = HttpsConnectorBuilder::new().with_native_roots()?;
    Ok(client(
        tls.https_only().enable_http1().wrap_connector(connector),
    ))
}

fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(CONNECT));
    connector.set_nodelay(true);
    connector
}

fn client<C, B>(connector: C) -> Client<C, B>
where
    C: Connect + Clone,
    B: Body + Send,
    B::Data: Send,
{
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .build(connector)
}

/// The root cause of an error, such as `Connection refused`.
pub(crate) fn root_cause<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause
}
