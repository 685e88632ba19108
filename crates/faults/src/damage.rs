//! Changes to a reply on its way to the client.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::connection::one_of;
use crate::pointer;
use crate::read::{RuleReadError, Table, count, each, entries, expected, number, text, whole};
use crate::reply::headers;

const KEYS: [&str; 9] = [
    "truncate",
    "finish",
    "contentLength",
    "chunked",
    "drip",
    "drop",
    "set",
    "replaceBody",
    "headers",
];
const TRUNCATE_KEYS: [&str; 2] = ["bytes", "percent"];
const DRIP_KEYS: [&str; 2] = ["bytes", "everyMs"];
const FINISHES: [&str; 3] = ["close", "reset", "stall"];
const CHUNKED: [&str; 2] = ["badSize", "unterminated"];
const LONGEST_PAUSE_MS: u64 = 60_000;

/// How the reply to an executed request is damaged.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Damage {
    /// The part of the body that is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncate: Option<Truncate>,
    /// How the connection ends after the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finish: Option<Finish>,
    /// The length that the head claims.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_length: Option<u64>,
    /// The damage to the body's chunks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chunked: Option<Chunked>,
    /// How slowly the body is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drip: Option<Drip>,
    /// JSON pointers to members that are removed from the body.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drop: Vec<String>,
    /// JSON pointers to members that are added to the body, with their values.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub set: Map<String, Value>,
    /// Another body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replace_body: Option<String>,
    /// Headers that replace the reply's own, or are added.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
}

/// The part of a body that is sent.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Truncate {
    /// So many bytes.
    Bytes(u64),
    /// This percentage of the bytes.
    Percent(f64),
}

/// How a connection ends after a damaged reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Finish {
    /// In good order (FIN).
    Close,
    /// With a reset (RST).
    Reset,
    /// Only when the client gives up.
    Stall,
}

/// The damage to a body in chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Chunked {
    /// A chunk's size is not a number.
    BadSize,
    /// The last chunk is missing.
    Unterminated,
}

/// How slowly a body is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Drip {
    /// The number of bytes at a time.
    pub bytes: u64,
    /// The pause before each next piece.
    pub every_ms: u64,
}

impl Damage {
    /// A reply with another body.
    #[must_use]
    pub fn with_body(body: &str) -> Self {
        Self {
            replace_body: Some(body.to_owned()),
            ..Self::default()
        }
    }

    /// Whether the reply cannot be sent as HTTP has it.
    #[must_use]
    pub fn is_on_the_wire(&self) -> bool {
        self.truncate.is_some()
            || self.finish.is_some()
            || self.content_length.is_some()
            || self.chunked.is_some()
            || self.drip.is_some()
    }

    /// Whether the body is sent as it is, so that it need not be known.
    #[must_use]
    pub fn is_about_headers_only(&self) -> bool {
        let headers = self.headers.clone();
        *self
            == Self {
                headers,
                ..Self::default()
            }
    }

    /// The body that replaces `body`; `None` if it is unchanged, or is not JSON to be edited.
    #[must_use]
    pub fn edited(&self, body: &[u8]) -> Option<Vec<u8>> {
        if let Some(other) = &self.replace_body {
            return Some(other.clone().into_bytes());
        }
        if self.drop.is_empty() && self.set.is_empty() {
            return None;
        }
        let mut body: Value = serde_json::from_slice(body).ok()?;
        for path in &self.drop {
            pointer::remove(&mut body, path);
        }
        for (path, value) in &self.set {
            pointer::set(&mut body, path, value.clone());
        }
        Some(body.to_string().into_bytes())
    }

    /// How many bytes of a body of this length are sent.
    #[must_use]
    pub fn sent_of(&self, length: usize) -> usize {
        let length_of =
            |truncate: Truncate| usize::try_from(truncate.of(length as u64)).unwrap_or(length);
        self.truncate.map_or(length, length_of)
    }

