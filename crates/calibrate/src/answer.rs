//! Turns a reply into an answer of a recording.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};

use crate::battery::{Question, Step};
use crate::endpoint::Response;
use crate::recording::Answer;
use crate::sanitise::Sanitiser;
use crate::template_form::TemplateForm;

/// Headers that describe the behaviour of a service.
pub(crate) const HEADERS: &[&str] = &[
    "access-control-allow-methods",
    "access-control-allow-origin",
    "content-type",
    "retry-after",
    "x-amz-checksum-crc64nvme",
    "x-amz-checksum-type",
    "x-amz-delete-marker",
    "x-amz-version-id",
    "x-amzn-errortype",
];

/// Members of errors that repeat the request and its signer.
const SIGNED: &[&str] = &[
    "AWSAccessKeyId",
    "CanonicalRequest",
    "CanonicalRequestBytes",
    "HostId",
    "RequestId",
    "ServerTime",
    "SignatureProvided",
    "StringToSign",
    "StringToSignBytes",
];

/// An element without others in it.
static ELEMENT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"<([A-Za-z][A-Za-z0-9]*)>([^<]*)</").ok());

/// The answer to a step.
pub(crate) fn answer(
    question: &Question,
    (at, step): (usize, &Step),
    response: &Response,
    sanitiser: &Sanitiser,
) -> Answer {
    let headers = HEADERS.iter().filter_map(|name| {
        let value = response.headers.get(*name)?;
        let value = match *name {
            "x-amz-version-id" if value != "null" => "opaque".to_owned(),
            _ => sanitiser.text(value),
        };
        Some(((*name).to_owned(), value))
    });
    let body = kept(body(response, step.service == "s3"), &step.keep);
    Answer {
        question: question.id.clone(),
        step: step.label(at),
        assumptions: question.asks.clone(),
        request: step.template(),
        status: response.status,
        headers: headers.collect(),
        body: sanitiser.value(body),
        id_shapes: BTreeMap::new(),
        sorted_by: None,
        page_size: None,
        waited_ms: 0,
    }
}

/// The members of JSON and of errors in XML, otherwise the text; for an object in S3 always the
/// text, whose layout matters.
pub(crate) fn body(response: &Response, is_of_s3: bool) -> Value {
    let text = response.text();
    if !is_of_s3
        && let Ok(value) = serde_json::from_str::<Value>(&text)
        && value.is_object()
    {
        return value;
    }
    if response.status >= 400 && text.contains("<Code>") {
        return error_members(&text);
    }
    Value::String(without_request(&text))
}

/// The members of an error in XML: texts of its elements, except those that identify the request.
#[must_use]
pub fn error_members(text: &str) -> Value {
    let mut members = Map::new();
    for element in ELEMENT
        .iter()
        .flat_map(|element| element.captures_iter(text))
    {
        let (_, [name, value]) = element.extract();
        if !SIGNED.contains(&name) {
            members.insert(name.to_owned(), Value::String(unescaped(value)));
        }
    }
    Value::Object(members)
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

/// XML without the elements that identify a request or an owner.
fn without_request(text: &str) -> String {
    const OWN: [&str; 5] = ["RequestId", "HostId", "ID", "DisplayName", "UploadId"];
    let Some(element) = ELEMENT.as_ref() else {
        return text.to_owned();
    };
    let replaced = element.replace_all(text, |found: &regex::Captures<'_>| {
        let name = found.get(1).map_or("", |name| name.as_str());
        if OWN.contains(&name) {
            format!("<{name}></")
        } else {
            found.get(0).map_or("", |whole| whole.as_str()).to_owned()
        }
    });
    replaced.into_owned()
}

/// The parts of a body that the question is about: JSON pointers, `xml:ELEMENT` for its texts, `json:LIST/MEMBER`
/// for JSON in texts of a list, `form:POINTER` for what a mapping template looks like, or `x12:SEGMENT SEGMENT`.
fn kept(body: Value, keep: &[String]) -> Value {
    // An error is kept completely: it was not expected.
    if keep.is_empty() || body.get("__type").is_some() || body.get("Code").is_some() {
        return body;
    }
    let parts = keep.iter().map(|place| {
        let part = match place.split_once(':') {
            Some(("xml", name)) => body.as_str().map(|text| texts(text, name)),
            Some(("x12", ids)) => body.as_str().map(|text| segments(text, ids)),
            Some(("json", list)) => Some(read_texts(&body, list)),
            Some(("form", pointer)) => {
                let template = body.pointer(pointer).and_then(Value::as_str);
                template.map(TemplateForm::look)
            }
            _ => body.pointer(place).cloned(),
        };
        (place.clone(), part.unwrap_or(Value::Null))
    });
    Value::Object(parts.collect())
}

/// The segments of X12 that have one of these ids.
fn segments(x12: &str, ids: &str) -> Value {
    let is_named = |segment: &&str| {
        ids.split(' ')
            .any(|id| segment.split('*').next() == Some(id))
    };
    let segments = x12.split('~').map(str::trim).filter(is_named);
    segments.map(Value::from).collect()
}

/// The value of a member in the items of a list, which is JSON or a text.
fn read_texts(body: &Value, place: &str) -> Value {
    let (list, member) = place.rsplit_once('/').unwrap_or(("", place));
    let items = body.pointer(list).and_then(Value::as_array);
    let texts = items
        .into_iter()
        .flatten()
        .filter_map(|item| item.get(member)?.as_str());
    texts
        .map(|text| serde_json::from_str::<Value>(text).unwrap_or_else(|_| text.into()))
        .collect()
}

/// The texts of all elements of a name.
fn texts(xml: &str, name: &str) -> Value {
    let elements = ELEMENT
        .iter()
        .flat_map(|element| element.captures_iter(xml));
    let named = elements.filter_map(|element| {
        let (_, [found, text]) = element.extract();
        (found == name).then(|| Value::String(unescaped(text)))
    });
    named.collect()
}

/// A value of a reply: by JSON pointer, `header:NAME` or `xml:ELEMENT`.
pub(crate) fn captured(response: &Response, place: &str) -> Option<String> {
    if let Some(name) = place.strip_prefix("header:") {
        return response.headers.get(name).cloned();
    }
    let text = response.text();
    if let Some(name) = place.strip_prefix("xml:") {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        let (value, _) = rest.split_once('<')?;
        return Some(unescaped(value));
    }
    let body: Value = serde_json::from_str(&text).ok()?;
    match body.pointer(place)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
