//! The loops of an outline, each with the selector that finds it.

use std::collections::HashSet;

use b2bi_local_x12::{Outline, OutlineSegment};

use super::columns::{Condition, condition_among};
use crate::context::Origin;
use crate::schema::{RowSink, Value};
use crate::table::{Table, TableReader};

/// A table of a generated specification.
pub(super) struct LoopTable<'o> {
    /// The name, such as `clp_2100`.
    pub(super) name: String,
    /// The selector of the rows, such as `HL-2000[HL03=20]/NM1-2100`.
    pub(super) row: String,
    /// The selector of the segment that opens the enclosing loop; `None` for the outermost.
    pub(super) parent: Option<String>,
    /// The segments of the loop, without those of inner loops.
    pub(super) segments: Vec<&'o OutlineSegment>,
}

/// The place of a segment in an outline.
#[derive(Clone, Debug, Default)]
struct Place {
    /// The number of the segment in the transaction.
    segment: i64,
    /// The innermost loop's name, such as `CLP-2100`; empty outside of loops.
    loop_name: String,
    /// The number of the segment that opened it.
    opener: i64,
    /// The number of the segment that opened the loop around.
    parent: i64,
}

/// The places of the segments of a transaction.
#[derive(Default)]
struct Places(Vec<Place>);

impl RowSink for Places {
    fn row(&mut self, row: &[Value<'_>]) {
        let mut place = Place::default();
        for (column, value) in crate::segments::COLUMNS.iter().zip(row) {
            match (&*column.name, value) {
                ("segment_number", Value::Integer(number)) => place.segment = *number,
                ("loop_segment_number", Value::Integer(number)) => place.opener = *number,
                ("parent_segment_number", Value::Integer(number)) => place.parent = *number,
                ("loop_path", Value::Text(path)) => {
                    let innermost = path.rsplit('/').next();
                    innermost
                        .unwrap_or_default()
                        .clone_into(&mut place.loop_name);
                }
                _ => {}
            }
        }
        // The envelope has no number in a transaction.
        if place.segment > 0 {
            self.0.push(place);
        }
    }
}

/// A loop: its place, the segment that opens it, and what distinguishes it from others of its name.
struct Loop<'o> {
    place: Place,
    opener: &'o OutlineSegment,
    condition: Option<Condition>,
}

/// The tables of an outline: the transaction, then each loop in the order of its first segment.
pub(super) fn tables(outline: &Outline) -> Vec<LoopTable<'_>> {
    let mut reader = TableReader::new(&Table::Segments, "", Origin::default(), Places::default());
    reader.push(outline.to_x12().as_bytes());
    let (Places(places), _) = reader.finish();
    // The first place is that of ST, which an outline does not list.
    let segments = || places.iter().skip(1).zip(&outline.segments);
    let loops = loops(segments().filter(|(place, _)| place.opener == place.segment));

    let mut tables = vec![LoopTable {
        name: "transactions".to_owned(),
        row: "ST".to_owned(),
        parent: None,
        segments: in_loop(segments(), 0),
    }];
    let mut rows = HashSet::new();
    let mut names = HashSet::new();
    for found in &loops {
        let row = row(&loops, found);
        // A set may ask for several of a loop, which are one table.
        if !rows.insert(row.clone()) {
            continue;
        }
        tables.push(LoopTable {
            name: unique(&mut names, name(found)),
            row,
            parent: loop_at(&loops, found.place.parent).map(selector),
            segments: in_loop(segments(), found.place.opener),
        });
    }
    tables
}

fn in_loop<'o, 'p>(
    segments: impl Iterator<Item = (&'p Place, &'o OutlineSegment)>,
    opener: i64,
) -> Vec<&'o OutlineSegment> {
    let own = segments.filter(|(place, _)| place.opener == opener);
    own.map(|(_, segment)| segment).collect()
}

fn loops<'o, 'p>(openers: impl Iterator<Item = (&'p Place, &'o OutlineSegment)>) -> Vec<Loop<'o>> {
    let openers: Vec<_> = openers.collect();
    let condition = |place: &Place, opener: &OutlineSegment| {
        let of_name = openers
            .iter()
            .filter(|(other, _)| other.loop_name == place.loop_name);
        condition_among(opener, of_name.map(|(_, other)| *other))
    };
    let loops = openers.iter().map(|(place, opener)| Loop {
        place: (*place).clone(),
        opener,
        condition: condition(place, opener),
    });
    loops.collect()
}

fn loop_at<'l, 'o>(loops: &'l [Loop<'o>], opener: i64) -> Option<&'l Loop<'o>> {
    loops.iter().find(|found| found.place.opener == opener)
}

/// The step that finds a loop, such as `NM1-2010[NM101=85]`.
fn selector(found: &Loop<'_>) -> String {
    let condition = found.condition.as_ref().map(ToString::to_string);
    [&*found.place.loop_name, &condition.unwrap_or_default()].concat()
}

/// The selector of a loop: its own step, after those of the loops around it from the outermost that
/// needs a condition. It ends at the first HL, because levels of HL segments are siblings.
fn row(loops: &[Loop<'_>], found: &Loop<'_>) -> String {
    let mut around = vec![found];
    let mut needed = 1;
    let mut inner = found;
    while inner.opener.id != "HL"
        && let Some(outer) = loop_at(loops, inner.place.parent)
        && outer.place.opener < inner.place.opener
    {
        around.push(outer);
        if outer.condition.is_some() {
            needed = around.len();
        }
        inner = outer;
    }
    let steps = around.iter().take(needed).rev();
    steps
        .map(|step| selector(step))
        .collect::<Vec<_>>()
        .join("/")
}

/// A name for a table, such as `nm1_2010_85`.
fn name(found: &Loop<'_>) -> String {
    let loop_name = found.place.loop_name.replace('-', "_");
    let suffix = found.condition.as_ref().map(Condition::suffix);
    [&*loop_name, &suffix.unwrap_or_default()]
        .concat()
        .to_ascii_lowercase()
}

/// The name, or the name and the first number that no other table has.
pub(super) fn unique(names: &mut HashSet<String>, name: String) -> String {
    let numbered = (2..).map(|number: u32| format!("{name}_{number}"));
    let mut candidates = std::iter::once(name.clone()).chain(numbered);
    let free = candidates.find(|candidate| !names.contains(candidate));
    let free = free.unwrap_or(name);
    names.insert(free.clone());
    free
}
