//! Builds the requests of questions, in the protocol of each service.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::battery::Step;
use crate::endpoint::Request;
use crate::variables::{VariableError, Variables};

/// The key of the tag that every resource of a run has; its value names the run.
pub(crate) const TAG: &str = "b2bi-local-calibration";

/// How a service is spoken to.
enum Protocol {
    /// The prefix of targets, and the version of AWS JSON.
    Json(&'static str, &'static str),
    /// The version of a Query API.
    Query(&'static str),
    Rest,
}

fn protocol(service: &str) -> Protocol {
    match service {
        "b2bi" => Protocol::Json("B2BI", "1.0"),
        "logs" => Protocol::Json("Logs_20140328", "1.1"),
        "cloudcontrolapi" => Protocol::Json("CloudApiService", "1.0"),
        "cloudformation" => Protocol::Query("2010-05-15"),
        "sts" => Protocol::Query("2011-06-15"),
        _ => Protocol::Rest,
    }
}

/// The request of a step.
///
/// # Errors
///
/// A variable is not set.
pub(crate) fn request(step: &Step, variables: &Variables) -> Result<Request, VariableError> {
    let call = variables.text(&step.call)?;
    let input = match &step.input {
        Some(input) => Some(variables.fill(input)?),
        None => None,
    };
    let body = match &step.body {
        Some(body) => Some(variables.text(body)?),
        None => None,
    };
    let mut request = match protocol(&step.service) {
        Protocol::Json(target, version) => {
            let input = tagged(step, input, variables);
            let body = body.unwrap_or_else(|| input.to_string());
            json_request(&step.service, target, version, &call, body)
        }
        Protocol::Query(version) => {
            let body = body.unwrap_or_else(|| form(version, &call, input.as_ref()));
            form_request(&step.service, body)
        }
        Protocol::Rest => rest_request(&step.service, &call, body.unwrap_or_default()),
    };
    for (name, value) in &step.headers {
        if value.is_empty() {
            request.headers.remove(name);
        } else {
            let value = variables.text(value)?;
            request.headers.insert(name.clone(), value);
        }
    }
    request.signature = step.signature;
    Ok(request)
}

/// The input, with the tag of the run if something is created.
fn tagged(step: &Step, input: Option<Value>, variables: &Variables) -> Value {
    let mut input = input.unwrap_or_else(|| json!({}));
    let makes = [
        "CreateProfile",
        "CreateTransformer",
        "CreateCapability",
        "CreatePartnership",
    ];
    if makes.contains(&step.call.as_str())
        && let Some(members) = input.as_object_mut()
    {
        let run = variables.get("run").unwrap_or_default();
        let tag = json!({"Key": TAG, "Value": run});
        if let Value::Array(tags) = members.entry("tags").or_insert_with(|| json!([])) {
            tags.push(tag);
        }
    }
    input
}

fn json_request(service: &str, target: &str, version: &str, call: &str, body: String) -> Request {
    let headers = [
        ("content-type", format!("application/x-amz-json-{version}")),
        ("x-amz-target", format!("{target}.{call}")),
    ];
    post(service, headers, body)
}

/// A request of a Query API.
pub(crate) fn query_request(service: &str, action: &str, input: &Value) -> Request {
    let version = match protocol(service) {
        Protocol::Query(version) => version,
        Protocol::Json(..) | Protocol::Rest => "",
    };
    form_request(service, form(version, action, Some(input)))
}

fn form_request(service: &str, body: String) -> Request {
    let form = "application/x-www-form-urlencoded; charset=utf-8".to_owned();
    post(service, [("content-type", form)], body)
}

fn post<const N: usize>(service: &str, headers: [(&str, String); N], body: String) -> Request {
    let headers = headers.into_iter();
    Request {
        service: service.to_owned(),
        method: "POST".to_owned(),
        target: "/".to_owned(),
        headers: headers
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        body: Bytes::from(body),
        signature: crate::endpoint::Signature::Valid,
    }
}

pub(crate) fn rest_request(service: &str, call: &str, body: String) -> Request {
    let (method, target) = call.split_once(' ').unwrap_or(("GET", call));
    Request {
        service: service.to_owned(),
        method: method.to_owned(),
        target: target.to_owned(),
        headers: BTreeMap::new(),
        body: Bytes::from(body),
        signature: crate::endpoint::Signature::Valid,
    }
}

/// A request of the B2BI API itself.
pub(crate) fn b2bi_request(call: &str, input: &Value) -> Request {
    json_request("b2bi", "B2BI", "1.0", call, input.to_string())
}

pub(crate) fn logs_request(call: &str, input: &Value) -> Request {
    json_request("logs", "Logs_20140328", "1.1", call, input.to_string())
}

fn form(version: &str, action: &str, input: Option<&Value>) -> String {
    let mut form = format!("Action={}&Version={version}", encoded(action));
    for (name, value) in input.and_then(Value::as_object).into_iter().flatten() {
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let _ = write!(form, "&{}={}", encoded(name), encoded(&value));
    }
    form
}

/// A text escaped for a query or a path.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
