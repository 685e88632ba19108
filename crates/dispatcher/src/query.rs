//! Requests and replies of the AWS Query protocol.

use std::io;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode, Uri};
use percent_encoding::percent_decode;
use quick_xml::Writer;
use quick_xml::events::BytesText;

use crate::service_error::ServiceError;

/// The operation that a request names in its body or, failing that, in its query.
///
/// # Errors
///
/// Neither holds an `Action`.
pub fn action(uri: &Uri, body: &[u8]) -> Result<String, ServiceError> {
    let query = uri.query().unwrap_or_default().as_bytes();
    parameter(body, "Action")
        .or_else(|| parameter(query, "Action"))
        .ok_or_else(|| {
            ServiceError::front(
                StatusCode::BAD_REQUEST,
                "MissingAction",
                "The request is missing an action or a required parameter: Action",
            )
        })
}

fn parameter(form: &[u8], wanted: &str) -> Option<String> {
    form.split(|form| *form == b'&').find_map(|pair| {
        let at = pair.iter().position(|pair| *pair == b'=')?;
        let (name, value) = pair.split_at_checked(at)?;
        let value: Vec<u8> = value
            .iter()
            .skip(1)
            .map(|value| if *value == b'+' { b' ' } else { *value })
            .collect();
        (name == wanted.as_bytes()).then(|| percent_decode(&value).decode_utf8_lossy().into_owned())
    })
}

/// A successful reply: the members inside `{action}Result`.
#[must_use]
pub fn success(
    action: &str,
    namespace: &str,
    members: &[(&'static str, String)],
    request_id: &str,
) -> Response<Bytes> {
    let body = written(|out| {
        out.create_element(format!("{action}Response"))
            .with_attribute(("xmlns", namespace))
            .write_inner_content(|out| {
                out.create_element(format!("{action}Result"))
                    .write_inner_content(|out| texts(out, members))?;
                out.create_element("ResponseMetadata")
                    .write_inner_content(|out| text(out, "RequestId", request_id))?;
                Ok(())
            })?;
        Ok(())
    });
    reply(StatusCode::OK, body)
}

/// An error reply.
#[must_use]
pub fn failure(failure: &ServiceError, namespace: &str, request_id: &str) -> Response<Bytes> {
    let server = failure.status.is_server_error();
    let members = [
        (
            "Type",
            if server { "Receiver" } else { "Sender" }.to_owned(),
        ),
        ("Code", failure.code.to_string()),
        ("Message", failure.message().to_owned()),
    ];
    let body = written(|out| {
        out.create_element("ErrorResponse")
            .with_attribute(("xmlns", namespace))
            .write_inner_content(|out| {
                out.create_element("Error")
                    .write_inner_content(|out| texts(out, &members))?;
                text(out, "RequestId", request_id)
            })?;
        Ok(())
    });
    let mut response = reply(failure.status, body);
    response
        .headers_mut()
        .extend(failure.headers.iter().cloned());
    response
}

type Xml = Writer<Vec<u8>>;

fn written(write: impl FnOnce(&mut Xml) -> io::Result<()>) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new());
    // Writing to memory does not fail.
    let _ = write(&mut writer);
    writer.into_inner()
}

fn texts(out: &mut Xml, members: &[(&'static str, String)]) -> io::Result<()> {
    members
        .iter()
        .try_for_each(|(name, value)| text(out, name, value))
}

fn text(out: &mut Xml, name: &str, value: &str) -> io::Result<()> {
    out.create_element(name)
        .write_text_content(BytesText::new(value))?;
    Ok(())
}

fn reply(status: StatusCode, body: Vec<u8>) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    let xml = HeaderValue::from_static("text/xml");
    response.headers_mut().insert(CONTENT_TYPE, xml);
    response
}

#[cfg(test)]
mod tests {
    use super::{action, failure, success};
    use crate::service_error::ServiceError;
    use http::Uri;

    #[test]
    fn the_action_is_read_from_body_or_query() {
        for (uri, body, expected) in [
            (
                "/",
                "Action=GetCallerIdentity&Version=2011-06-15",
                Ok("GetCallerIdentity"),
            ),
            ("/", "Version=1&Action=A%42+c", Ok("AB c")),
            ("/?Action=FromQuery", "", Ok("FromQuery")),
            ("/", "Actio=x", Err("MissingAction")),
        ] {
            let found = action(&uri.parse::<Uri>().unwrap(), body.as_bytes());
            let found = found.as_deref().map_err(|error| error.code.as_ref());
            assert_eq!(found, expected, "{uri} {body}");
        }
    }

    #[test]
    fn replies_are_escaped_xml() {
        let reply = success("Ask", "urn:x", &[("Name", "a<b".to_owned())], "id-1");
        assert_eq!(
            reply.body(),
            "<AskResponse xmlns=\"urn:x\"><AskResult><Name>a&lt;b</Name></AskResult>\
             <ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></AskResponse>"
        );
        let reply = failure(
            &ServiceError::unknown_operation("sts", "Ask"),
            "urn:x",
            "id-2",
        );
        assert_eq!(reply.status(), 404);
        assert_eq!(
            reply.body(),
            "<ErrorResponse xmlns=\"urn:x\"><Error><Type>Sender</Type>\
             <Code>UnknownOperationException</Code><Message>sts has no operation &apos;Ask&apos;</Message>\
             </Error><RequestId>id-2</RequestId></ErrorResponse>"
        );
    }
}
