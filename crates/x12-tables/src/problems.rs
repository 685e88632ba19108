//! The table `problems`: what validation finds, and values that do not fit the columns of a table.

use b2bi_local_x12::{Position, Problem, Severity};

use crate::schema::ColumnType::{Code, Integer, Long, Text};
use crate::schema::{Column, RowSink, Value};

/// The columns of the table.
pub(crate) const COLUMNS: [Column; 14] = [
    Column::new("file", Code),
    Column::new("interchange_number", Integer),
    Column::new("group_number", Integer),
    Column::new("transaction_number", Integer),
    Column::new("segment_number", Integer),
    Column::new("byte_offset", Long),
    Column::new("line", Integer),
    Column::new("segment_id", Code),
    Column::new("element", Integer),
    Column::new("repetition", Integer),
    Column::new("component", Integer),
    Column::new("kind", Code),
    Column::new("is_fatal", Integer),
    Column::new("message", Text),
];

/// The kind of the row that counts the problems that are not listed.
const OMITTED: &str = "omitted";
/// The kind of the row for a value that does not fit its column.
const VALUE: &str = "value-not-of-type";

/// A value that does not fit the type of its column, which has null instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueProblem {
    /// The place of the value in the file.
    pub position: Position,
    /// The segment.
    pub segment: Box<str>,
    /// The problem.
    pub message: Box<str>,
}

struct Row<'a> {
    position: &'a Position,
    segment: &'a str,
    kind: &'static str,
    is_fatal: bool,
    message: &'a str,
}

/// Makes the rows of one file.
pub(crate) struct ProblemRows<'a, R> {
    pub(crate) file: &'a str,
    pub(crate) rows: &'a mut R,
}

impl<R: RowSink> ProblemRows<'_, R> {
    pub(crate) fn problem(&mut self, problem: &Problem) {
        self.row(&Row {
            position: &problem.position,
            segment: &problem.segment,
            kind: problem.kind.name(),
            is_fatal: problem.severity() == Severity::Fatal,
            message: &problem.message().to_string(),
        });
    }

    pub(crate) fn value(&mut self, problem: &ValueProblem) {
        self.row(&Row {
            position: &problem.position,
            segment: &problem.segment,
            kind: VALUE,
            is_fatal: false,
            message: &problem.message,
        });
    }

    /// A row for the problems that are counted and not listed.
    pub(crate) fn omitted(&mut self, count: u64, what: &str) {
        if count > 0 {
            self.row(&Row {
                position: &Position::default(),
                segment: "",
                kind: OMITTED,
                is_fatal: false,
                message: &format!("{count} more {what} are not listed"),
            });
        }
    }

    fn row(&mut self, row: &Row<'_>) {
        let at = row.position;
        let place = |number: u16| match number {
            0 => Value::Null,
            number => u32::from(number).into(),
        };
        self.rows.row(&[
            self.file.into(),
            at.interchange.into(),
            at.group.into(),
            at.transaction.into(),
            at.segment.into(),
            at.byte.into(),
            at.line.into(),
            Value::filled(row.segment.as_bytes()),
            place(at.element),
            place(at.repetition),
            place(at.component),
            row.kind.into(),
            u32::from(row.is_fatal).into(),
            row.message.into(),
        ]);
    }
}
