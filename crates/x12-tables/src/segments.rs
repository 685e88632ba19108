//! The table `segments`: a row for each segment, from which the file can be written again.

use b2bi_local_x12::{Position, decode};

use crate::context::{Context, Loops};
use crate::schema::ColumnType::{Code, Integer, Long, TextList};
use crate::schema::{Column, RowSink, Value};
use crate::tracker::{Part, SegmentSink, row};

const WIDTH: usize = 15;

/// The columns of the table.
pub(crate) const COLUMNS: [Column; WIDTH] = [
    Column::new("file", Code),
    Column::new("interchange_number", Integer),
    Column::new("group_number", Integer),
    Column::new("transaction_number", Integer),
    Column::new("transaction_set", Code),
    Column::new("version", Code),
    Column::new("segment_number", Integer),
    Column::new("byte_offset", Long),
    Column::new("loop_path", Code),
    Column::new("loop_occurrence", Integer),
    Column::new("loop_segment_number", Integer),
    Column::new("parent_segment_number", Integer),
    Column::new("delimiters", Code),
    Column::new("segment_id", Code),
    Column::new("elements", TextList),
];

/// Makes the rows.
pub(crate) struct SegmentRows<R>(pub(crate) R);

impl<R: RowSink> SegmentSink for SegmentRows<R> {
    #[inline]
    fn take(&mut self, context: &Context, loops: &Loops, position: &Position, part: Part<'_>) {
        let (id, elements) = part.split();
        let own = [
            Value::from(&*context.delimiters),
            Value::Text(decode(id)),
            Value::Texts(&elements),
        ];
        let row: [Value<'_>; WIDTH] = row(context, loops, position, own);
        self.0.row(&row);
    }
}
