//! Points in time as the service writes them.

use std::fmt;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A point in time with millisecond precision, ISO-8601 on the wire: `2023-07-20T19:58:44.624Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The point this many milliseconds after the start of 1970, UTC.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the start of 1970, UTC.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = DateTime::from_secs(self.0.div_euclid(1000));
        let text = seconds.fmt(Format::DateTime).map_err(|_| fmt::Error)?;
        let whole = text.strip_suffix('Z').unwrap_or(&text);
        write!(out, "{whole}.{:03}Z", self.0.rem_euclid(1000))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        DateTime::from_str(&text, Format::DateTime)
            .ok()
            .and_then(|it| it.to_millis().ok())
            .map(Self)
            .ok_or_else(|| de::Error::custom("not an ISO-8601 timestamp"))
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn milliseconds_are_always_written() {
        for (millis, text) in [
            (1_689_883_124_624, "\"2023-07-20T19:58:44.624Z\""),
            (1_689_883_124_000, "\"2023-07-20T19:58:44.000Z\""),
            (-1, "\"1969-12-31T23:59:59.999Z\""),
        ] {
            let timestamp = Timestamp::from_millis(millis);
            assert_eq!(serde_json::to_string(&timestamp).unwrap(), text);
            assert_eq!(serde_json::from_str::<Timestamp>(text).unwrap(), timestamp);
        }
    }
}
