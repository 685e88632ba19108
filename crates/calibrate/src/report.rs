//! Prints comparisons, for people and for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::compare::{Comparison, Difference};
use crate::recording::Recording;

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Lines for a terminal.
    Text,
    /// One JSON object.
    Json,
    /// A page for an issue or a pull request.
    Markdown,
}

/// The report on a comparison.
#[must_use]
pub fn report(comparison: &Comparison, recorded: &Recording, format: Format) -> String {
    match format {
        Format::Json => {
            let mut text = serde_json::to_string_pretty(comparison).unwrap_or_default();
            text.push('\n');
            text
        }
        Format::Text => text(comparison, recorded),
        Format::Markdown => markdown(comparison, recorded),
    }
}

/// The differences by assumption; one that is about several is listed for each, and those of a
/// user's own calls come first.
fn by_assumption(comparison: &Comparison) -> BTreeMap<(usize, &str), Vec<&Difference>> {
    let mut groups: BTreeMap<(usize, &str), Vec<&Difference>> = BTreeMap::new();
    for difference in &comparison.differences {
        if difference.assumptions.is_empty() {
            groups
                .entry((0, "your calls"))
                .or_default()
                .push(difference);
        }
        for number in &difference.assumptions {
            // A-100 comes after A-99.
            let key = (number.len(), number.as_str());
            groups.entry(key).or_default().push(difference);
        }
    }
    groups
}

fn summary(comparison: &Comparison, recorded: &Recording) -> String {
    format!(
        "{} answers of {} ({}, {}): {} differences, {} not compared",
        comparison.compared,
        recorded.source,
        recorded.region,
        recorded.date,
        comparison.differences.len(),
        comparison.not_compared.len(),
    )
}

fn text(comparison: &Comparison, recorded: &Recording) -> String {
    let mut out = String::new();
    for ((_, number), differences) in by_assumption(comparison) {
        let _ = writeln!(out, "{number}");
        for difference in differences {
            let Difference {
                question,
                step,
                call,
                at,
                change,
                ..
            } = difference;
            let _ = writeln!(
                out,
                "  {question}/{step} {call}: {at} ({})",
                change.describe()
            );
            let _ = writeln!(out, "    recorded: {}", shown(&difference.recorded));
            let _ = writeln!(out, "    emulator: {}", shown(&difference.emulator));
        }
    }
    for reason in &comparison.not_compared {
        let _ = writeln!(out, "not compared: {reason}");
    }
    let _ = writeln!(out, "{}", summary(comparison, recorded));
    out
}

fn markdown(comparison: &Comparison, recorded: &Recording) -> String {
    let mut out = format!(
        "# Recording and emulator\n\n{}.\n",
        summary(comparison, recorded)
    );
    for ((_, number), differences) in by_assumption(comparison) {
        let _ = write!(
            out,
            "\n## {number}\n\n| question | what differs | recorded | emulator | what it changes |\n| --- | --- | --- | --- | --- |\n"
        );
        for difference in differences {
            let Difference {
                question,
                step,
                at,
                change,
                ..
            } = difference;
            let _ = writeln!(
                out,
                "| {question}/{step} | {at} | {} | {} | {} |",
                cell(&difference.recorded),
                cell(&difference.emulator),
                change.describe()
            );
        }
    }
    if !comparison.not_compared.is_empty() {
        out.push_str("\n## Not compared\n\n");
    }
    for reason in &comparison.not_compared {
        let _ = writeln!(out, "- {reason}");
    }
    out
}

fn cell(value: &Value) -> String {
    let text = shown(value).replace('|', "\\|").replace('`', "'");
    format!("`{text}`")
}

/// A value on one line, cut if it is long.
fn shown(value: &Value) -> String {
    const MOST: usize = 300;
    let text = match value {
        Value::Null => "(none)".to_owned(),
        other => other.to_string(),
    };
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}
