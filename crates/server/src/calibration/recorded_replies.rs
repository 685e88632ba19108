//! Recorded replies of AWS: errors in JSON and in XML, and the form of other replies.

use b2bi_local_calibrate::{Facts, error_members};
use b2bi_local_dispatcher::json::ERROR_TYPE;
use b2bi_local_objects::Body;
use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Response, StatusCode};
use serde_json::Value;

/// An error reply as it was recorded; other replies are unchanged.
pub(crate) fn replaced(
    facts: &Facts,
    (service, operation): (&str, &str),
    account: &str,
    mut response: Response<Bytes>,
) -> Response<Bytes> {
    let status = response.status().as_u16();
    if status < 400 {
        return response;
    }
    let text = str::from_utf8(response.body()).unwrap_or_default();
    let is_xml = text.starts_with('<');
    let members = match serde_json::from_str(text) {
        _ if is_xml => error_members(text),
        Ok(members) => members,
        Err(_) => return response,
    };
    let Some(reply) = facts.error((service, operation), status, &members, account) else {
        return response;
    };
    let body = if is_xml {
        in_xml(text, &reply.body)
    } else {
        reply.body.to_string()
    };
    if let Ok(status) = StatusCode::from_u16(reply.status) {
        *response.status_mut() = status;
    }
    if let Ok(name) = HeaderValue::from_str(&reply.name)
        && !is_xml
    {
        response.headers_mut().insert(ERROR_TYPE, name);
    }
    response.headers_mut().remove(CONTENT_LENGTH);
    *response.body_mut() = Bytes::from(body);
    response
}

/// A reply to a request in the form that was recorded; replies of other operations are unchanged.
pub(crate) fn reformed(
    facts: &Facts,
    (service, operation): (&str, &str),
    request: &[u8],
    mut response: Response<Bytes>,
) -> Response<Bytes> {
    if service != "b2bi" || !facts.changes_replies(operation) {
        return response;
    }
    let request = serde_json::from_slice(request).unwrap_or_default();
    if let Ok(mut members) = serde_json::from_slice(response.body()) {
        facts.change_reply(operation, &request, &mut members);
        response.headers_mut().remove(CONTENT_LENGTH);
        *response.body_mut() = Bytes::from(members.to_string());
    }
    response
}

/// The same for an error of S3; other bodies may be those of objects.
pub(crate) fn replaced_in_s3(
    facts: Option<&Facts>,
    account: &str,
    response: Response<Body>,
) -> Response<Body> {
    let Some(facts) = facts.filter(|_| response.status().as_u16() >= 400) else {
        return response;
    };
    let (head, body) = response.into_parts();
    match body.bytes() {
        Some(bytes) if !bytes.is_empty() => {
            let response = Response::from_parts(head, bytes);
            replaced(facts, ("s3", ""), account, response).map(Body::from)
        }
        _ => Response::from_parts(head, body),
    }
}

/// An error in XML with another code and message.
fn in_xml(text: &str, members: &Value) -> String {
    ["Code", "Message"]
        .iter()
        .fold(text.to_owned(), |text, name| {
            let value = members.get(*name).and_then(Value::as_str);
            let with_value = value.and_then(|value| with_element(&text, name, value));
            with_value.unwrap_or(text)
        })
}

/// XML in which the first element of a name has another text.
fn with_element(text: &str, name: &str, value: &str) -> Option<String> {
    let (before, rest) = text.split_once(&format!("<{name}>"))?;
    let (_, after) = rest.split_once(&format!("</{name}>"))?;
    let value = value.replace('&', "&amp;").replace('<', "&lt;");
    Some(format!("{before}<{name}>{value}</{name}>{after}"))
}
