//! The implementation guides, one after the other in one text.

use std::fs;

use anyhow::Context as _;

use super::facts::Facts;

/// The rows of every guide: `H` (set, guide, basis), `L`, `S` and `E`. Parts that a guide does not
/// use need no codes, and the columns that are only for printing are left out.
pub(crate) fn guides(facts: &Facts) -> anyhow::Result<String> {
    let folder = facts.folder().join("hipaa");
    let entries = fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with(|c: char| c.is_ascii_digit()))
        .collect();
    names.sort();
    let mut text = String::new();
    for name in names {
        for line in facts.text(&format!("hipaa/{name}"))?.lines() {
            text += &compact(line);
            text.push('\n');
        }
    }
    Ok(text)
}

fn compact(line: &str) -> String {
    let columns: Vec<&str> = line.split('\t').collect();
    match columns.as_slice() {
        ["H", guide, _, basis] => {
            let (set, guide) = guide.split_once('_').unwrap_or((guide, ""));
            ["H", set, guide, basis].join("\t")
        }
        ["E", path, order, segment, position, "N", ..] => {
            ["E", path, order, segment, position, "N"].join("\t")
        }
        [
            "L",
            id,
            parent,
            order,
            segment,
            qualifiers,
            repeat,
            usage,
            _,
        ] => {
            let qualifiers = &separated(qualifiers);
            ["L", id, parent, order, segment, qualifiers, repeat, usage].join("\t")
        }
        ["S", path, order, segment, usage, max, qualifiers] => {
            let qualifiers = &separated(qualifiers);
            let columns = ["S", path, order, segment, usage, max, qualifiers];
            columns.join("\t").trim_end().to_owned()
        }
        columns => columns.join("\t").trim_end().to_owned(),
    }
}

/// Qualifiers separated by `;`, because a value may contain a space.
fn separated(qualifiers: &str) -> String {
    let mut out = String::new();
    for part in qualifiers.split(' ') {
        let separator = if part.contains('=') { ";" } else { " " };
        if !out.is_empty() {
            out += separator;
        }
        out += part;
    }
    out
}
