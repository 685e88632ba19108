//! Requests and replies of the AWS Query protocol.

use std::collections::BTreeMap;
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
/// Neither has an `Action`.
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

/// The parameters of a form by name; of repeated ones the first counts.
#[must_use]
pub fn parameters(form: &[u8]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (name, value) in form.split(|byte| *byte == b'&').filter_map(pair) {
        found.entry(decoded(name)).or_insert_with(|| decoded(value));
    }
    found
}

fn parameter(form: &[u8], wanted: &str) -> Option<String> {
    let mut pairs = form.split(|byte| *byte == b'&').filter_map(pair);
    let found = pairs.find(|(name, _)| *name == wanted.as_bytes());
    found.map(|(_, value)| decoded(value))
}

/// The text before and after the equals sign.
fn pair(part: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = part.iter().position(|byte| *byte == b'=')?;
    Some((part.get(..at)?, part.get(at.saturating_add(1)..)?))
}

fn decoded(text: &[u8]) -> String {
    let with_spaces = text
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte });
    let with_spaces: Vec<u8> = with_spaces.collect();
    percent_decode(&with_spaces)
        .decode_utf8_lossy()
        .into_owned()
}

/// A value in a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryValue {
    /// A text, a number or a time.
    Text(String),
    /// Members with their names.
    Structure(Vec<(&'static str, QueryValue)>),
    /// Items, each of which is an element `member`.
    List(Vec<QueryValue>),
}

impl<T: Into<String>> From<T> for QueryValue {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

/// A successful reply: the members inside `{action}Result`.
#[must_use]
pub fn success(
    action: &str,
    namespace: &str,
    members: &[(&'static str, QueryValue)],
    request_id: &str,
) -> Response<Bytes> {
    let body = written(|out| {
        out.create_element(format!("{action}Response"))
            .with_attribute(("xmlns", namespace))
            .write_inner_content(|out| {
                out.create_element(format!("{action}Result"))
                    .write_inner_content(|out| values(out, members))?;
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

fn values(out: &mut Xml, members: &[(&'static str, QueryValue)]) -> io::Result<()> {
    members
        .iter()
        .try_for_each(|(name, member)| value(out, name, member))
}

fn value(out: &mut Xml, name: &str, written: &QueryValue) -> io::Result<()> {
    match written {
        QueryValue::Text(found) => return text(out, name, found),
        QueryValue::Structure(members) => out
            .create_element(name)
            .write_inner_content(|out| values(out, members))?,
        QueryValue::List(items) => out.create_element(name).write_inner_content(|out| {
            items.iter().try_for_each(|item| value(out, "member", item))
        })?,
    };
    Ok(())
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
    use super::{QueryValue, action, failure, parameters, success};
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
    fn parameters_have_names_and_values() {
        let found = parameters(b"Action=A&Tags.member.1.Key=a+b%26&Action=B&empty=&none");
        let pairs: Vec<(&str, &str)> = found.iter().map(|(k, v)| (&**k, &**v)).collect();
        assert_eq!(
            pairs,
            [
                ("Action", "A"),
                ("Tags.member.1.Key", "a b&"),
                ("empty", "")
            ]
        );
    }

    #[test]
    fn structures_and_lists_are_nested() {
        let items = vec![
            QueryValue::Structure(vec![("Key", "a".into())]),
            QueryValue::Structure(vec![]),
        ];
        let reply = success("Ask", "urn:x", &[("Tags", QueryValue::List(items))], "id-1");
        let body = str::from_utf8(reply.body()).unwrap();
        assert!(
            body.contains("<Tags><member><Key>a</Key></member><member></member></Tags>"),
            "{body}"
        );
    }

    #[test]
    fn replies_are_escaped_xml() {
        let reply = success("Ask", "urn:x", &[("Name", "a<b".into())], "id-1");
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
