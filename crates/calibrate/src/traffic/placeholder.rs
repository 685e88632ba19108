//! Placeholders in texts: `${id1}` means a value, `${$}{` the characters `${`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use regex::Regex;

/// Values by placeholder.
pub(super) type Bindings = BTreeMap<String, String>;

/// The day that times of a recording count from.
pub(super) const EPOCH: i64 = 946_684_800;

/// A piece of a text.
pub(super) enum Part<'a> {
    /// Literal characters.
    Literal(&'a str),
    /// A placeholder.
    Placeholder(&'a str),
}

/// The pieces of a text.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        parts.push(Part::Literal(before));
        parts.push(match name {
            "$" => Part::Literal("$"),
            _ => Part::Placeholder(name),
        });
        rest = after;
    }
    parts.push(Part::Literal(rest));
    parts
}

/// A text in which nothing reads as a placeholder.
pub(super) fn escaped(text: &str) -> String {
    text.replace("${", "${$}{")
}

/// The kind of a placeholder: its name without the number.
pub(super) fn kind(name: &str) -> &str {
    name.trim_end_matches(|c: char| c.is_ascii_digit())
}

/// What values of a kind look like at the beginning of a text.
fn pattern(kind: &str) -> Option<&'static Regex> {
    static PATTERNS: LazyLock<BTreeMap<&str, Regex>> = LazyLock::new(|| {
        let patterns = [
            ("account", r"^[0-9]+"),
            ("digits", r"^[0-9]+"),
            ("hex", r"^[0-9A-Za-z]+"),
            ("host", r"^(?:\[[0-9a-fA-F:]*\]|[A-Za-z0-9.-]+)(?::[0-9]+)?"),
            ("id", r"^(?:tj-[A-Za-z0-9_-]+|[a-z]{1,3}-[0-9A-Za-z]+)"),
            ("key", r"^[A-Z0-9]+"),
            ("mail", r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+"),
            ("phone", r"^(?s:.)+"),
            ("resource", r"^[0-9A-Za-z_.-]+"),
            ("stamp", r"^[0-9A-Za-z:,. +-]+"),
            (
                "time",
                r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?Z",
            ),
            ("token", r"^(?s:.)+"),
            (
                "uuid",
                r"^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
            ),
            ("word", r"^[A-Za-z0-9+/_=-]+"),
        ];
        let built = patterns
            .into_iter()
            .filter_map(|(kind, pattern)| Some((kind, Regex::new(pattern).ok()?)));
        built.collect()
    });
    PATTERNS.get(kind)
}

/// The value of a kind that a text begins with, and what follows it.
pub(super) fn leading<'a>(name: &str, text: &'a str) -> Option<(&'a str, &'a str)> {
    let found = pattern(kind(name))?.find(text)?;
    text.split_at_checked(found.end())
}

/// A value with a reserved form: the number of the placeholder replaces `x` in the form.
pub(super) fn made_up(name: &str, form: &str, started: DateTime) -> String {
    let number = name.trim_start_matches(|c: char| !c.is_ascii_digit());
    match kind(name) {
        "mail" => format!("someone{number}@example.com"),
        "host" => format!("host{number}.example.com"),
        "time" => shifted(form, started.secs().saturating_sub(EPOCH)),
        "token" => format!("token{number}"),
        _ => {
            // Random words of tests have letters too.
            let rest = if kind(name) == "hex" { 'a' } else { '0' };
            let mut digits = number.chars().rev();
            let filled: Vec<char> = form
                .chars()
                .rev()
                .map(|c| {
                    if c == 'x' {
                        digits.next().unwrap_or(rest)
                    } else {
                        c
                    }
                })
                .collect();
            filled.into_iter().rev().collect()
        }
    }
}

/// A time moved by seconds; other texts are unchanged.
pub(super) fn shifted(time: &str, seconds: i64) -> String {
    let read = DateTime::from_str(time, Format::DateTime).ok();
    let moved = read.map(|time| {
        let seconds = time.secs().saturating_add(seconds);
        DateTime::from_secs_and_nanos(seconds, time.subsec_nanos())
    });
    let written = moved.and_then(|time| time.fmt(Format::DateTime).ok());
    written.unwrap_or_else(|| time.to_owned())
}

/// A text with values instead of placeholders; `value` returns those that are not bound.
pub(super) fn filled(
    text: &str,
    bindings: &mut Bindings,
    value: &mut dyn FnMut(&str) -> String,
) -> String {
    let mut out = String::with_capacity(text.len());
    for part in parts(text) {
        match part {
            Part::Literal(text) => out.push_str(text),
            Part::Placeholder(name) => {
                if !bindings.contains_key(name) {
                    bindings.insert(name.to_owned(), value(name));
                }
                out.push_str(bindings.get(name).map_or("", String::as_str));
            }
        }
    }
    out
}
