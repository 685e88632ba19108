//! The difference between a result and the expected one.

use std::time::Duration;

use serde_json::{Number, Value};
use similar::{DiffOp, TextDiff};

use super::ignored::Ignored;
use super::segments::segments;
use crate::cli::input::Kind;

/// The time limit for finding the shortest difference; after that any difference is used.
const TIMEOUT: Duration = Duration::from_secs(1);

/// The integers that a double represents exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

const BOLD: &str = "\x1b[1m";
const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const CYAN: &str = "\x1b[36m";
const RESET: &str = "\x1b[0m";

/// The difference between a result and the expected one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// A unified difference.
    pub(super) text: String,
    /// The places that differ.
    pub(super) count: usize,
}

/// Compares X12 by segments, JSON as data and anything else line by line.
///
/// The difference from the expected text of the file `name` to the result; `None` if they are
/// equal.
pub(super) fn difference(
    expected: &str,
    result: &str,
    ignored: &Ignored,
    name: &str,
) -> Option<Difference> {
    let (expected, result) = comparable(expected, result, ignored);
    if expected == result {
        return None;
    }
    let diff = TextDiff::configure()
        .timeout(TIMEOUT)
        .diff_lines(&expected, &result);
    let is_change = |item: &&DiffOp| !matches!(item, DiffOp::Equal { .. });
    Some(Difference {
        text: diff.unified_diff().header(name, "result").to_string(),
        count: diff.ops().iter().filter(is_change).count(),
    })
}

/// Two texts that are equal where the data is.
fn comparable(expected: &str, result: &str, ignored: &Ignored) -> (String, String) {
    let is_x12 = |text: &str| Kind::of(text.as_bytes()) == Kind::X12;
    if is_x12(expected) && is_x12(result) {
        return (x12_lines(expected, ignored), x12_lines(result, ignored));
    }
    match (data(expected, ignored), data(result, ignored)) {
        (Some(expected), Some(result)) => {
            let result = ordered(result, &expected);
            (laid_out(&expected), laid_out(&result))
        }
        _ => (with_end(expected), with_end(result)),
    }
}

fn x12_lines(text: &str, ignored: &Ignored) -> String {
    let mut segments = segments(text.as_bytes());
    ignored.remove_from_x12(&mut segments);
    let lines = segments.iter().map(|segment| segment.join("*") + "\n");
    lines.collect()
}

fn data(text: &str, ignored: &Ignored) -> Option<Value> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut value = serde_json::from_str(text).ok()?;
    ignored.remove_from_json(&mut value);
    normalize_numbers(&mut value);
    Some(value)
}

/// Writes `1.0` as `1`.
fn normalize_numbers(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(normalize_numbers),
        Value::Object(members) => members.values_mut().for_each(normalize_numbers),
        Value::Number(number) if number.is_f64() => {
            let float = number.as_f64().unwrap_or_default();
            if float.fract() == 0.0 && float.abs() < EXACT {
                #[expect(clippy::cast_possible_truncation, reason = "it is such an integer")]
                let integer = float as i64;
                *number = Number::from(integer);
            }
        }
        _ => {}
    }
}

/// A value with its members in the order of another, where both have them.
fn ordered(value: Value, like: &Value) -> Value {
    match (value, like) {
        (Value::Object(mut members), Value::Object(like)) => {
            let known = like.iter().filter_map(|(name, like)| {
                let (name, value) = members.shift_remove_entry(name)?;
                Some((name, ordered(value, like)))
            });
            let mut sorted: serde_json::Map<String, Value> = known.collect();
            sorted.extend(members);
            Value::Object(sorted)
        }
        (Value::Array(items), Value::Array(like)) => {
            let null = Value::Null;
            let like = like.iter().chain(std::iter::repeat(&null));
            items
                .into_iter()
                .zip(like)
                .map(|(item, like)| ordered(item, like))
                .collect()
        }
        (value, _) => value,
    }
}

fn laid_out(value: &Value) -> String {
    format!("{value:#}\n")
}

