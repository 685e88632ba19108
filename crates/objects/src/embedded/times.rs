//! Times as S3 writes them, such as `2026-01-31T09:30:00.000Z`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use s3s::dto::{Timestamp, TimestampFormat};

/// The time as text.
pub(crate) fn written(time: SystemTime) -> Option<String> {
    formatted(&Timestamp::from(time), TimestampFormat::DateTime)
}

/// The time in a text.
pub(crate) fn read(text: &str) -> Option<SystemTime> {
    let time = Timestamp::parse(TimestampFormat::DateTime, text).ok()?;
    of(&time)
}

/// A time of the library, to the millisecond; `None` before 1970.
pub(crate) fn of(time: &Timestamp) -> Option<SystemTime> {
    let seconds = formatted(time, TimestampFormat::EpochSeconds)?;
    let (whole, fraction) = seconds.split_once('.').unwrap_or((&seconds, ""));
    let millis: String = fraction.chars().chain("000".chars()).take(3).collect();
    let whole = Duration::from_secs(whole.parse().ok()?);
    let since = whole.checked_add(Duration::from_millis(millis.parse().ok()?))?;
    UNIX_EPOCH.checked_add(since)
}

fn formatted(time: &Timestamp, format: TimestampFormat) -> Option<String> {
    let mut text = Vec::new();
    time.format(format, &mut text).ok()?;
    String::from_utf8(text).ok()
}

/// A time as text in documents.
pub(crate) mod text {
    use std::time::SystemTime;

    use serde::{Deserialize as _, Deserializer, Serializer, de, ser};

    /// Writes the time.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn serialize<S: Serializer>(time: &SystemTime, out: S) -> Result<S::Ok, S::Error> {
        let text =
            super::written(*time).ok_or_else(|| ser::Error::custom("a time without text"))?;
        out.serialize_str(&text)
    }

    /// Reads the time.
    ///
    /// # Errors
    /// The text is not a time.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<SystemTime, D::Error> {
        let text = String::deserialize(input)?;
        let expected = || de::Error::custom("a time must be such as 2026-01-31T09:30:00Z");
        super::read(&text).ok_or_else(expected)
    }
}

#[cfg(test)]
mod tests {
    use super::{read, written};

    #[test]
    fn times_keep_their_milliseconds() {
        for (text, expected) in [
            ("2026-01-31T09:30:00Z", Some("2026-01-31T09:30:00.000Z")),
            ("2026-01-31T09:30:00.250Z", Some("2026-01-31T09:30:00.250Z")),
            ("2026-01-31T09:30:00.007Z", Some("2026-01-31T09:30:00.007Z")),
            ("2026-01-31", None),
            ("1969-12-31T00:00:00Z", None),
            ("9999-12-31T23:59:59Z", Some("9999-12-31T23:59:59.000Z")),
        ] {
            let time = read(text).and_then(written);
            assert_eq!(time.as_deref(), expected, "{text}");
        }
    }
}
