//! Lengths and forms of values.

use crate::Element;
use crate::delimiters::WIDE;
use crate::tables::ElementType;
use crate::text::decode;

/// The number of counted characters in a value, with and without surrounding spaces: signs, points
/// and exponents do not count, and trailing spaces count only towards the minimum length.
pub(super) fn lengths(value: &Element<'_>, form: ElementType) -> (usize, usize) {
    let text = value.value();
    match form {
        ElementType::Decimal | ElementType::Integer => {
            let mantissa = text
                .split(|byte| matches!(byte, b'E' | b'e'))
                .next()
                .unwrap_or(text);
            let digits = mantissa
                .iter()
                .filter(|byte| !matches!(byte, b'-' | b'+' | b'.'))
                .count();
            (digits, digits)
        }
        _ if value.classes & WIDE == 0 => (text.len(), value.raw().len()),
        _ => (
            decode(text).chars().count(),
            decode(value.raw()).chars().count(),
        ),
    }
}

/// Whether a value matches its element's type.
pub(super) fn is_well_formed(value: &Element<'_>, form: ElementType) -> bool {
    is_well_formed_text(value.value(), form)
}

/// Whether the bytes of a value match a type.
pub(crate) fn is_well_formed_text(text: &[u8], form: ElementType) -> bool {
    match form {
        ElementType::Text | ElementType::Code => !text.iter().any(u8::is_ascii_control),
        ElementType::Integer => is_digits(unsigned(text)),
        ElementType::Decimal => is_decimal(text),
        ElementType::Date => is_date(text),
        ElementType::Time => is_time(text),
        ElementType::Binary => true,
    }
}

fn unsigned(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"-").unwrap_or(text)
}

pub(super) fn is_digits(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

fn is_decimal(text: &[u8]) -> bool {
    let mut parts = text.splitn(2, |byte| *byte == b'E');
    let mantissa = unsigned(parts.next().unwrap_or(&[]));
    let mut points = 0;
    let mut digits = 0;
    for byte in mantissa {
        match byte {
            b'.' => points += 1,
            b'0'..=b'9' => digits += 1,
            _ => return false,
        }
    }
    points <= 1
        && digits > 0
        && parts
            .next()
            .is_none_or(|exponent| is_digits(unsigned(exponent)))
}

/// Six digits are `YYMMDD`, eight `CCYYMMDD`.
fn is_date(text: &[u8]) -> bool {
    let Some((year, month, day)) = parts_of_date(text) else {
        return false;
    };
    (1..=days_of(year, month)).contains(&day)
}

/// The number of days in a month; `None` if there is no such month.
pub(super) fn days_of(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}

fn parts_of_date(text: &[u8]) -> Option<(u32, u32, u32)> {
    let (year, rest) = match text.len() {
        6 => text.split_at_checked(2)?,
        8 => text.split_at_checked(4)?,
        _ => return None,
    };
    let (month, day) = rest.split_at_checked(2)?;
    Some((number(year)?, number(month)?, number(day)?))
}

/// `HHMM`, with seconds, tenths or hundredths after it.
fn is_time(text: &[u8]) -> bool {
    let below = |range: std::ops::Range<usize>, limit| {
        text.get(range)
            .is_none_or(|part| number(part).is_some_and(|part| part < limit))
    };
    matches!(text.len(), 4 | 6..=8)
        && is_digits(text)
        && below(0..2, 24)
        && below(2..4, 60)
        && below(4..6, 60)
}

pub(super) fn number(digits: &[u8]) -> Option<u32> {
    let is_number = is_digits(digits);
    let digits = digits.iter().map(|byte| u32::from(byte.wrapping_sub(b'0')));
    is_number.then(|| digits.fold(0, |number, digit| number * 10 + digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(is: fn(&[u8]) -> bool, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(is(text.as_bytes()), "{text}");
        }
        for text in bad {
            assert!(!is(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn forms_of_values() {
        check(
            is_date,
            &["260301", "20260301", "20240229"],
            &["20230229", "20261301", "2026031", "2026-3-1"],
        );
        check(
            is_time,
            &["0930", "235959", "1200001", "12000012"],
            &["2400", "0960", "093", "09305", "9:30"],
        );
        check(
            is_decimal,
            &["1", "-1.5", ".5", "1.", "1E-3"],
            &["", ".", "1.2.3", "1,5", "1E", "--1", "+1"],
        );
    }
}
