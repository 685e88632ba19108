//! Access to the server: hosts, origins and the admin token.
//!
//! A web page in a browser can send requests to this machine. It cannot hide
//! its origin, and it cannot make the host a name of this machine; both are checked here.

use std::net::{IpAddr, SocketAddr};

use b2bi_local_sigv4::Secret;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::{AUTHORIZATION, HOST, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, StatusCode, Uri};

/// Anybody, in the list of origins.
const ANY: &str = "*";
/// Names that lead to the loopback, and those below them: the first by a standard, the second by its
/// owner's word.
const LOOPBACK: [&str; 2] = ["localhost", "localhost.localstack.cloud"];
const SITE: &str = "sec-fetch-site";
const MODE: &str = "sec-fetch-mode";

/// The rules, as configured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// Names of this machine in addition to the loopback names, such as `host.docker.internal`;
    /// `*.NAME` for all below a name, `*` for all.
    pub hosts: Vec<String>,
    /// Origins of pages that may send requests, in addition to those of this machine; `*` for all.
    pub origins: Vec<String>,
    /// The credentials that requests to the admin routes must have.
    pub token: Option<Secret>,
}

/// Why a request is refused.
#[derive(Debug)]
pub(crate) struct AccessError {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
}

impl Access {
    /// Whether a request's origin may send requests; programs have no origin.
    pub(crate) fn origin(&self, headers: &HeaderMap) -> Result<(), AccessError> {
        let Some(origin) = headers.get(ORIGIN) else {
            return Ok(());
        };
        let origin = origin.to_str().unwrap_or_default();
        let is_listed = self
            .origins
            .iter()
            .any(|item| item == ANY || item == origin);
        if is_listed || self.is_of_a_known_host(origin) {
            return Ok(());
        }
        Err(forbidden(format!(
            "Pages of the origin {origin} may not send requests; --allowed-origins lists who may"
        )))
    }

    /// Whether a request may use the admin routes, on a server with this address.
    pub(crate) fn admin(&self, head: &Parts, listen: SocketAddr) -> Result<(), AccessError> {
        self.origin(&head.headers)?;
        if is_sent_by_another_site(&head.headers) {
            let message = "Pages of other sites may not use the admin API";
            return Err(forbidden(message.to_owned()));
        }
        match &self.token {
            Some(token) => check_token(token, &head.headers),
            None if listen.ip().is_loopback() => self.host(head),
            None => Err(forbidden(format!(
                "The server listens on {listen}, where others can reach it, so its admin API needs \
                 a token: start it with --admin-token TOKEN and send Authorization: Bearer TOKEN"
            ))),
        }
    }

    /// Whether a request may get the files of the console. They are not secret if a token protects
    /// the data that they show.
    pub(crate) fn page(&self, head: &Parts, listen: SocketAddr) -> Result<(), AccessError> {
        match self.token {
            Some(_) => self.origin(&head.headers),
            None => self.admin(head, listen),
        }
    }

    /// Warns of a server that is reachable from outside and has no token.
    pub(crate) fn warn_if_reachable(&self, address: SocketAddr) {
        if self.token.is_none() && !address.ip().is_loopback() {
            tracing::warn!(
                %address,
                "other machines can use the API without a password, and the routes below /_b2bi/ are \
                 refused: listen on 127.0.0.1, or set --admin-token"
            );
        }
    }

    /// Whether a request that a browser sent may be answered: its origin and its host must be known.
    ///
    /// A browser sends no origin with a page from the same host, and a foreign host name may
    /// resolve to this server: then that page could read everything here.
    pub(crate) fn browser(&self, head: &Parts) -> Result<(), AccessError> {
        self.origin(&head.headers)?;
        self.host(head)
    }

    /// Whether all names that the request has for this machine, in its header and its target, are known.
    fn host(&self, head: &Parts) -> Result<(), AccessError> {
        let text = |value: &http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let mut names: Vec<String> = head.headers.get_all(HOST).iter().map(text).collect();
        names.extend(head.uri.authority().map(ToString::to_string));
        if names.is_empty() {
            // A request of HTTP/1.0 may leave it out, and a browser never does.
            names.push(String::new());
        }
        for name in names {
            let is_any = self.hosts.iter().any(|host| host == ANY);
            if !is_any && !host_name(&name).is_some_and(|name| self.knows(&name)) {
                return Err(forbidden(format!(
                    "The host '{name}' is not known to be this machine; --allowed-hosts lists its \
                     names"
                )));
            }
        }
        Ok(())
    }

