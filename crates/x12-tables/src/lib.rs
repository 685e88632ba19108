//! X12 as tables: rows of segments, elements, problems, documents and custom columns.
//!
//! A [`TableReader`] takes a file in pieces and passes rows to a [`RowSink`]. Nothing fails on
//! input: problems of a file are in the [`TableReport`], and in the rows of [`Table::Problems`].
//!
//! ```
//! use b2bi_local_x12_tables::{Origin, Table, TableReader, Value};
//!
//! let mut count = 0;
//! let rows = |_: &[Value<'_>]| count += 1;
//! let mut reader = TableReader::new(&Table::Segments, "a.edi", Origin::default(), rows);
//! reader.push(b"not an interchange");
//! let (_, report) = reader.finish();
//! assert_eq!(report.problems.len(), 1);
//! assert_eq!(count, 0);
//! ```

mod context;
mod documents;
mod elements;
mod generate;
mod problems;
mod ranges;
mod schema;
mod segments;
mod shipped;
mod spec;
mod table;
mod tracker;
mod typed;
mod writer;

pub use b2bi_local_x12::Position;
pub use context::Origin;
pub use generate::{generated_specification, specification_of_set};
pub use problems::ValueProblem;
pub use ranges::{Range, RangeFinder};
pub use schema::{Column, ColumnType, Elements, RowSink, Value};
pub use shipped::{shipped_specification, specification_names, table_names};
pub use spec::{Specification, SpecificationError};
pub use table::{Table, TableReader, TableReport};
pub use writer::{RowFormat, RowWriter};
