//! The times in signatures: `20261123T185500Z`.

use std::time::SystemTime;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

/// The length of `20261123T185500Z`.
const BASIC: usize = 16;

/// A time as signatures write it, in whole seconds; empty for a year beyond 9999.
#[must_use]
pub(crate) fn basic_format(time: SystemTime) -> String {
    let whole = DateTime::from_secs(DateTime::from(time).secs());
    let text = whole.fmt(Format::DateTime).unwrap_or_default();
    text.chars().filter(|c| !matches!(c, '-' | ':')).collect()
}

/// Reads `20261123T185500Z`.
pub(crate) fn parse_basic(text: &str) -> Option<SystemTime> {
    let is_digit = |at: usize, byte: u8| match at {
        8 => byte == b'T',
        15 => byte == b'Z',
        _ => byte.is_ascii_digit(),
    };
    let fits = text.len() == BASIC
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| is_digit(at, byte));
    let part = |from, to| text.get(from..to);
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let (hour, minute, second) = (part(9, 11)?, part(11, 13)?, part(13, 15)?);
    let extended = format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z");
    fits.then(|| read(&extended, Format::DateTime)).flatten()
}

/// Reads the `Date` header of HTTP.
pub(crate) fn parse_http(text: &str) -> Option<SystemTime> {
    read(text, Format::HttpDate)
}

/// Reads `2026-11-23T18:55:00.000Z`, the form of a policy's expiration.
#[must_use]
pub fn parse_iso(text: &str) -> Option<SystemTime> {
    read(text, Format::DateTimeWithOffset)
}

fn read(text: &str, format: Format) -> Option<SystemTime> {
    SystemTime::try_from(DateTime::from_str(text, format).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::{basic_format, parse_basic, parse_http, parse_iso};

    #[test]
    fn times_are_read_and_written() {
        let time = UNIX_EPOCH + Duration::from_millis(1_440_938_160_250);
        assert_eq!(basic_format(time), "20150830T123600Z");
        let whole = Some(UNIX_EPOCH + Duration::from_mins(24_015_636));
        assert_eq!(parse_basic("20150830T123600Z"), whole);
        assert_eq!(parse_http("Sun, 30 Aug 2015 12:36:00 GMT"), whole);
        assert_eq!(parse_iso("2015-08-30T12:36:00.250Z"), Some(time));
        assert!(parse_basic("00010101T000000Z").is_some());
        assert!(parse_basic("99991231T235959Z").is_some());
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "20150830T123600",
            "20150830t123600Z",
            "20151330T123600Z",
            "20150832T000000Z",
            "20150830T246000Z",
            "2015083éT12360Z",
            "+0150830T123600Z",
            "2015-08-30T12:36:00Z",
        ] {
            assert_eq!(parse_basic(text), None, "{text}");
        }
        assert_eq!(basic_format(UNIX_EPOCH + Duration::from_secs(1 << 40)), "");
    }
}
