//! The facts in the head and the body of a request.

use std::sync::LazyLock;

use http::header::AsHeaderName;
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use memchr::memmem::Finder;
use serde_json::Value;

/// The members of an input that name the resource it is about.
pub(crate) const RESOURCES: [&str; 6] = [
    "transformerJobId",
    "transformerId",
    "capabilityId",
    "partnershipId",
    "profileId",
    "ResourceARN",
];

/// The prefix of the user agents of all browsers.
const BROWSER: &[u8] = b"Mozilla/";
/// The text before an application id.
static APP_ID: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("app/"));

/// The headers that every request is requested, found in one pass: a look-up of each takes longer.
#[derive(Default)]
pub(super) struct RequestHeaders<'a> {
    pub(super) authorization: Option<&'a HeaderValue>,
    pub(super) content_type: Option<&'a HeaderValue>,
    pub(super) origin: Option<&'a HeaderValue>,
    pub(super) host: Option<&'a HeaderValue>,
    /// Whether there are several hosts; proxies might choose different ones.
    pub(super) has_hosts: bool,
    /// Whether a browser sent the request.
    pub(super) is_browsers: bool,
    pub(super) user_agent: Option<&'a HeaderValue>,
    pub(super) amz_user_agent: Option<&'a HeaderValue>,
    pub(super) invocation: Option<&'a HeaderValue>,
    pub(super) attempt: Option<&'a HeaderValue>,
    pub(super) moto_account: Option<&'a HeaderValue>,
    pub(super) request_fault: Option<&'a HeaderValue>,
}

impl<'a> RequestHeaders<'a> {
    /// If a header occurs several times, the first one is used.
    pub(super) fn of(headers: &'a HeaderMap) -> Self {
        let mut request_headers = Self::default();
        for (name, value) in headers {
            let place = match name.as_str() {
                "authorization" => &mut request_headers.authorization,
                "content-type" => &mut request_headers.content_type,
                "origin" => {
                    request_headers.is_browsers = true;
                    &mut request_headers.origin
                }
                "host" => {
                    request_headers.has_hosts |= request_headers.host.is_some();
                    &mut request_headers.host
                }
                "user-agent" => &mut request_headers.user_agent,
                "x-amz-user-agent" => &mut request_headers.amz_user_agent,
                "amz-sdk-invocation-id" => &mut request_headers.invocation,
                "amz-sdk-request" => &mut request_headers.attempt,
                "x-moto-account-id" => &mut request_headers.moto_account,
                "x-mock-fault" => &mut request_headers.request_fault,
                name => {
                    // No script can send these: browsers keep them to themselves.
                    request_headers.is_browsers |= name.starts_with("sec-");
                    continue;
                }
            };
            place.get_or_insert(value);
        }
        let agent = request_headers.user_agent.map(HeaderValue::as_bytes);
        request_headers.is_browsers |= agent.is_some_and(|agent| agent.starts_with(BROWSER));
        request_headers
    }

    /// The user agent. Scripts in browsers cannot set it, so SDKs use another header in browsers.
    pub(super) fn user_agent(&self) -> Option<&'a HeaderValue> {
        let own = self.user_agent;
        own.filter(|agent| !agent.as_bytes().starts_with(BROWSER))
            .or(self.amz_user_agent)
            .or(own)
    }

    /// The SDK's id of the call.
    pub(super) fn invocation(&self) -> Option<&'a str> {
        text(self.invocation)
    }

    /// The attempt as the SDK counts.
    pub(super) fn attempt(&self) -> Option<u64> {
        attempt(self.attempt?.as_bytes())
    }
}

/// A header's value that is text; of a long one this is the fastest way to see that.
pub(super) fn text(value: Option<&HeaderValue>) -> Option<&str> {
    str::from_utf8(value?.as_bytes()).ok()
}

/// A header that is text.
pub(super) fn header(head: &Parts, name: impl AsHeaderName) -> Option<&str> {
    text(head.headers.get(name))
}

/// The resources that a JSON body names, the one most to the point first.
pub(super) fn resources(body: &Value) -> Vec<&str> {
    let named = RESOURCES.iter().filter_map(|name| body.get(name)?.as_str());
    named.collect()
}

/// The application id that a user agent carries as `app/…`.
pub(super) fn app_id(user_agent: &str) -> Option<&str> {
    let starts_a_word = |at: &usize| user_agent.get(..*at).is_some_and(ends_a_word);
    let at = APP_ID
        .find_iter(user_agent.as_bytes())
        .find(starts_a_word)?;
    user_agent
        .get(at + APP_ID.needle().len()..)?
        .split(' ')
        .next()
}

fn ends_a_word(text: &str) -> bool {
    text.is_empty() || text.ends_with(' ')
}

/// The number in `attempt=2; max=3`.
fn attempt(header: &[u8]) -> Option<u64> {
    let parts = header.split(|byte| *byte == b';');
    let mut numbers = parts.map(|parts| parts.trim_ascii().strip_prefix(b"attempt="));
    match numbers.find_map(|number| number)? {
        // The common values, before the general way.
        [digit @ b'0'..=b'9'] => Some(u64::from(digit - b'0')),
        number => str::from_utf8(number).ok()?.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::{RequestHeaders, app_id, attempt, text};
    use http::{HeaderMap, HeaderValue};

    #[test]
    fn of_a_header_that_comes_twice_the_first_counts() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("X-Amz-User-Agent", "browser"),
            ("amz-sdk-request", "attempt=3; max=3"),
            ("AMZ-SDK-Invocation-Id", "one"),
            ("amz-sdk-invocation-id", "two"),
            ("x-other", "none"),
        ] {
            let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_static(value));
        }
        let request_headers = RequestHeaders::of(&headers);
        assert_eq!(request_headers.invocation(), Some("one"));
        assert_eq!(request_headers.attempt(), Some(3));
        assert_eq!(text(request_headers.user_agent()), Some("browser"));
        assert!(request_headers.authorization.is_none() && request_headers.request_fault.is_none());
        for (agent, expected) in [("boto3", "boto3"), ("Mozilla/5.0 (X11)", "browser")] {
            headers.insert("user-agent", HeaderValue::from_static(agent));
            let found = RequestHeaders::of(&headers).user_agent();
            assert_eq!(text(found), Some(expected));
        }
        headers.remove("x-amz-user-agent");
        let found = RequestHeaders::of(&headers).user_agent();
        assert_eq!(text(found), Some("Mozilla/5.0 (X11)"));
    }

    #[test]
    fn the_sdk_sends_its_attempt_and_application() {
        for (header, expected) in [
            ("attempt=2; max=3", Some(2)),
            ("ttl=20261123T185500Z; attempt=1; max=5", Some(1)),
            ("attempt=x", None),
            ("", None),
        ] {
            assert_eq!(attempt(header.as_bytes()), expected, "{header}");
        }
        for (agent, expected) in [
            (
                "Boto3/1.44.5 md/Botocore cfg/retry-mode#standard app/orders-test-1",
                Some("orders-test-1"),
            ),
            ("app/a app/b", Some("a")),
            ("myapp/a app/", Some("")),
            ("curl/8.0", None),
        ] {
            assert_eq!(app_id(agent), expected, "{agent}");
        }
    }
}
