//! The table `documents`: the service's JSON document of each transaction.

use std::sync::Arc;

use b2bi_local_x12::{
    Isa, JsonWriter, Layout, LoopKey, Piece, Place, Position, Segment, Set, Sink, read,
};

use crate::context::{Context, Origin};
use crate::schema::ColumnType::{Code, Integer, Long, Text};
use crate::schema::{Column, RowSink, Value};

/// The columns of the table.
pub(crate) const COLUMNS: [Column; 8] = [
    Column::new("file", Code),
    Column::new("interchange_number", Integer),
    Column::new("group_number", Integer),
    Column::new("transaction_number", Integer),
    Column::new("transaction_set", Code),
    Column::new("version", Code),
    Column::new("byte_offset", Long),
    Column::new("document", Text),
];

/// Makes the row of one transaction from the interchange that has only it.
pub(crate) fn row(file: &str, origin: &Origin, piece: &Piece, rows: &mut impl RowSink) {
    let writer = JsonWriter::new(Layout::Compact, piece.bytes.len().saturating_mul(8));
    let ((writer, header), _) = read(&piece.bytes, (writer, Header::default()));
    let position = origin.place(&piece.position);
    let document = writer.finish();
    rows.row(&[
        file.into(),
        position.interchange.into(),
        position.group.into(),
        position.transaction.into(),
        Value::filled(header.set.as_bytes()),
        Value::filled(header.version.as_bytes()),
        position.byte.into(),
        Value::text(&document),
    ]);
}

/// The set and the version of the first transaction.
#[derive(Default)]
struct Header {
    context: Context,
    set: String,
    version: String,
}

impl Sink for Header {
    fn interchange(&mut self, _: &Isa, _: &Position) {}
    fn group(&mut self, gs: &Segment<'_>, _: &Position) {
        self.context.group(gs);
    }
    fn transaction(&mut self, st: &Segment<'_>, _: Option<&Arc<Set>>, _: &Position) {
        self.context.transaction(st);
        self.set.clone_from(&self.context.set);
        self.version.clone_from(&self.context.version);
    }
    fn open(&mut self, _: LoopKey<'_>, _: &Position) {}
    fn segment(&mut self, _: &Segment<'_>, _: Place, _: &Position) {}
    fn close(&mut self, _: &Position) {}
    fn transaction_end(&mut self, _: &Segment<'_>, _: &Position) {}
    fn group_end(&mut self, _: &Segment<'_>, _: &Position) {}
    fn interchange_end(&mut self, _: &Segment<'_>, _: &Position) {}
}
