//! Replies that a fault replaces or changes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use b2bi_local_dispatcher::ServiceError;
use b2bi_local_faults::{Damage, ErrorReply, HttpReply};
use b2bi_local_model::{ErrorShape, NAMESPACE};
use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::{Map, Value};

use super::script::WireFault;
use crate::vocabulary::common_status;

/// Panics like a defect, to show that only the request is affected.
#[expect(clippy::panic, reason = "that is what the rule asks for")]
pub(super) fn panic(rules: &str) -> ! {
    panic!("injected by a fault rule ({rules})");
}

/// An injected error as the service itself would send it, every member filled.
pub(super) fn failure(error: ErrorReply, rules: &str) -> ServiceError {
    let shape = ErrorShape::named(&error.code);
    let status = error
        .status_code
        .or(shape.map(|shape| shape.status))
        .or_else(|| common_status(&error.code))
        .unwrap_or(503);
    let mut members = members(&error, shape, rules);
    if let Some(seconds) = error.retry_after_seconds {
        members.insert("retryAfterSeconds".to_owned(), seconds.into());
    }
    members.extend(error.fields);
    let mut headers: Vec<(HeaderName, HeaderValue)> = Vec::new();
    if let Some(millis) = error.retry_after_ms {
        let name = HeaderName::from_static("x-amz-retry-after");
        headers.push((name, HeaderValue::from(millis)));
    }
    headers.extend(self::headers(&error.headers));
    ServiceError {
        code: Cow::Owned(error.code),
        namespace: shape.map(|_| NAMESPACE),
        status: StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE),
        members,
        headers,
    }
}

fn members(error: &ErrorReply, shape: Option<&ErrorShape>, rules: &str) -> Map<String, Value> {
    let message = match (&error.message, error.code.as_str()) {
        (Some(message), _) => message.clone(),
        (None, "ThrottlingException") => "Rate exceeded".to_owned(),
        (None, code) => format!("{code} injected by the fault rule {rules}"),
    };
    let mut members = Map::new();
    let message_member = shape.map_or("message", ErrorShape::message_member);
    members.insert(message_member.to_owned(), Value::String(message));
    let required = shape.map_or(&[][..], |shape| shape.required);
    for name in required
        .iter()
        .filter(|required| **required != message_member)
    {
        let value = if *name == "serviceCode" {
            "b2bi"
        } else {
            "injected"
        };
        members.insert((*name).to_owned(), value.into());
    }
    members
}

/// A reply with another body or other headers, or one that HTTP cannot send.
pub(super) fn damaged(mut response: Response<Bytes>, damage: Damage) -> Response<Bytes> {
    if let Some(body) = damage.edited(response.body()) {
        *response.body_mut() = body.into();
        response.headers_mut().remove(CONTENT_LENGTH);
    }
    for (name, value) in headers(&damage.headers) {
        response.headers_mut().insert(name, value);
    }
    if damage.is_on_the_wire() {
        with_wire_fault(response, WireFault::Damage(damage))
    } else {
        response
    }
}

pub(super) fn with_wire_fault(
    mut response: Response<Bytes>,
    wire_fault: WireFault,
) -> Response<Bytes> {
    response.extensions_mut().insert(wire_fault);
    response
}

pub(super) fn raw(reply: HttpReply) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(reply.body));
    if let Ok(status) = StatusCode::from_u16(reply.status_code) {
        *response.status_mut() = status;
    }
    response.headers_mut().extend(headers(&reply.headers));
    response
}

/// The headers of a rule, as HTTP has them.
pub(super) fn headers(
    written: &BTreeMap<String, String>,
) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    let headers = written.iter();
    headers.filter_map(|(name, value)| header(name, value))
}

fn header(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    Some((name.parse().ok()?, value.parse().ok()?))
}