    pub(crate) fn read(value: &Value) -> Result<Self, RuleReadError> {
        let table = Table::open(value, &KEYS)?;
        let damage = Self {
            truncate: table.read("truncate", Truncate::read)?,
            finish: table.read("finish", |item| {
                one_of("ending", item, Finish::named, &FINISHES)
            })?,
            content_length: table.read("contentLength", whole)?,
            chunked: table.read("chunked", |item| {
                one_of("fault", item, Chunked::named, &CHUNKED)
            })?,
            drip: table.read("drip", Drip::read)?,
            drop: table
                .read("drop", |item| each(item, pointer::read))?
                .unwrap_or_default(),
            set: table.read("set", edits)?.unwrap_or_default(),
            replace_body: table.read("replaceBody", text)?,
            headers: table.read("headers", headers)?.unwrap_or_default(),
        };
        damage.checked()
    }

    fn checked(self) -> Result<Self, RuleReadError> {
        let edits = !self.drop.is_empty() || !self.set.is_empty();
        let reason = if self == Self::default() {
            "the reply would not change: add a key that damages it"
        } else if self.chunked.is_some() && self.content_length.is_some() {
            "a body in chunks has no length: leave out `chunked` or `contentLength`"
        } else if self.replace_body.is_some() && edits {
            "`replaceBody` leaves nothing to be edited: leave out `drop` and `set`, or it"
        } else {
            return Ok(self);
        };
        Err(RuleReadError::new(reason))
    }
}

impl Truncate {
    /// The part of this many bytes that is left.
    #[must_use]
    pub fn of(self, length: u64) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.min(length),
            Self::Percent(percent) => share(length, percent),
        }
    }

    pub(crate) fn read(value: &Value) -> Result<Self, RuleReadError> {
        let table = Table::open(value, &TRUNCATE_KEYS)?;
        let bytes = table.read("bytes", whole)?.map(Self::Bytes);
        let percent = table.read("percent", percent)?.map(Self::Percent);
        match (bytes, percent) {
            (Some(one), None) | (None, Some(one)) => Ok(one),
            _ => Err(RuleReadError::new(
                "give exactly one of `bytes` and `percent`",
            )),
        }
    }
}

impl Finish {
    /// The ending of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "close" => Some(Self::Close),
            "reset" => Some(Self::Reset),
            "stall" => Some(Self::Stall),
            _ => None,
        }
    }

    /// The name in rules.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Close => "close",
            Self::Reset => "reset",
            Self::Stall => "stall",
        }
    }
}

impl Chunked {
    fn named(name: &str) -> Option<Self> {
        match name {
            "badSize" => Some(Self::BadSize),
            "unterminated" => Some(Self::Unterminated),
            _ => None,
        }
    }
}

impl Drip {
    fn read(value: &Value) -> Result<Self, RuleReadError> {
        let table = Table::open(value, &DRIP_KEYS)?;
        Ok(Self {
            bytes: table.need("bytes", count)?,
            every_ms: table.need("everyMs", pause)?,
        })
    }
}

fn pause(value: &Value) -> Result<u64, RuleReadError> {
    let ms = whole(value)?;
    if ms > LONGEST_PAUSE_MS {
        return Err(expected("at most a minute (60000)", value));
    }
    Ok(ms)
}

fn percent(value: &Value) -> Result<f64, RuleReadError> {
    let percent = number(value)?;
    if !(0.0..=100.0).contains(&percent) {
        return Err(expected("a percentage from 0 to 100", value));
    }
    Ok(percent)
}

fn edits(value: &Value) -> Result<Map<String, Value>, RuleReadError> {
    let table = entries(value)?;
    for key in table.keys() {
        pointer::check(key)?;
    }
    Ok(table.clone())
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 9 petabytes")]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a part of a length is a length"
)]
fn share(length: u64, percent: f64) -> u64 {
    (length as f64 * percent / 100.0) as u64
}
