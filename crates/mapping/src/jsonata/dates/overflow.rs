//! Components of a date that exceed their range. As in JavaScript they carry over: 31 February is 3
//! March, and hour 24 is the first hour of the next day.

use std::fmt::Write as _;

use regex::Regex;

use super::{DAY, first_day, year_and_day};

/// Components that carry over, with the first value of each.
const COUNTING: [(char, i64); 5] = [('M', 1), ('D', 1), ('H', 0), ('m', 0), ('s', 0)];

/// A text whose components are reduced to their first values, and the amounts that were subtracted.
pub(super) struct Reduced {
    pub text: String,
    taken: Vec<(char, i64)>,
}

/// Reduces the components of a text that a picture names; `None` if the picture has formats other
/// than digits and names, or if the text does not match it.
pub(super) fn reduced(text: &str, picture: &str) -> Option<Reduced> {
    let (pattern, components) = pattern(picture)?;
    let pattern = Regex::new(&pattern).ok()?;
    let captures = pattern.captures(text)?;
    let mut made = Reduced {
        text: String::with_capacity(text.len()),
        taken: Vec::new(),
    };
    let mut rest = 0;
    for (group, component) in captures.iter().skip(1).zip(components) {
        let group = group?;
        let (_, least) = COUNTING.into_iter().find(|(item, _)| *item == component)?;
        let value: i64 = group.as_str().parse().ok()?;
        made.text.push_str(text.get(rest..group.start())?);
        let width = group.len();
        write!(made.text, "{least:0width$}").ok()?;
        // JavaScript reads the month 0 as January.
        let value = if component == 'M' {
            value.max(1)
        } else {
            value
        };
        made.taken.push((component, value.checked_sub(least)?));
        rest = group.end();
    }
    made.text.push_str(text.get(rest..)?);
    Some(made)
}

/// An ISO 8601 date whose day does not exist in its month, moved to the 28th.
pub(super) fn reduced_iso(text: &str) -> Option<Reduced> {
    let (month, rest) = text.split_at_checked(8)?;
    let (day, time) = rest.split_at_checked(2)?;
    let day: i64 = day.parse().ok().filter(|value| (29..=31).contains(value))?;
    Some(Reduced {
        text: format!("{month}28{time}"),
        taken: vec![('D', day - 28)],
    })
}

impl Reduced {
    /// Adds the subtracted amounts to the time of the reduced text, in milliseconds since 1970.
    pub(super) fn count_on(&self, millis: i64) -> Option<i64> {
        let mut millis = millis;
        for (component, count) in &self.taken {
            let unit = match component {
                'M' => {
                    millis = with_months(millis, *count)?;
                    continue;
                }
                'D' => DAY,
                'H' => DAY / 24,
                'm' => 60_000,
                _ => 1_000,
            };
            millis = millis.checked_add(count.checked_mul(unit)?)?;
        }
        Some(millis)
    }
}

/// A time in January plus a number of months.
fn with_months(millis: i64, months: i64) -> Option<i64> {
    const BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let (year, day) = year_and_day(millis.div_euclid(DAY));
    let later = year.checked_add(months.div_euclid(12))?;
    let month = usize::try_from(months.rem_euclid(12)).ok()?;
    let is_leap = first_day(later + 1) - first_day(later) == 366;
    let days = BEFORE.get(month)? + i64::from(is_leap && month > 1);
    let moved = first_day(later) + days + day;
    Some(moved * DAY + millis.rem_euclid(DAY))
}

/// A regular expression for a picture, with a group for each reduced component.
fn pattern(picture: &str) -> Option<(String, Vec<char>)> {
    let (mut pattern, mut components) = ("^".to_owned(), Vec::new());
    let mut rest = picture;
    while let Some(open) = rest.find('[') {
        let (literal, marker) = (rest.get(..open)?, rest.get(open + 1..)?);
        pattern.push_str(&regex::escape(literal));
        if marker.starts_with('[') {
            return None;
        }
        let (marker, after) = marker.split_once(']')?;
        let marker: String = marker.split_whitespace().collect();
        let mut letters = marker.chars();
        let component = letters.next()?;
        let form = letters.as_str().split(',').next().unwrap_or_default();
        let is_counting = COUNTING.iter().any(|(item, _)| *item == component);
        let is_digits = form.bytes().all(|byte| byte.is_ascii_digit());
        if is_counting && is_digits {
            components.push(component);
            pattern.extend(["(", &digits(form, after), ")"]);
        } else {
            pattern.push_str(&other(component, form, is_digits, after)?);
        }
        rest = after;
    }
    pattern.push_str(&regex::escape(rest));
    pattern.push('$');
    (!components.is_empty()).then_some((pattern, components))
}

/// Digits directly before another component have the width of the picture.
fn digits(form: &str, after: &str) -> String {
    if after.starts_with('[') {
        format!("[0-9]{{{}}}", form.len().max(1))
    } else {
        "[0-9]+".to_owned()
    }
}

fn other(component: char, form: &str, is_digits: bool, after: &str) -> Option<String> {
    match component {
        'Y' | 'f' | 'h' if is_digits => Some(digits(form, after)),
        'M' | 'F' if form.starts_with(['N', 'n']) => Some("[a-zA-Z]+".to_owned()),
        'P' => Some("[a-zA-Z]+".to_owned()),
        'Z' | 'z' => Some("(?:GMT)?[-+0-9:Z]+".to_owned()),
        _ => None,
    }
}
