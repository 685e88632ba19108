//! Points in time as the service writes them.

use std::fmt;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;
/// The first and the last time from the year 1 to 9999, the range of ISO 8601.
const FIRST: i64 = -62_135_596_800_000;
const LAST: i64 = 253_402_300_799_999;

/// A point in time with millisecond precision, ISO-8601 on the wire: `2023-07-20T19:58:44.624Z`.
///
/// It is from the year 1 to 9999: a time outside of that becomes the first or the last of these, so
/// every timestamp can be written, and the difference between two of them is always a number.
///
/// The default is the start of 1970.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The point this many milliseconds after the start of 1970, UTC, or the nearest possible one.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(FIRST, LAST))
    }

    /// Milliseconds since the start of 1970, UTC.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// The text on the wire, written digit by digit: a formatter took a fifth of the time of a list.
    #[rustfmt::skip]
    fn written(self) -> [u8; 24] {
        let millis = self.0;
        let (year, month, day) = civil(millis.div_euclid(DAY));
        let millis = millis.rem_euclid(DAY);
        let (hour, minute, millis) = (millis / 3_600_000, millis / 60_000 % 60, millis % 60_000);
        let digit = |number: i64, unit| b'0' + u8::try_from(number / unit % 10).unwrap_or_default();
        [
            digit(year, 1000), digit(year, 100), digit(year, 10), digit(year, 1), b'-',
            digit(month, 10), digit(month, 1), b'-',
            digit(day, 10), digit(day, 1), b'T',
            digit(hour, 10), digit(hour, 1), b':',
            digit(minute, 10), digit(minute, 1), b':',
            digit(millis, 10_000), digit(millis, 1000), b'.',
            digit(millis, 100), digit(millis, 10), digit(millis, 1), b'Z',
        ]
    }
}

/// The date of a day that is counted from the first of 1970, by the Gregorian calendar.
///
/// The year begins in March here, so that the leap day is its last.
fn civil(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let (era, day) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let year = year + 400 * era;
    if month < 10 {
        (year, month + 3, day)
    } else {
        (year + 1, month - 9, day)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = self.written();
        out.write_str(str::from_utf8(&written).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = self.written();
        serializer.serialize_str(str::from_utf8(&written).map_err(ser::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        DateTime::from_str(&text, Format::DateTime)
            .ok()
            .and_then(|str| str.to_millis().ok())
            .map(Self::from_millis)
            .ok_or_else(|| de::Error::custom("not an ISO-8601 timestamp"))
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY, FIRST, LAST, Timestamp};
    use aws_smithy_types::DateTime;
    use aws_smithy_types::date_time::Format;

    #[test]
    fn days_of_all_years_are_written_as_the_sdk_writes_them() {
        for day in (FIRST / DAY..=LAST / DAY).step_by(17) {
            let millis = day * DAY + day.rem_euclid(86_400) * 1000;
            let sdk = DateTime::from_millis(millis);
            let sdk = sdk.fmt(Format::DateTime).unwrap().replace('Z', ".000Z");
            assert_eq!(Timestamp::from_millis(millis).to_string(), sdk);
        }
        for (millis, text) in [
            (i64::MIN, "0001-01-01T00:00:00.000Z"),
            (i64::MAX, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Timestamp::from_millis(millis).to_string(), text);
        }
    }

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
