//! One text a table: the rows of all versions, equal rows joined by a mask.

use std::collections::BTreeMap;

use anyhow::Context as _;

use super::facts::{Facts, Row, VERSIONS};
use super::{bounded, grades};

/// Rows by key and first version, each with its mask.
type Merged = BTreeMap<String, Vec<(Row, u32)>>;

/// Set, mask, GS01, expression, and the grade of each loop's name in the order of opening.
pub(crate) fn sets(facts: &Facts) -> anyhow::Result<String> {
    let graded = facts.grades();
    let mut versions = facts.of_versions("sets")?;
    for (version, rows) in VERSIONS.iter().zip(&mut versions) {
        for row in rows {
            let set = column(row, 0)?.to_owned();
            let mut letters = String::new();
            for path in grades::paths(column(row, 2)?)? {
                let key = (set.clone(), (*version).to_owned(), path);
                letters.push(
                    *graded
                        .get(&key)
                        .with_context(|| format!("no name for {key:?}"))?,
                );
            }
            if let Some(expression) = row.get_mut(2) {
                *expression = bounded::ended(expression);
            }
            row.push(letters);
        }
    }
    Ok(text(&merge(versions)))
}

/// Set, mask, path, name, grade and condition, of the names that depend on a value.
pub(crate) fn names(facts: &Facts) -> anyhow::Result<String> {
    let mut versions = vec![Vec::new(); VERSIONS.len()];
    for row in facts.loop_names() {
        let conditional = row.get(5).is_some_and(|when| !when.is_empty());
        let at = VERSIONS
            .iter()
            .position(|version| Some(*version) == row.get(1).map(String::as_str));
        if let (true, Some(rows)) = (conditional, at.and_then(|at| versions.get_mut(at))) {
            let rest = row.iter().skip(2).cloned();
            rows.push(
                [column(row, 0)?.to_owned()]
                    .into_iter()
                    .chain(rest)
                    .collect(),
            );
        }
    }
    Ok(text(&merge(versions)))
}

/// The elements (`E`, number, mask, type, min, max), then the segments (`S`, id, mask, cells, notes,
/// unconfirmed notes).
pub(crate) fn dictionary(facts: &Facts) -> anyhow::Result<String> {
    let elements = text(&merge(facts.of_versions("elements")?));
    let segments = text(&merge(facts.of_versions("segments")?));
    Ok(prefixed("E", &elements) + &prefixed("S", &segments))
}

/// Element, mask, codes separated by spaces.
pub(crate) fn codes(facts: &Facts) -> anyhow::Result<String> {
    Ok(text(&merge(facts.of_versions("codes")?)))
}

fn merge(versions: Vec<Vec<Row>>) -> Merged {
    let mut merged = Merged::new();
    for (bit, rows) in versions.into_iter().enumerate() {
        for mut row in rows {
            let key = row.remove(0);
            let same_key = merged.entry(key).or_default();
            match same_key.iter_mut().find(|(known, _)| *known == row) {
                Some((_, mask)) => *mask |= 1 << bit,
                None => same_key.push((row, 1 << bit)),
            }
        }
    }
    merged
}

fn text(merged: &Merged) -> String {
    let lines = merged.iter().flat_map(|(key, rows)| {
        rows.iter()
            .map(move |(row, mask)| format!("{key}\t{mask}\t{}", row.join("\t")))
    });
    joined(lines)
}

fn prefixed(prefix: &str, lines: &str) -> String {
    joined(lines.lines().map(|line| format!("{prefix}\t{line}")))
}

fn joined(lines: impl Iterator<Item = String>) -> String {
    let mut text = lines.collect::<Vec<_>>().join("\n");
    text.push('\n');
    text
}

fn column(row: &Row, at: usize) -> anyhow::Result<&str> {
    row.get(at)
        .map(String::as_str)
        .with_context(|| format!("short row {row:?}"))
}
