//! What a request's head and body say of it.

use std::sync::LazyLock;

use http::HeaderName;
use http::header::{AsHeaderName, USER_AGENT};
use http::request::Parts;
use memchr::memmem::Finder;
use serde_json::Value;

/// The header with the SDK's id of a call.
pub(super) const INVOCATION: HeaderName = HeaderName::from_static("amz-sdk-invocation-id");
/// The header with the SDK's count of a call's attempts.
pub(super) const ATTEMPT: HeaderName = HeaderName::from_static("amz-sdk-request");
/// The user agent of those who cannot set `user-agent`.
const AMZ_USER_AGENT: HeaderName = HeaderName::from_static("x-amz-user-agent");

/// The members of an input that name the resource it is about.
const RESOURCES: [&str; 6] = [
    "transformerJobId",
    "transformerId",
    "capabilityId",
    "partnershipId",
    "profileId",
    "ResourceARN",
];

/// What stands before an application id.
static APP_ID: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("app/"));

/// A header that is text.
pub(super) fn header(head: &Parts, name: impl AsHeaderName) -> Option<&str> {
    str::from_utf8(head.headers.get(name)?.as_bytes()).ok()
}

/// The user agent; browsers cannot set it and send another header.
pub(super) fn user_agent(head: &Parts) -> Option<&str> {
    header(head, USER_AGENT).or_else(|| header(head, &AMZ_USER_AGENT))
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
pub(super) fn attempt(header: &str) -> Option<u64> {
    let mut parts = header.split(';').map(str::trim);
    parts
        .find_map(|it| it.strip_prefix("attempt="))?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::{app_id, attempt};

    #[test]
    fn the_sdk_tells_its_attempt_and_application() {
        for (header, expected) in [
            ("attempt=2; max=3", Some(2)),
            ("ttl=20261123T185500Z; attempt=1; max=5", Some(1)),
            ("attempt=x", None),
            ("", None),
        ] {
            assert_eq!(attempt(header), expected, "{header}");
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
