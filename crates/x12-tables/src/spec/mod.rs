//! Specifications: the segments that give rows, and the sources of their columns.

mod error;
mod parse;
mod selector;
mod values;

pub use error::SpecificationError;
#[cfg(test)]
pub(crate) use selector::Condition;
pub(crate) use selector::{Pattern, Source};
pub(crate) use values::Kind;

use crate::schema::{Column, ColumnType};

/// The names of the columns that each table of a specification begins with.
static PLACE: [Column; 5] = [
    Column::new("file", ColumnType::Code),
    Column::new("interchange_number", ColumnType::Integer),
    Column::new("group_number", ColumnType::Integer),
    Column::new("transaction_number", ColumnType::Integer),
    Column::new("segment_number", ColumnType::Integer),
];

/// The column that numbers the rows of one segment.
static ITEM: Column = Column::new("item_number", ColumnType::Integer);

/// A table from transactions: its rows, and its columns.
#[derive(Clone, Debug)]
pub struct Specification {
    pub(crate) name: Box<str>,
    /// The values of ST01 of the transactions that are read.
    pub(crate) sets: Vec<Box<str>>,
    /// What ST03, or else GS08, has in it; empty where any guide does.
    pub(crate) guides: Vec<Box<str>>,
    /// The distinct steps of all selectors; masks have a bit for each.
    pub(crate) patterns: Vec<Pattern>,
    /// The steps to the segment that gives a row, each the number of a pattern.
    pub(crate) row: Vec<u8>,
    pub(crate) each: Option<Each>,
    pub(crate) columns: Vec<SpecificationColumn>,
}

/// Several rows of one segment: of the elements from `first` to `last`, `step` at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Each {
    pub(crate) first: usize,
    pub(crate) step: usize,
    pub(crate) last: usize,
}

/// A column of a specification.
#[derive(Clone, Debug)]
pub(crate) struct SpecificationColumn {
    pub(crate) name: Box<str>,
    pub(crate) source: Source,
    pub(crate) kind: Kind,
}

impl Specification {
    /// The name of the table.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The values of ST01 of the transactions in the table.
    pub fn sets(&self) -> impl Iterator<Item = &str> {
        self.sets.iter().map(|set| &**set)
    }

    /// The columns: the place of the row, then those of the specification.
    #[must_use]
    pub fn schema(&self) -> Vec<Column> {
        let own = self.columns.iter().map(|column| Column {
            name: column.name.to_string().into(),
            kind: column.kind.column_type(),
        });
        let item = self.each.map(|_| ITEM.clone());
        PLACE.iter().cloned().chain(item).chain(own).collect()
    }

    /// Whether a transaction with this ST01, and this ST03 or else GS08, is read.
    pub(crate) fn is_for(&self, set: &str, version: &str) -> bool {
        self.sets.iter().any(|own| **own == *set)
            && (self.guides.is_empty()
                || self.guides.iter().any(|guide| version.contains(&**guide)))
    }
}
