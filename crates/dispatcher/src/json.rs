//! Replies of AWS JSON 1.0 and 1.1.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Response};
use serde_json::{Map, Value};

use crate::service_error::ServiceError;

/// The header that names a reply.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
/// The header that names an error.
pub const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// The content type of the reply to a request with this content type: the request's own version of
/// the protocol, 1.0 by default.
#[must_use]
pub fn content_type(asked: Option<&HeaderValue>) -> HeaderValue {
    let version_1_1 =
        asked.is_some_and(|asked| asked.as_bytes().starts_with(b"application/x-amz-json-1.1"));
    HeaderValue::from_static(if version_1_1 {
        "application/x-amz-json-1.1"
    } else {
        "application/x-amz-json-1.0"
    })
}

/// A successful reply.
#[must_use]
pub fn success(body: Bytes, content_type: HeaderValue) -> Response<Bytes> {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

/// An error reply: the code in `__type` and in a header, and the members.
#[must_use]
pub fn failure(failure: ServiceError, content_type: HeaderValue) -> Response<Bytes> {
    let mut body = Map::with_capacity(failure.members.len() + 1);
    let full_name = match failure.namespace {
        Some(namespace) => format!("{namespace}#{}", failure.code),
        None => failure.code.to_string(),
    };
    body.insert("__type".to_owned(), Value::String(full_name));
    body.extend(failure.members);
    let mut response = Response::new(Bytes::from(Value::Object(body).to_string()));
    *response.status_mut() = failure.status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, content_type);
    if let Ok(code) = HeaderValue::from_str(&failure.code) {
        headers.insert(ERROR_TYPE, code);
    }
    headers.extend(failure.headers);
    response
}
