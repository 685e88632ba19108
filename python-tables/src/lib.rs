//! X12 as tables for Python: streams of Arrow batches.

mod error;
mod rows;
mod source;
mod table;

use pyo3::prelude::*;

/// The native part of the package `b2bi_local_tables`.
#[pymodule]
mod _native {
    #[pymodule_export]
    use super::error::TableError;
    #[pymodule_export]
    use super::rows::{Batch, Rows};
    #[pymodule_export]
    use super::source::ranges;
    #[pymodule_export]
    use super::table::{Table, specification, table_names};
}
