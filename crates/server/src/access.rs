//! Who may talk to the server: which hosts, which origins, and with which token.
//!
//! A web page that somebody happens to look at can send requests to this machine. It cannot hide
//! its origin, and it cannot make the host a name of this machine; both are checked here.

use std::net::{IpAddr, SocketAddr};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::{AUTHORIZATION, HOST, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, StatusCode, Uri};

/// Anybody, in the list of origins.
const ANY: &str = "*";
const SITE: &str = "sec-fetch-site";
const MODE: &str = "sec-fetch-mode";

/// The rules, as configured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// Names of this machine besides those of the loopback, such as `host.docker.internal`.
    pub hosts: Vec<String>,
    /// Origins of pages that may send requests besides those of this machine; `*` for all.
    pub origins: Vec<String>,
    /// What requests to the server's own routes must bring along.
    pub token: Option<String>,
}

/// Why a request is refused.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
}

impl Access {
    /// Whether a request's origin may send requests at all; programs have none.
    pub(crate) fn origin(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let Some(origin) = headers.get(ORIGIN) else {
            return Ok(());
        };
        let origin = origin.to_str().unwrap_or_default();
        let is_listed = self.origins.iter().any(|it| it == ANY || it == origin);
        if is_listed || is_local_origin(origin) || self.is_of_a_known_host(origin) {
            return Ok(());
        }
        Err(forbidden(format!(
            "Pages of the origin {origin} may not send requests; --allowed-origins lists who may"
        )))
    }

    /// Whether a request may use the server's own routes, on a server that listens there.
    pub(crate) fn admin(&self, head: &Parts, listen: SocketAddr) -> Result<(), Refusal> {
        self.origin(&head.headers)?;
        if is_sent_by_another_site(&head.headers) {
            let message = "Pages of other sites may not use the server's own routes";
            return Err(forbidden(message.to_owned()));
        }
        match &self.token {
            Some(token) => check_token(token, &head.headers),
            None if listen.ip().is_loopback() => self.host(head),
            None => Err(forbidden(format!(
                "The server listens on {listen}, where others can reach it, so its own routes want \
                 a token: start it with --admin-token TOKEN and send Authorization: Bearer TOKEN"
            ))),
        }
    }

    /// Whether the request's host is a name of this machine, and not one that somebody else lets
    /// lead here.
    fn host(&self, head: &Parts) -> Result<(), Refusal> {
        let header = head.headers.get(HOST).and_then(|it| it.to_str().ok());
        let named = head.uri.authority().map(http::uri::Authority::as_str);
        let hosts = [Some(header.unwrap_or_default()), named];
        for name in hosts.into_iter().flatten().map(host_name) {
            if !is_loopback_name(name) && !self.hosts.iter().any(|it| it == name) {
                return Err(forbidden(format!(
                    "The host {name} is not known to be this machine; --allowed-hosts lists its \
                     names"
                )));
            }
        }
        Ok(())
    }

    fn is_of_a_known_host(&self, origin: &str) -> bool {
        let name = origin_host(origin);
        name.is_some_and(|name| self.hosts.contains(&name))
    }
}

fn forbidden(message: String) -> Refusal {
    Refusal {
        status: StatusCode::FORBIDDEN,
        message,
    }
}

/// Whether a browser says that another site sent the request; following a link is no harm.
fn is_sent_by_another_site(headers: &HeaderMap) -> bool {
    let is = |name: &str, value: &str| headers.get(name).is_some_and(|it| it == value);
    is(SITE, "cross-site") && !is(MODE, "navigate")
}

fn check_token(token: &str, headers: &HeaderMap) -> Result<(), Refusal> {
    let given = headers.get(AUTHORIZATION).map(http::HeaderValue::as_bytes);
    let given = given.unwrap_or_default();
    let bearer = given.strip_prefix(b"Bearer ").map(<[u8]>::to_vec);
    let given = bearer.or_else(|| password(given.strip_prefix(b"Basic ")?));
    if given.is_some_and(|it| is_same(&it, token.as_bytes())) {
        return Ok(());
    }
    Err(Refusal {
        status: StatusCode::UNAUTHORIZED,
        message: "Send the server's --admin-token as Authorization: Bearer TOKEN, or as the \
                  password of http://any:TOKEN@HOST"
            .to_owned(),
    })
}

/// The password in `Basic` credentials: who can be told no more than a URL, such as SNS, has these.
fn password(credentials: &[u8]) -> Option<Vec<u8>> {
    let decoded = BASE64_STANDARD.decode(credentials).ok()?;
    let colon = decoded.iter().position(|it| *it == b':')?;
    decoded.get(colon + 1..).map(<[u8]>::to_vec)
}

/// Compares in a time that does not tell how much is right.
fn is_same(given: &[u8], token: &[u8]) -> bool {
    let differences = given.iter().zip(token).fold(0, |all, (a, b)| all | (a ^ b));
    given.len() == token.len() && differences == 0
}

