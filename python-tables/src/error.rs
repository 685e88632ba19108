//! The exception of the package.

use b2bi_local_x12_tables::Position;
use b2bi_local_x12_tables::TableReport;
use pyo3::create_exception;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

create_exception!(
    b2bi_local_tables,
    TableError,
    PyValueError,
    "A file that cannot be read, a specification that cannot be used, or a problem where errors are to be raised."
);

/// One problem of a file, as a row of the list `problems`.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) file: String,
    pub(crate) interchange: u32,
    pub(crate) group: u32,
    pub(crate) transaction: u32,
    pub(crate) segment: u32,
    pub(crate) byte: u64,
    pub(crate) kind: &'static str,
    pub(crate) message: String,
}

impl Found {
    /// The problems of a file.
    pub(crate) fn of(file: &str, report: &TableReport) -> Vec<Self> {
        let new = |position: &_, kind, message| Self::new(file, position, kind, message);
        let problems = report.problems.iter().map(|problem| {
            let message = problem.message().to_string();
            new(&problem.position, problem.kind.name(), message)
        });
        let values = report.values.iter().map(|value| {
            new(
                &value.position,
                "value-not-of-type",
                value.message.to_string(),
            )
        });
        let mut found: Vec<Self> = problems.chain(values).collect();
        if report.omitted > 0 {
            let message = format!("{} more problems are not listed", report.omitted);
            found.push(new(&Position::default(), "omitted", message));
        }
        found
    }

    fn new(file: &str, position: &Position, kind: &'static str, message: String) -> Self {
        Self {
            file: file.to_owned(),
            interchange: position.interchange,
            group: position.group,
            transaction: position.transaction,
            segment: position.segment,
            byte: position.byte,
            kind,
            message,
        }
    }

    /// The problem as a dict with the names of the columns of the table `problems`.
    pub(crate) fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let found = PyDict::new(py);
        found.set_item("file", &self.file)?;
        found.set_item("interchange_number", self.interchange)?;
        found.set_item("group_number", self.group)?;
        found.set_item("transaction_number", self.transaction)?;
        found.set_item("segment_number", self.segment)?;
        found.set_item("byte_offset", self.byte)?;
        found.set_item("kind", self.kind)?;
        found.set_item("message", &self.message)?;
        Ok(found)
    }

    /// The file and the place, then what is wrong.
    pub(crate) fn text(&self) -> String {
        let Self {
            file,
            interchange,
            transaction,
            segment,
            byte,
            message,
            ..
        } = self;
        if *transaction == 0 {
            return format!("{file}: byte {byte}: {message}");
        }
        format!(
            "{file}: segment {segment} of transaction {transaction} in interchange {interchange}, byte {byte}: {message}"
        )
    }
}