    /// Whether a host, in lower case and without port, is this machine's.
    fn knows(&self, name: &str) -> bool {
        let is = |known: &String| {
            let known = known.to_ascii_lowercase();
            match known.strip_prefix("*.") {
                Some(domain) => is_below(name, domain),
                None => known == name,
            }
        };
        is_loopback_name(name) || self.hosts.iter().any(is)
    }

    fn is_of_a_known_host(&self, origin: &str) -> bool {
        origin_host(origin).is_some_and(|name| self.knows(&name))
    }
}

fn forbidden(message: String) -> AccessError {
    AccessError {
        status: StatusCode::FORBIDDEN,
        message,
    }
}

/// Whether a browser says that another site sent the request; following a link is harmless.
fn is_sent_by_another_site(headers: &HeaderMap) -> bool {
    let is = |name: &str, value: &str| headers.get(name).is_some_and(|found| found == value);
    is(SITE, "cross-site") && !is(MODE, "navigate")
}

fn check_token(token: &Secret, headers: &HeaderMap) -> Result<(), AccessError> {
    let given = headers.get(AUTHORIZATION).map(http::HeaderValue::as_bytes);
    let given = given.unwrap_or_default();
    let bearer = given.strip_prefix(b"Bearer ").map(<[u8]>::to_vec);
    let given = bearer.or_else(|| password(given.strip_prefix(b"Basic ")?));
    if given.is_some_and(|given| token.is(&given)) {
        return Ok(());
    }
    Err(AccessError {
        status: StatusCode::UNAUTHORIZED,
        message: "Send the server's --admin-token as Authorization: Bearer TOKEN, or as the \
                  password of http://any:TOKEN@HOST"
            .to_owned(),
    })
}

/// The password in `Basic` credentials, for clients that can be given only a URL, such as SNS.
fn password(credentials: &[u8]) -> Option<Vec<u8>> {
    let decoded = BASE64_STANDARD.decode(credentials).ok()?;
    let colon = decoded.iter().position(|decoded| *decoded == b':')?;
    decoded.get(colon + 1..).map(<[u8]>::to_vec)
}

/// The host of `http://HOST:PORT`.
fn origin_host(origin: &str) -> Option<String> {
    let uri: Uri = origin.parse().ok()?;
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    let authority = uri.authority().filter(|_| is_web)?;
    host_name(authority.as_str())
}

/// A host in lower case, without its port, brackets and trailing dot; `None` if it is not `HOST` or
/// `HOST:PORT`.
fn host_name(host: &str) -> Option<String> {
    let (name, port) = match host.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']')?,
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let is_port = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    (is_port && !name.is_empty()).then_some(name)
}

/// Whether a name always resolves to this machine.
fn is_loopback_name(name: &str) -> bool {
    let names = |text: &str| name == text || is_below(name, text);
    let address = name.parse::<IpAddr>().map(|value| value.to_canonical());
    LOOPBACK.iter().any(|item| names(item)) || address.is_ok_and(|address| address.is_loopback())
}

fn is_below(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain)
        .is_some_and(|rest| rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::Access;
    use http::Request;

    fn access(token: Option<&str>) -> Access {
        Access {
            hosts: vec!["emulator".to_owned()],
            origins: vec!["https://app.example".to_owned()],
            token: token.map(Into::into),
        }
    }

    fn status(access: &Access, listen: &str, headers: &[(&str, &str)]) -> u16 {
        let mut request = Request::builder().uri("/_b2bi/faults");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        let outcome = access.admin(&head, listen.parse().unwrap());
        outcome.map_or_else(|outcome| outcome.status.as_u16(), |()| 200)
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
    fn a_host_has_many_forms() {
        let check = |host: &str, expected: bool| {
            let mut access = access(None);
            access.hosts.push("*.Example.test".to_owned());
            let headers = [("host", host)];
            let found = status(&access, "127.0.0.1:4577", &headers) == 200;
            assert_eq!(found, expected, "{host}");
        };
        for host in [
            "LOCALHOST",
            "localhost.",
            "localhost.:4577",
            "127.9.9.9",
            "[::1]",
            "[::ffff:127.0.0.1]:80",
            "orders.s3.localhost.localstack.cloud:4577",
            "orders.s3.localhost",
            "Emulator:1",
            "a.example.TEST",
        ] {
            check(host, true);
        }
        for host in [
            "",
            ":4577",
            ".",
            "localhost:x",
            "localhost:80:80",
            "[::1",
            "[::1]x",
            "::1",
            "0.0.0.0",
            "[::]",
            "example.test",
            "aexample.test",
            "evil@localhost",
            "localhost@evil.example",
            "localhost/evil",
            "localhostx",
            "xlocalhost.localstack.cloud",
            "127.0.0.1.nip.io",
            "127.1",
            "2130706433",
        ] {
            check(host, false);
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
