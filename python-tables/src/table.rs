//! Which table is made.

use b2bi_local_x12_tables::Table as Kind;
use pyo3::prelude::*;

use crate::error::TableError;

/// A table: its columns, and how its rows are found.
#[pyclass(frozen, module = "b2bi_local_tables._native")]
pub(crate) struct Table(pub(crate) Kind);

#[pymethods]
impl Table {
    /// The table of a name such as `segments` or `835.claims`; None where there is none.
    #[staticmethod]
    fn named(name: &str) -> Option<Self> {
        Kind::named(name).map(Self)
    }

    /// The table of a specification in TOML.
    #[staticmethod]
    #[pyo3(signature = (text, name=None))]
    fn of_specification(text: &str, name: Option<&str>) -> PyResult<Self> {
        let table = Kind::of_specification(text, name);
        table
            .map(Self)
            .map_err(|error| TableError::new_err(format!("specification: {error}")))
    }

    /// The table of problems, with the values that do not fit this table.
    fn problems(&self) -> Self {
        Self(self.0.clone().with_its_problems())
    }

    /// Whether several ranges of a file give the rows of the whole.
    fn is_of_ranges(&self) -> bool {
        self.0.is_of_ranges()
    }

    /// The names of the columns.
    fn column_names(&self) -> Vec<String> {
        let columns = self.0.schema();
        columns
            .iter()
            .map(|column| column.name.to_string())
            .collect()
    }
}

/// The names of all tables that come with the package.
#[pyfunction]
pub(crate) fn table_names() -> Vec<String> {
    b2bi_local_x12_tables::table_names()
}

/// The text of a specification: one that comes with the package, such as `835`, or one that is
/// generated for a set and a version, such as `X12_204` and `VERSION_4010`.
#[pyfunction]
#[pyo3(signature = (name, version=None))]
pub(crate) fn specification(name: &str, version: Option<&str>) -> PyResult<String> {
    let Some(version) = version else {
        let text = b2bi_local_x12_tables::shipped_specification(name).map(str::to_owned);
        return text.ok_or_else(|| {
            let names: Vec<_> = b2bi_local_x12_tables::specification_names().collect();
            let names = names.join(", ");
            TableError::new_err(format!(
                "there is no specification {name}; there are {names}, and with a version those of each set"
            ))
        });
    };
    let text = b2bi_local_x12_tables::specification_of_set(name, version);
    text.ok_or_else(|| TableError::new_err(format!("{version} has no transaction set {name}")))
}
