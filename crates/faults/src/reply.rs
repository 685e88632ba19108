//! The replies a rule can send in place of the real one.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::criteria::header_name;
use crate::read::{RuleReadError, Table, count, entries, expected, number, text, whole};

const ERROR_KEYS: [&str; 7] = [
    "code",
    "statusCode",
    "message",
    "retryAfterSeconds",
    "retryAfterMs",
    "fields",
    "headers",
];
const HTTP_KEYS: [&str; 3] = ["statusCode", "headers", "body"];
const THROTTLE_KEYS: [&str; 3] = ["ratePerSecond", "burst", "error"];
const UNAVAILABLE: &str = "ServiceUnavailable";
const THROTTLING: &str = "ThrottlingException";

/// A service error; the sender fills in absent members.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorReply {
    /// The error's code, such as `ThrottlingException`.
    pub code: String,
    /// The status, 400 to 599; absent, it is the modelled one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<u16>,
    /// The message; absent, it is the usual one of the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The member `retryAfterSeconds` of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u64>,
    /// The header `x-amz-retry-after`, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// More members of the body.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub fields: Map<String, Value>,
    /// More headers.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
}

impl ErrorReply {
    /// An error of which only the code is settled.
    pub fn new(code: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            status_code: None,
            message: None,
            retry_after_seconds: None,
            retry_after_ms: None,
            fields: Map::new(),
            headers: BTreeMap::new(),
        }
    }

    /// The reply of a rule without any effect: 503 `ServiceUnavailable`, as in LocalStack.
    #[must_use]
    pub fn unavailable() -> Self {
        Self {
            status_code: Some(503),
            ..Self::new(UNAVAILABLE)
        }
    }

    /// Adds advice to wait, in the body (in full seconds) and in the header, if there is none.
    #[must_use]
    pub(crate) fn advising(mut self, wait_ms: u64) -> Self {
        self.retry_after_seconds
            .get_or_insert(wait_ms.div_ceil(1000));
        self.retry_after_ms.get_or_insert(wait_ms);
        self
    }

    pub(crate) fn read(value: &Value) -> Result<Self, RuleReadError> {
        let (code, error) = Self::read_coded(value)?;
        Ok(match code {
            Some(code) => Self { code, ..error },
            None => Self {
                status_code: error.status_code.or(Some(503)),
                ..error
            },
        })
    }

    fn read_throttling(value: &Value) -> Result<Self, RuleReadError> {
        let (code, error) = Self::read_coded(value)?;
        let code = code.unwrap_or_else(|| THROTTLING.to_owned());
        Ok(Self { code, ..error })
    }

    /// The code, when one is given, and the rest with the code of a rule without effect.
    fn read_coded(value: &Value) -> Result<(Option<String>, Self), RuleReadError> {
        let table = Table::open(value, &ERROR_KEYS)?;
        let error = Self {
            code: UNAVAILABLE.to_owned(),
            status_code: table.read("statusCode", |value| status(value, 400))?,
            message: table.read("message", text)?,
            retry_after_seconds: table.read("retryAfterSeconds", whole)?,
            retry_after_ms: table.read("retryAfterMs", whole)?,
            fields: table.read("fields", entries)?.cloned().unwrap_or_default(),
            headers: table.read("headers", headers)?.unwrap_or_default(),
        };
        Ok((table.read("code", code)?, error))
    }
}

/// A reply as a proxy or load balancer would send it: nothing is added or checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpReply {
    /// The status, 200 to 599.
    pub status_code: u16,
    /// The headers.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body, empty by default.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub body: String,
}

impl HttpReply {
    /// A reply without headers and body.
    #[must_use]
    pub fn new(status_code: u16) -> Self {
        Self {
            status_code,
            headers: BTreeMap::new(),
            body: String::new(),
        }
    }

    pub(crate) fn read(value: &Value) -> Result<Self, RuleReadError> {
        let table = Table::open(value, &HTTP_KEYS)?;
        Ok(Self {
            status_code: table
                .read("statusCode", |value| status(value, 200))?
                .unwrap_or(503),
            headers: table.read("headers", headers)?.unwrap_or_default(),
            body: table.read("body", text)?.unwrap_or_default(),
        })
    }
}

/// A token bucket: a request that finds no token is answered with the error.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Throttle {
    /// The number of tokens that are refilled per second.
    pub rate_per_second: f64,
    /// Tokens in a full bucket.
    pub burst: u32,
    /// The reply; the wait until the next token is advised in it unless it advises another.
    pub error: ErrorReply,
}

impl Throttle {
    pub(crate) fn read(value: &Value) -> Result<Self, RuleReadError> {
        let table = Table::open(value, &THROTTLE_KEYS)?;
        let default = || ErrorReply::new(THROTTLING);
        Ok(Self {
            rate_per_second: table.need("ratePerSecond", rate)?,
            burst: table.need("burst", burst)?,
            error: table
                .read("error", ErrorReply::read_throttling)?
                .unwrap_or_else(default),
        })
    }
}

fn rate(value: &Value) -> Result<f64, RuleReadError> {
    let rate = number(value)?;
    if !(0.001..=100_000.0).contains(&rate) {
        return Err(expected("a rate from 0.001 to 100000", value));
    }
    Ok(rate)
}

fn burst(value: &Value) -> Result<u32, RuleReadError> {
    u32::try_from(count(value)?).map_err(|_| expected("a smaller number", value))
}

fn code(value: &Value) -> Result<String, RuleReadError> {
    let code = text(value)?;
    if code.is_empty() || !code.chars().all(is_code_character) {
        return Err(expected(
            "an error code of letters, digits and `._-#:`",
            value,
        ));
    }
    Ok(code)
}

pub(crate) fn is_code_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "._-#:".contains(character)
}

fn status(value: &Value, least: u16) -> Result<u16, RuleReadError> {
    let status = value.as_u64().and_then(|number| u16::try_from(number).ok());
    status
        .filter(|status| (least..=599).contains(status))
        .ok_or_else(|| expected(&format!("a status from {least} to 599"), value))
}

pub(crate) fn headers(value: &Value) -> Result<BTreeMap<String, String>, RuleReadError> {
    let header = |(name, value): (&String, &Value)| {
        let value = header_value(name, value).map_err(|problem| problem.under(name))?;
        Ok((name.clone(), value))
    };
    entries(value)?.iter().map(header).collect()
}

fn header_value(name: &str, value: &Value) -> Result<String, RuleReadError> {
    let content = text(value)?;
    header_name(name)?;
    if !content.chars().all(|c| matches!(c, '\t' | ' '..='~')) {
        return Err(RuleReadError::new(
            "a header's value is of printable ASCII characters",
        ));
    }
    Ok(content)
}

pub(crate) fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(character)
}
