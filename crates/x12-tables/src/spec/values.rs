//! The types of columns, and the conversion of texts to their values.

use std::borrow::Cow;

use crate::schema::{ColumnType, Value};

/// The maximum number of digits of a decimal number.
const DIGITS: usize = 18;
/// The digits after the point, unless the specification gives them.
const SCALE: u8 = 2;

/// The type of a column, and how its text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Code,
    Integer,
    /// A number with its point.
    Decimal(u8),
    /// A number with an implied decimal point before its last digits, this many.
    Implied(u8),
    /// A day, or the first of a period.
    Date,
    /// A day, or the last of a period.
    LastDate,
    /// The number of the segment in its transaction.
    SegmentNumber,
}

/// A text that is not a value of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ValueError;

impl Kind {
    /// The types, as messages list them.
    pub(super) const NAMES: &'static str = "text, code, integer, decimal, decimal(N), implied(N), \
         date, last_date and segment_number";

    /// The type of a name such as `decimal(4)`.
    pub(super) fn of(name: &str) -> Option<Self> {
        let scale = |prefix: &str| {
            let digits = name.strip_prefix(prefix)?.strip_suffix(')')?;
            let scale: u8 = digits.parse().ok()?;
            (usize::from(scale) <= DIGITS).then_some(scale)
        };
        Some(match name {
            "text" => Self::Text,
            "code" => Self::Code,
            "integer" => Self::Integer,
            "decimal" => Self::Decimal(SCALE),
            "date" => Self::Date,
            "last_date" => Self::LastDate,
            "segment_number" => Self::SegmentNumber,
            _ => match scale("decimal(") {
                Some(scale) => Self::Decimal(scale),
                None => Self::Implied(scale("implied(")?),
            },
        })
    }

    pub(super) fn column_type(self) -> ColumnType {
        match self {
            Self::Text => ColumnType::Text,
            Self::Code => ColumnType::Code,
            Self::Integer => ColumnType::Long,
            Self::SegmentNumber => ColumnType::Integer,
            Self::Decimal(scale) | Self::Implied(scale) => ColumnType::Decimal(scale),
            Self::Date | Self::LastDate => ColumnType::Date,
        }
    }

    /// The form of valid values, as the end of a message.
    pub(crate) fn description(self) -> String {
        match self {
            Self::Text | Self::Code | Self::SegmentNumber => "text".into(),
            Self::Integer | Self::Implied(_) => "a whole number of at most 18 digits".into(),
            Self::Decimal(scale) => {
                format!("a number of at most 18 digits, {scale} of them after the point")
            }
            Self::Date | Self::LastDate => "a date or a period of dates".into(),
        }
    }

    /// The value of a text that is not empty.
    ///
    /// # Errors
    ///
    /// It is not a value of the type.
    pub(crate) fn value(self, text: &str) -> Result<Value<'static>, ValueError> {
        match self {
            Self::Text | Self::Code | Self::SegmentNumber => {
                Ok(Value::Text(Cow::Owned(text.to_owned())))
            }
            Self::Integer => decimal(text, 0).map(Value::Integer),
            Self::Decimal(scale) => decimal(text, scale).map(Value::Decimal),
            Self::Implied(_) => decimal(text, 0).map(Value::Decimal),
            Self::Date => date(text.split_once('-').map_or(text, |(first, _)| first)),
            Self::LastDate => date(text.split_once('-').map_or(text, |(_, last)| last)),
        }
        .map_err(|_| ValueError)
    }
}

/// A decimal number without its point, with `scale` digits after it.
fn decimal(text: &str, scale: u8) -> Result<i64, ValueError> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    let point = digits.iter().position(|byte| *byte == b'.');
    let (whole, fraction) = match point {
        Some(at) => (
            digits.get(..at).unwrap_or_default(),
            digits.get(at.saturating_add(1)..).unwrap_or_default(),
        ),
        None => (digits, &[][..]),
    };
    let is_number = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    if !is_number(whole) || !is_number(fraction) || whole.is_empty() && fraction.is_empty() {
        return Err(ValueError);
    }
    let kept = fraction.len().min(usize::from(scale));
    let (fraction, rest) = fraction.split_at(kept);
    if rest.iter().any(|digit| *digit != b'0') {
        return Err(ValueError);
    }
    let zeros = usize::from(scale).saturating_sub(kept);
    let significant = whole.trim_ascii_start();
    let all = significant
        .iter()
        .chain(fraction)
        .copied()
        .chain(std::iter::repeat_n(b'0', zeros));
    let mut number: i64 = 0;
    for digit in all {
        number = number
            .checked_mul(10)
            .and_then(|number| number.checked_add(i64::from(digit - b'0')))
            .filter(|number| *number < 10_i64.pow(18))
            .ok_or(ValueError)?;
    }
    Ok(if negative { -number } else { number })
}

