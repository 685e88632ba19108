//! Whether each column of the shipped specifications finds its value in a transaction of its set.

use b2bi_local_x12::{Outline, Version};

use super::{SHIPPED, shipped};
use crate::context::Origin;
use crate::schema::{RowSink, Value};
use crate::spec::{Specification, SpecificationColumn};
use crate::table::{Table, TableReader};

const VERSIONS: [Version; 2] = [Version::V4010, Version::V5010];
/// The guides of sets that several use.
const GUIDES: [&str; 7] = ["X222", "X223", "X224", "X221", "X279", "X212", "X220"];

/// Columns that an outline does not reach, since it has one HL and gives its elements no values that
/// differ; `tests/tables/sets.rs` has files of their own for them.
const ELSEWHERE: [&str; 11] = [
    "837d.providers.role",
    "837i.providers.role",
    "837p.providers.role",
    "850.product_ids.order_number",
    "850.product_ids.line_number",
    "856.orders.parent_hl_id",
    "856.packs.order_number",
    "856.packs.parent_hl_id",
    "856.items.order_number",
    "856.items.pack_mark",
    "856.items.parent_hl_id",
];

/// Transactions of a set with each of its segments, by the standard and by guides.
fn outlines(set: &str) -> Vec<String> {
    let plain = VERSIONS.map(|version| (version, None));
    let guided = GUIDES.map(|guide| (Version::V5010, Some(guide)));
    let all = guided.into_iter().chain(plain);
    let outlines = all.filter_map(|(version, guide)| Outline::new(version, set, guide));
    outlines.map(|outline| outline.to_x12()).collect()
}

/// Puts a value into an element of a segment, or into a component of it.
fn put(segment: &mut Vec<String>, element: usize, component: usize, value: &str) {
    while segment.len() <= element {
        segment.push(String::new());
    }
    let Some(text) = segment.get_mut(element) else {
        return;
    };
    let mut components: Vec<&str> = text.split(':').collect();
    let at = component.saturating_sub(1);
    while components.len() <= at {
        components.push("");
    }
    if let Some(found) = components.get_mut(at) {
        *found = value;
    }
    *text = components.join(":");
}

/// The transaction with all that the selector of a column, and the row, ask for.
fn prepared(text: &str, table: &Specification, column: &SpecificationColumn) -> String {
    let (target, before) = match column.source.steps.split_last() {
        Some((target, before)) => (*target, before),
        None => return String::new(),
    };
    let steps: Vec<u8> = before.iter().chain(&table.row).copied().collect();
    let version = table.guides.first().map(|guide| format!("005010{guide}"));
    let segments = text.lines().map(|line| {
        let mut segment: Vec<String> = line
            .trim_end_matches('~')
            .split('*')
            .map(str::to_owned)
            .collect();
        let id = segment.first().cloned().unwrap_or_default();
        if id == "GS"
            && let Some(version) = &version
        {
            put(&mut segment, 8, 0, version);
        }
        if id == "ST" {
            segment.truncate(3);
        }
        for step in steps.iter().chain([&target]) {
            let Some(pattern) = table.patterns.get(usize::from(*step)) else {
                continue;
            };
            if *pattern.segment != *id {
                continue;
            }
            for condition in &pattern.conditions {
                let value = condition.values.first().map_or("", |value| value);
                put(&mut segment, condition.element, condition.component, value);
            }
            let (element, component) = (column.source.element, column.source.component);
            if *step == target && element > 0 && id != "HL" && id != "LX" {
                let is_condition = |condition: &crate::spec::Condition| {
                    condition.element == element && condition.component == component
                };
                if !pattern.conditions.iter().any(is_condition) {
                    put(&mut segment, element, component, "1");
                }
            }
        }
        format!("{}~\n", segment.join("*"))
    });
    segments.collect()
}

/// Whether a column has a value, or one that does not fit, in some row.
struct ColumnValues {
    at: usize,
    found: bool,
}

impl RowSink for ColumnValues {
    fn row(&mut self, row: &[Value<'_>]) {
        self.found |= !matches!(row.get(self.at), None | Some(Value::Null));
    }
}

fn is_reached(
    table: &Specification,
    at: usize,
    column: &SpecificationColumn,
    texts: &[String],
) -> bool {
    let first = table.schema().len() - table.columns.len();
    texts.iter().any(|text| {
        let text = prepared(text, table, column);
        let rows = ColumnValues {
            at: first + at,
            found: false,
        };
        let kind = Table::Typed(std::sync::Arc::new(table.clone()));
        let mut reader = TableReader::new(&kind, "f", Origin::default(), rows);
        reader.push(text.as_bytes());
        let (rows, report) = reader.finish();
        let named = format!("column {} of", column.name);
        let is_of_column = |message: &str| message.contains(&named);
        rows.found
            || report
                .values
                .iter()
                .any(|value| is_of_column(&value.message))
    })
}

#[test]
fn each_column_can_be_reached() {
    let mut missed = Vec::new();
    for (family, _) in SHIPPED {
        let tables = shipped(family).unwrap_or_default();
        let set = tables.first().and_then(|table| table.sets().next());
        let texts = outlines(set.unwrap_or_default());
        for table in tables {
            for (at, column) in table.columns.iter().enumerate() {
                if !is_reached(&table, at, column, &texts) {
                    missed.push(format!("{family}.{}.{}", table.name, column.name));
                }
            }
        }
    }
    assert_eq!(missed, ELSEWHERE);
}
