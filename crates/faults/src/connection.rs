//! Faults of the connection, instead of a reply or in addition to it.

use serde::Serialize;
use serde_json::Value;

use crate::latency::MAX_DELAY_MS;
use crate::read::{RuleReadError, Table, expected, text, unknown, whole};

const KEYS: [&str; 4] = ["kind", "at", "afterBytes", "holdMs"];
const KINDS: [&str; 4] = ["reset", "close", "stall", "garbage"];
const PLACES: [&str; 4] = ["accept", "headers", "body", "end"];

/// A connection that ends early.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    /// How it ends.
    pub kind: Ending,
    /// Where.
    pub at: Place,
    /// How many bytes of the head (or of the body) are sent before; by default, none of the head,
    /// or half of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_bytes: Option<u64>,
    /// How long the connection is held before it ends; by default not at all, or an hour for a
    /// stall.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_ms: Option<u64>,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Ending {
    /// With a reset (RST).
    Reset,
    /// In good order (FIN).
    Close,
    /// Only when the client gives up, or the hold time has passed.
    Stall,
    /// After bytes that are not HTTP.
    Garbage,
}

/// Where in the exchange a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Place {
    /// Before the request is read, so nothing is known about it.
    Accept,
    /// In place of the reply's head, or in it.
    Headers,
    /// In the reply's body.
    Body,
    /// After the reply's last byte.
    End,
}

impl Connection {
    /// A connection that ends in place of the reply's head.
    #[must_use]
    pub fn new(kind: Ending) -> Self {
        Self {
            kind,
            at: Place::Headers,
            after_bytes: None,
            hold_ms: None,
        }
    }

    /// Whether some of the reply is sent, so that it must exist.
    #[must_use]
    pub fn needs_reply(&self) -> bool {
        match self.at {
            Place::Accept => false,
            Place::Headers => self.after_bytes.is_some_and(|bytes| bytes > 0),
            Place::Body | Place::End => true,
        }
    }

    /// How long the connection is held before it ends.
    #[must_use]
    pub fn hold_ms(&self) -> u64 {
        let default = match self.kind {
            Ending::Stall => MAX_DELAY_MS,
            Ending::Reset | Ending::Close | Ending::Garbage => 0,
        };
        self.hold_ms.unwrap_or(default)
    }

    pub(crate) fn read(value: &Value) -> Result<Self, RuleReadError> {
        let table = Table::open(value, &KEYS)?;
        let connection = Self {
            kind: table.need("kind", |value| {
                one_of("ending", value, Ending::named, &KINDS)
            })?,
            at: table
                .read("at", |value| one_of("place", value, Place::named, &PLACES))?
                .unwrap_or(Place::Headers),
            after_bytes: table.read("afterBytes", whole)?,
            hold_ms: table.read("holdMs", hold)?,
        };
        connection.checked()
    }

    fn checked(self) -> Result<Self, RuleReadError> {
        let is_whole = matches!(self.at, Place::Accept | Place::End);
        if is_whole && self.after_bytes.is_some() {
            return Err(RuleReadError::new(
                "`afterBytes` counts bytes of the head or the body: it goes with \
                 `at = \"headers\"` and `at = \"body\"`",
            ));
        }
        Ok(self)
    }
}

impl Ending {
    /// The ending of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "reset" => Some(Self::Reset),
            "close" => Some(Self::Close),
            "stall" => Some(Self::Stall),
            "garbage" => Some(Self::Garbage),
            _ => None,
        }
    }

    /// The name in rules.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Close => "close",
            Self::Stall => "stall",
            Self::Garbage => "garbage",
        }
    }
}

impl Place {
    /// The place of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "accept" => Some(Self::Accept),
            "headers" => Some(Self::Headers),
            "body" => Some(Self::Body),
            "end" => Some(Self::End),
            _ => None,
        }
    }

    /// The name in rules.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Headers => "headers",
            Self::Body => "body",
            Self::End => "end",
        }
    }
}

/// Reads one of some names.
pub(crate) fn one_of<T>(
    kind: &str,
    value: &Value,
    named: impl FnOnce(&str) -> Option<T>,
    valid: &[&str],
) -> Result<T, RuleReadError> {
    let name = text(value)?;
    named(&name).ok_or_else(|| RuleReadError::new(unknown(kind, &name, valid)))
}

fn hold(value: &Value) -> Result<u64, RuleReadError> {
    let ms = whole(value)?;
    if ms > MAX_DELAY_MS {
        return Err(expected("at most an hour (3600000)", value));
    }
    Ok(ms)
}