fn is_local_origin(origin: &str) -> bool {
    origin_host(origin).is_some_and(|name| is_loopback_name(&name))
}

/// The host of `http://HOST:PORT`.
fn origin_host(origin: &str) -> Option<String> {
    let uri: Uri = origin.parse().ok()?;
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    let host = uri.authority().map(|it| host_name(it.as_str()).to_owned());
    host.filter(|_| is_web)
}

/// A host without its port and brackets.
fn host_name(host: &str) -> &str {
    if let Some((inside, _)) = host.strip_prefix('[').and_then(|it| it.split_once(']')) {
        return inside;
    }
    host.split(':').next().unwrap_or_default()
}

fn is_loopback_name(name: &str) -> bool {
    let is_localhost =
        name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost");
    is_localhost || name.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::Access;
    use http::Request;

    fn access(token: Option<&str>) -> Access {
        Access {
            hosts: vec!["emulator".to_owned()],
            origins: vec!["https://app.example".to_owned()],
            token: token.map(str::to_owned),
        }
    }

    fn status(access: &Access, listen: &str, headers: &[(&str, &str)]) -> u16 {
        let mut request = Request::builder().uri("/_b2bi/faults");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        let outcome = access.admin(&head, listen.parse().unwrap());
        outcome.map_or_else(|it| it.status.as_u16(), |()| 200)
    }

    #[test]
    fn on_the_loopback_hosts_and_origins_decide() {
        for (headers, expected) in [
            (vec![("host", "127.0.0.1:4577")], 200),
            (vec![("host", "localhost:4577")], 200),
            (vec![("host", "[::1]:4577")], 200),
            (vec![("host", "b2bi.localhost")], 200),
            (vec![("host", "emulator:4577")], 200),
            (vec![], 403),
            (vec![("host", "evil.example:4577")], 403),
            (vec![("host", "127.0.0.1.evil.example")], 403),
            (vec![("host", "localhost.evil.example")], 403),
            (vec![("host", "192.168.0.1")], 403),
            (
                vec![("host", "localhost"), ("origin", "http://localhost:3000")],
                200,
            ),
            (
                vec![("host", "localhost"), ("origin", "http://emulator:4577")],
                200,
            ),
            (
                vec![("host", "localhost"), ("origin", "https://app.example")],
                200,
            ),
            (
                vec![("host", "localhost"), ("origin", "https://evil.example")],
                403,
            ),
            (
                vec![
                    ("host", "localhost"),
                    ("origin", "http://localhost.evil.example"),
                ],
                403,
            ),
            (vec![("host", "localhost"), ("origin", "null")], 403),
            (
                vec![("host", "localhost"), ("origin", "file://localhost")],
                403,
            ),
            (
                vec![("host", "localhost"), ("sec-fetch-site", "cross-site")],
                403,
            ),
            (
                vec![("host", "localhost"), ("sec-fetch-site", "same-origin")],
                200,
            ),
        ] {
            let found = status(&access(None), "127.0.0.1:4577", &headers);
            assert_eq!(found, expected, "{headers:?}");
        }
    }

    #[test]
    fn elsewhere_the_token_decides() {
        let host = ("host", "anything");
        for (token, headers, expected) in [
            (None, vec![host], 403),
            (Some("secret"), vec![host], 401),
            (
                Some("secret"),
                vec![host, ("authorization", "Bearer secret")],
                200,
            ),
            (
                Some("secret"),
                vec![host, ("authorization", "Bearer secre")],
                401,
            ),
            (
                Some("secret"),
                vec![host, ("authorization", "Bearer secret2")],
                401,
            ),
            (Some("secret"), vec![host, ("authorization", "secret")], 401),
            // any:secret, and secret without a colon.
            (
                Some("secret"),
                vec![host, ("authorization", "Basic YW55OnNlY3JldA==")],
                200,
            ),
            (
                Some("secret"),
                vec![host, ("authorization", "Basic c2VjcmV0")],
                401,
            ),
            (
                Some("secret"),
                vec![host, ("authorization", "Basic ?")],
                401,
            ),
            (
                Some("secret"),
                vec![
                    host,
                    ("authorization", "Bearer secret"),
                    ("origin", "https://evil.example"),
                ],
                403,
            ),
        ] {
            let found = status(&access(token), "0.0.0.0:4577", &headers);
            assert_eq!(found, expected, "{token:?} {headers:?}");
        }
    }

    #[test]
    fn all_origins_can_be_allowed() {
        let mut access = access(None);
        access.origins.push("*".to_owned());
        let headers = [("host", "localhost"), ("origin", "https://evil.example")];
        assert_eq!(status(&access, "127.0.0.1:4577", &headers), 200);
    }
}