fn with_end(text: &str) -> String {
    if text.ends_with('\n') {
        text.to_owned()
    } else {
        format!("{text}\n")
    }
}

/// A unified difference in the colours that git gives it.
pub(super) fn colored(difference: &str) -> String {
    let color = |(nth, line): (usize, &str)| match line.as_bytes().first() {
        Some(b'-' | b'+') if nth < 2 => BOLD,
        Some(b'-') => RED,
        Some(b'+') => GREEN,
        Some(b'@') => CYAN,
        _ => "",
    };
    let paint = |(nth, line): (usize, &str)| match color((nth, line)) {
        "" => format!("{line}\n"),
        color => format!("{color}{line}{RESET}\n"),
    };
    difference.lines().enumerate().map(paint).collect()
}

#[cfg(test)]
mod tests {
    use super::{colored, difference};
    use crate::cli::watch::ignored::Ignored;

    const ISA: &str = "ISA*00*          *00*          *ZZ*HARBOUR        *ZZ*ORCHARD        \
        *260301*0930*U*00401*000000001*0*T*:~";

    fn count(expected: &str, result: &str, ignored: &[&str]) -> usize {
        let ignored: Vec<String> = ignored.iter().map(|path| (*path).to_owned()).collect();
        let found = difference(expected, result, &Ignored::new(ignored.iter()), "wanted");
        found.map_or(0, |difference| difference.count)
    }

    #[test]
    fn json_is_compared_as_data() {
        for (expected, result, differences) in [
            (r#"{"a":[1.0,2]}"#, "{\n    \"a\": [1, 2.00]\n}\n", 0),
            (
                r#"{"a":1,"b":{"c":2,"d":3}}"#,
                r#"{"b":{"d":3,"c":2},"a":1}"#,
                0,
            ),
            (r#""\u0041""#, r#""A""#, 0),
            (r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#, 1),
            (r#"{"a":1,"b":2,"c":3}"#, r#"{"a":2,"b":2,"c":4}"#, 2),
            (r#"{"a":"1"}"#, r#"{"a":1}"#, 1),
            ("{}", r#"{"a":1}"#, 1),
        ] {
            assert_eq!(
                count(expected, result, &[]),
                differences,
                "{expected} {result}"
            );
        }
        assert_eq!(count(r#"{"a":1,"b":2}"#, r#"{"a":3,"b":2}"#, &["a"]), 0);
        assert_eq!(count(r#"{"a":1,"b":2}"#, r#"{"b":2}"#, &["**.a"]), 0);
    }

    #[test]
    fn x12_is_compared_by_segments() {
        let group = "GS*PO*A1*B1*20260301*0930*1*X*004010~ST*850*0001~";
        let rest = "BEG*00*SA*7**20260301~PO1**1*EA*2:3~SE*4*0001~GE*1*1~IEA*1*000000001~";
        let expected = format!("{ISA}{group}{rest}");
        let other = expected
            .replace('~', "'\r\n")
            .replace(':', ">")
            .replace('*', "|");
        assert_eq!(count(&expected, &other, &[]), 0);
        let changed = other.replace("|20260301'", "|20260302'");
        assert_eq!(count(&expected, &changed, &[]), 1);
        assert_eq!(count(&expected, &changed, &["BEG05"]), 0);
        let cut = expected.replace("IEA*1*000000001~", "");
        assert_eq!(count(&expected, &cut, &[]), 1);
    }

    #[test]
    fn lines_have_the_colours_of_their_sides() {
        let found = difference(
            "same\n- old\n",
            "same\n+ new\n",
            &Ignored::default(),
            "wanted.txt",
        );
        let text = found.map(|difference| colored(&difference.text));
        assert_eq!(
            text.as_deref(),
            Some(
                "\x1b[1m--- wanted.txt\x1b[0m\n\x1b[1m+++ result\x1b[0m\n\x1b[36m@@ -1,2 +1,2 @@\x1b[0m\n same\n\
                 \x1b[31m-- old\x1b[0m\n\x1b[32m++ new\x1b[0m\n"
            )
        );
    }
}
