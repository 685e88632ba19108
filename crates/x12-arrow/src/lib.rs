//! X12 as Arrow record batches.
//!
//! A [`BatchReader`] takes a file in pieces and gives its rows in batches of bounded size.

mod builder;
mod columns;

use std::collections::VecDeque;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use b2bi_local_x12_tables::{
    Column, ColumnType, Origin, RowSink, Table, TableReader, TableReport, Value,
};

use builder::BatchBuilder;

/// The number of rows in a batch, except for the last.
pub(crate) const BATCH_ROWS: usize = 1 << 16;

/// The Arrow schema of a table.
#[must_use]
pub fn schema(table: &Table) -> SchemaRef {
    let fields = table.schema();
    let fields = fields.iter().map(field).collect::<Vec<_>>();
    Arc::new(Schema::new(fields))
}

fn field(column: &Column) -> Field {
    Field::new(column.name.to_string(), data_type(column.kind), true)
}

fn data_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Text => DataType::Utf8,
        ColumnType::Code => {
            DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
        }
        ColumnType::Integer => DataType::Int32,
        ColumnType::Long => DataType::Int64,
        ColumnType::Decimal(scale) => {
            DataType::Decimal128(18, i8::try_from(scale).unwrap_or_default())
        }
        ColumnType::Date => DataType::Date32,
        ColumnType::TextList => DataType::List(Arc::new(Field::new("item", DataType::Utf8, false))),
    }
}

/// Gives the rows of a table in batches.
pub struct BatchReader {
    reader: TableReader<Batches>,
}

impl BatchReader {
    /// A reader for a file of this name, or for a range of it.
    #[must_use]
    pub fn new(table: &Table, file: &str, origin: Origin) -> Self {
        let batches = Batches {
            builder: BatchBuilder::new(table),
            ready: VecDeque::new(),
        };
        Self {
            reader: TableReader::new(table, file, origin, batches),
        }
    }

    /// Reads the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.reader.push(bytes);
    }

    /// Takes a full batch out, if there is one.
    ///
    /// # Errors
    ///
    /// A column exceeds the maximum size in Arrow.
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        self.reader.rows().ready.pop_front().transpose()
    }

    /// Ends the file: the batches that are left, and the problems.
    #[must_use]
    pub fn finish(self) -> (VecDeque<Result<RecordBatch, ArrowError>>, TableReport) {
        let (mut batches, report) = self.reader.finish();
        if !batches.builder.is_empty() {
            batches.end_batch();
        }
        (batches.ready, report)
    }
}

/// Collects rows, and keeps full batches.
struct Batches {
    builder: BatchBuilder,
    ready: VecDeque<Result<RecordBatch, ArrowError>>,
}

impl Batches {
    fn end_batch(&mut self) {
        self.ready.push_back(self.builder.take());
    }
}

impl RowSink for Batches {
    fn row(&mut self, row: &[Value<'_>]) {
        self.builder.row(row);
        if self.builder.is_full() {
            self.end_batch();
        }
    }
}
