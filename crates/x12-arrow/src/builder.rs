//! Builds a record batch from rows.

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use b2bi_local_x12_tables::{Table, Value};

use crate::columns::ColumnBuilder;
use crate::{BATCH_ROWS, schema};

/// The bytes of text in a batch from which on it is full, however few rows it has.
const BATCH_BYTES: usize = 16 << 20;

/// Builds batches, one after the other.
pub(crate) struct BatchBuilder {
    schema: SchemaRef,
    columns: Vec<ColumnBuilder>,
    rows: usize,
    bytes: usize,
}

impl BatchBuilder {
    pub(crate) fn new(table: &Table) -> Self {
        let columns = table.schema();
        Self {
            schema: schema(table),
            columns: columns.iter().map(ColumnBuilder::new).collect(),
            rows: 0,
            bytes: 0,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    pub(crate) fn is_full(&self) -> bool {
        self.rows >= BATCH_ROWS || self.bytes >= BATCH_BYTES
    }

    pub(crate) fn row(&mut self, row: &[Value<'_>]) {
        for (column, value) in self.columns.iter_mut().zip(row) {
            self.bytes = self.bytes.saturating_add(column.push(value));
        }
        self.rows = self.rows.saturating_add(1);
    }

    /// Takes the rows so far as a batch.
    pub(crate) fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        (self.rows, self.bytes) = (0, 0);
        let arrays = self.columns.iter_mut().map(ColumnBuilder::take);
        let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
        RecordBatch::try_new(self.schema.clone(), arrays)
    }
}
