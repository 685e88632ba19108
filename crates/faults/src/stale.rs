//! Reads that return an earlier state.

use serde::Serialize;
use serde_json::Value;

use crate::latency::MAX_DELAY_MS;
use crate::read::{RuleReadError, Table, expected, whole};

/// Reads return earlier state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stale {
    /// How long ago, in milliseconds.
    pub for_ms: u64,
}

impl Stale {
    pub(crate) fn read(value: &Value) -> Result<Self, RuleReadError> {
        let table = Table::open(value, &["forMs"])?;
        let for_ms = table.need("forMs", |value| {
            let ms = whole(value)?;
            if (1..=MAX_DELAY_MS).contains(&ms) {
                Ok(ms)
            } else {
                Err(expected("milliseconds, from 1 to an hour's", value))
            }
        })?;
        Ok(Self { for_ms })
    }
}
