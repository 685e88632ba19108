//! Specifications generated from the table of a set or a guide: a table for each loop.

mod columns;
mod loops;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use b2bi_local_x12::{Outline, Version};

use self::loops::LoopTable;

/// The text of a specification for a set or a guide: a table for the transaction and one for each of its
/// loops, with a column for each element.
///
/// It is meant to be edited: most users need a few of its columns, with their own names.
#[must_use]
pub fn generated_specification(outline: &Outline) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "sets = [\"{}\"]", outline.set);
    if let Some(guide) = guide_of(outline) {
        let _ = writeln!(out, "guides = [\"{guide}\"]");
    }
    for table in loops::tables(outline) {
        write_table(&mut out, &table);
    }
    out
}

/// The text of a specification for a set with its names in the API, such as `X12_850` in
/// `VERSION_4010`, or `X12_837_X222` in `VERSION_5010_HIPAA`; `None` if there is no such set.
///
/// `X12_`, `VERSION_` and `_HIPAA` may be omitted.
#[must_use]
pub fn specification_of_set(set: &str, version: &str) -> Option<String> {
    let version = version.strip_prefix("VERSION_").unwrap_or(version);
    let digits = version.strip_suffix("_HIPAA").unwrap_or(version);
    let set = set.strip_prefix("X12_").unwrap_or(set);
    let (set, guide) = match set.split_once('_') {
        Some((set, guide)) => (set, Some(guide)),
        None => (set, None),
    };
    let version = Version::of_group(format!("00{digits}").as_bytes())?;
    Outline::new(version, set, guide).map(|outline| generated_specification(&outline))
}

/// The guide's part of GS08, such as `X222` in `005010X222A1`; `None` for the set itself.
fn guide_of(outline: &Outline) -> Option<&str> {
    let name = outline.group_version.get(6..)?;
    let end = name
        .get(1..)?
        .find(|character: char| !character.is_ascii_digit());
    let guide = name.get(..end.map_or(name.len(), |end| end.saturating_add(1)))?;
    (!guide.is_empty()).then_some(guide)
}

fn write_table(out: &mut String, table: &LoopTable<'_>) {
    let columns = columns::columns(table);
    if columns.is_empty() {
        return;
    }
    let _ = write!(
        out,
        "\n[tables.{}]\nrow = \"{}\"\n[tables.{}.columns]\n",
        table.name, table.row, table.name
    );
    if let Some(parent) = &table.parent {
        let _ = writeln!(out, "parent_segment = \"^{parent} segment_number\"");
    }
    for column in columns {
        let _ = writeln!(out, "{column}");
    }
}
