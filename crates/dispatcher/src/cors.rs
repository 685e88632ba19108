//! Cross-origin requests, as the service model's `cors` trait with its defaults declares them.

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Response};

/// Seconds that a browser may remember a preflight.
///
/// Source: the `cors` trait's default.
const MAX_AGE: &str = "600";

const ALLOWED: &str = "authorization,content-type,x-amz-content-sha256,x-amz-date,\
    x-amz-security-token,x-amz-target,x-amz-user-agent,amz-sdk-invocation-id,amz-sdk-request,\
    x-amzn-trace-id,x-moto-account-id";
const EXPOSED: &str = "x-amzn-errortype,x-amzn-requestid,x-amzn-errormessage,x-amzn-trace-id";

/// Whether a request asks for permission to call an API operation.
#[must_use]
pub fn is_preflight(head: &Parts) -> bool {
    head.method == Method::OPTIONS
        && head.uri.path() == "/"
        && head.headers.contains_key(ORIGIN)
        && head.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// The permission.
#[must_use]
pub fn preflight() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    let headers = response.headers_mut();
    for (name, value) in [
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (ACCESS_CONTROL_ALLOW_METHODS, "POST"),
        (ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED),
        (ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED),
        (ACCESS_CONTROL_MAX_AGE, MAX_AGE),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Allows a page to read the reply to its request. Requests of pages have an origin.
pub fn allow(reply: &mut HeaderMap) {
    reply.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    reply.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(EXPOSED),
    );
}