/// A day: CCYYMMDD, YYMMDD, or a time that begins with the former.
fn date(text: &str) -> Result<Value<'static>, ValueError> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ValueError);
    }
    let number = |from: usize, to: usize| -> Result<i64, ValueError> {
        let digits = text.get(from..to).ok_or(ValueError)?;
        digits.parse().map_err(|_| ValueError)
    };
    let (year, from) = match text.len() {
        8 | 12 | 14 => (number(0, 4)?, 4),
        // As POSIX does: years from 69 on are of the last century.
        6 => match number(0, 2)? {
            year @ 69.. => (1900 + year, 2),
            year => (2000 + year, 2),
        },
        _ => return Err(ValueError),
    };
    let (month, day) = (number(from, from + 2)?, number(from + 2, from + 4)?);
    if !(1..=12).contains(&month) || !(1..=days_of(year, month)).contains(&day) {
        return Err(ValueError);
    }
    i32::try_from(days_since_1970(year, month, day))
        .map(Value::Date)
        .map_err(|_| ValueError)
}

fn days_of(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The days since 1 January 1970 in the Gregorian calendar.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    // The year begins in March, so that a leap day is its last.
    let (year, month) = if month <= 2 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let days = 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    days + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::{Kind, ValueError};
    use crate::schema::Value;

    fn check(kind: &str, text: &str, expected: Option<i64>) {
        let value = Kind::of(kind)
            .ok_or(ValueError)
            .and_then(|kind| kind.value(text));
        let found = match value {
            Ok(Value::Integer(number) | Value::Decimal(number)) => Some(number),
            Ok(Value::Date(days)) => Some(i64::from(days)),
            _ => None,
        };
        assert_eq!(found, expected, "{kind} {text:?}");
    }

    #[test]
    fn texts_become_values() {
        for (kind, text, expected) in [
            ("decimal", "12", Some(1200)),
            ("decimal", "-12.5", Some(-1250)),
            ("decimal", "+.25", Some(25)),
            ("decimal", "7.", Some(700)),
            ("decimal", "1.2500", Some(125)),
            ("decimal", "1.255", None),
            ("decimal", ".", None),
            ("decimal", "-", None),
            ("decimal", "1,5", None),
            ("decimal", "1e5", None),
            ("decimal", "1-2", None),
            (
                "decimal",
                "9999999999999999.99",
                Some(999_999_999_999_999_999),
            ),
            ("decimal", "0000000000000000000001", Some(100)),
            ("decimal", "10000000000000000", None),
            ("decimal(4)", "1.2345", Some(12345)),
            ("decimal(0)", "1.0", Some(1)),
            ("implied(2)", "12345", Some(12345)),
            ("implied(2)", "1.5", None),
            ("integer", "42", Some(42)),
            ("integer", "4.2", None),
            ("integer", "x", None),
            ("date", "19700101", Some(0)),
            ("date", "20240229", Some(19782)),
            ("date", "20230229", None),
            ("date", "19691231", Some(-1)),
            ("date", "240229", Some(19782)),
            ("date", "690101", Some(-365)),
            ("date", "202402291230", Some(19782)),
            ("date", "20240229-20240301", Some(19782)),
            ("last_date", "20240229-20240301", Some(19783)),
            ("last_date", "20240229", Some(19782)),
            ("date", "2024", None),
            ("date", "20241301", None),
            ("date", "00000000", None),
            ("date", "2024é01", None),
        ] {
            check(kind, text, expected);
        }
    }

    #[test]
    fn unknown_types_are_none() {
        for name in [
            "money",
            "decimal(19)",
            "decimal()",
            "decimal(2",
            "implied",
            "",
        ] {
            assert_eq!(Kind::of(name), None, "{name:?}");
        }
    }
}
