//! The time windows in which a rule acts, counted from when the rule was set.

use serde::Serialize;
use serde_json::Value;

use crate::read::{RuleReadError, Table, count, whole};

const KEYS: [&str; 5] = ["startMs", "endMs", "cycleMs", "onMs", "offsetMs"];

/// A stretch of time, open all through or for a part of each cycle.
///
/// A cycle starts at `startMs`; the window is open for `onMs` of it, beginning `offsetMs` into it.
/// So `{startMs = 5000, cycleMs = 30000, onMs = 5000}` is open from 5 s to 10 s, 35 s to 40 s, ….
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Window {
    #[serde(skip_serializing_if = "Option::is_none")]
    start_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_ms: Option<u64>,
    #[serde(flatten)]
    cycle: Option<Cycle>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Cycle {
    #[serde(rename = "cycleMs")]
    length: u64,
    #[serde(rename = "onMs")]
    on: u64,
    #[serde(rename = "offsetMs", skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
}

impl Window {
    /// Whether the window is open this long after arming; `endMs` itself is outside.
    #[must_use]
    pub fn is_open(&self, elapsed_ms: u64) -> bool {
        let Some(since_start) = elapsed_ms.checked_sub(self.start_ms.unwrap_or(0)) else {
            return false;
        };
        self.end_ms.is_none_or(|end| elapsed_ms < end)
            && self
                .cycle
                .as_ref()
                .is_none_or(|cycle| cycle.is_on(since_start))
    }

    pub(crate) fn read(value: &Value) -> Result<Self, RuleReadError> {
        let table = Table::open(value, &KEYS)?;
        let start_ms = table.read("startMs", whole)?;
        let end_ms = table.read("endMs", count)?;
        if end_ms.is_some_and(|end| end <= start_ms.unwrap_or(0)) {
            return Err(RuleReadError::new("`endMs` must come after `startMs`"));
        }
        Ok(Self {
            start_ms,
            end_ms,
            cycle: Cycle::read(table)?,
        })
    }
}

impl Cycle {
    fn is_on(&self, since_start: u64) -> bool {
        let offset = self.offset.unwrap_or(0);
        // `offset` is less than a cycle, so the shift by one cycle keeps the sum above zero.
        let shifted = since_start.saturating_add(self.length.saturating_sub(offset));
        shifted
            .checked_rem(self.length)
            .is_some_and(|phase| phase < self.on)
    }

    fn read(table: Table<'_>) -> Result<Option<Self>, RuleReadError> {
        let parts = (table.read("cycleMs", count)?, table.read("onMs", count)?);
        let offset = table.read("offsetMs", whole)?;
        match parts {
            (None, None) if offset.is_none() => Ok(None),
            (Some(length), Some(on)) => Self { length, on, offset }.checked().map(Some),
            _ => Err(RuleReadError::new(
                "a cycle needs both `cycleMs` and `onMs`",
            )),
        }
    }

    fn checked(self) -> Result<Self, RuleReadError> {
        if self.on > self.length || self.offset.is_some_and(|offset| offset >= self.length) {
            return Err(RuleReadError::new(
                "`onMs` must be at most `cycleMs`, and `offsetMs` less than `cycleMs`",
            ));
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Window;

    fn check(window: Value, open: &[u64], shut: &[u64]) {
        let read = Window::read(&window).unwrap();
        for elapsed in open {
            assert!(read.is_open(*elapsed), "{window} at {elapsed}");
        }
        for elapsed in shut {
            assert!(!read.is_open(*elapsed), "{window} at {elapsed}");
        }
        assert_eq!(serde_json::to_value(read).unwrap(), window);
    }

    #[test]
    fn windows_open_and_shut() {
        check(json!({}), &[0, 1, u64::MAX], &[]);
        check(json!({"startMs": 5}), &[5, u64::MAX], &[0, 4]);
        check(json!({"endMs": 5}), &[0, 4], &[5, 6]);
        check(json!({"startMs": 5, "endMs": 6}), &[5], &[4, 6]);
        check(
            json!({"cycleMs": 30, "onMs": 5}),
            &[0, 4, 30, 34, 300],
            &[5, 29, 35],
        );
        check(
            json!({"startMs": 5, "cycleMs": 30, "onMs": 5}),
            &[5, 9, 35, 39],
            &[0, 4, 10, 34, 40],
        );
        check(
            json!({"cycleMs": 30, "onMs": 10, "offsetMs": 25}),
            &[0, 4, 25, 29, 30, 34, 55],
            &[5, 24, 35, 54],
        );
        check(
            json!({"endMs": 40, "cycleMs": 30, "onMs": 30}),
            &[0, 29, 39],
            &[40],
        );
    }

    #[test]
    fn windows_that_cannot_be_are_refused() {
        for window in [
            json!({"startMs": 5, "endMs": 5}),
            json!({"endMs": 0}),
            json!({"cycleMs": 30}),
            json!({"onMs": 30}),
            json!({"offsetMs": 3}),
            json!({"cycleMs": 0, "onMs": 0}),
            json!({"cycleMs": 10, "onMs": 11}),
            json!({"cycleMs": 10, "onMs": 1, "offsetMs": 10}),
            json!({"startMs": -1}),
            json!({"start": 1}),
            json!([]),
        ] {
            assert!(Window::read(&window).is_err(), "{window}");
        }
    }
}
