//! The stream of batches, and one batch.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::ffi::{FFI_ArrowSchema, to_ffi};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{Array as _, RecordBatch, RecordBatchReader, StructArray};
use arrow_schema::{ArrowError, SchemaRef};
use b2bi_local_x12_arrow::{BatchReader, schema};
use b2bi_local_x12_tables::Table as Kind;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyIterator};

use crate::error::{Found, TableError};
use crate::source::{Opened, Source};
use crate::table::Table;

/// The most problems that are kept of all files together.
const PROBLEM_LIMIT: usize = 100_000;

type Problems = Arc<Mutex<Vec<Found>>>;
type Capsule<'py> = Bound<'py, PyCapsule>;

/// A stream of batches: it can be read once.
#[pyclass(module = "b2bi_local_tables._native")]
pub(crate) struct Rows {
    schema: SchemaRef,
    stream: Option<Stream>,
    problems: Problems,
}

/// Reads one source after the other.
struct Stream {
    table: Kind,
    schema: SchemaRef,
    /// A Python iterator of sources.
    sources: Py<PyIterator>,
    current: Option<Current>,
    ready: VecDeque<Result<RecordBatch, ArrowError>>,
    problems: Problems,
    raises: bool,
    chunk: Vec<u8>,
    has_ended: bool,
}

struct Current {
    name: String,
    source: Source,
    reader: BatchReader,
}

/// One batch of rows.
#[pyclass(frozen, module = "b2bi_local_tables._native")]
pub(crate) struct Batch(RecordBatch);

#[pymethods]
impl Rows {
    /// The rows of a table from these sources, an iterable of (kind, name, object).
    #[new]
    fn new(table: &Table, sources: &Bound<'_, PyAny>, raises: bool) -> PyResult<Self> {
        let schema = schema(&table.0);
        let problems = Problems::default();
        let stream = Stream {
            table: table.0.clone(),
            schema: schema.clone(),
            sources: sources.try_iter()?.unbind(),
            current: None,
            ready: VecDeque::new(),
            problems: problems.clone(),
            raises,
            chunk: Vec::new(),
            has_ended: false,
        };
        Ok(Self {
            schema,
            stream: Some(stream),
            problems,
        })
    }

    /// The names of the columns.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        let fields = self.schema.fields().iter();
        fields.map(|field| field.name().clone()).collect()
    }

    /// The problems found so far.
    #[getter]
    fn problems<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        let problems = problems.clone();
        problems.iter().map(|found| found.to_dict(py)).collect()
    }

    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__(&mut self) -> PyResult<Option<Batch>> {
        let Some(stream) = &mut self.stream else {
            return Err(taken());
        };
        match stream.next() {
            None => Ok(None),
            Some(Ok(batch)) => Ok(Some(Batch(batch))),
            Some(Err(ArrowError::ExternalError(error))) => match error.downcast::<PyErr>() {
                Ok(error) => Err(*error),
                Err(error) => Err(TableError::new_err(error.to_string())),
            },
            Some(Err(error)) => Err(TableError::new_err(error.to_string())),
        }
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Capsule<'py>> {
        schema_capsule(py, &self.schema)
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &mut self,
        py: Python<'py>,
        requested_schema: Option<Py<PyAny>>,
    ) -> PyResult<Capsule<'py>> {
        // The protocol lets a producer ignore the schema that is requested.
        drop(requested_schema);
        let stream = self.stream.take().ok_or_else(taken)?;
        let stream = FFI_ArrowArrayStream::new(Box::new(stream));
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }
}

fn taken() -> PyErr {
    PyRuntimeError::new_err("the rows have been read already; call the function again")
}

fn schema_capsule<'py>(py: Python<'py>, schema: &SchemaRef) -> PyResult<Capsule<'py>> {
    let schema = FFI_ArrowSchema::try_from(schema.as_ref())
        .map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
    PyCapsule::new_with_value(py, schema, c"arrow_schema")
}

#[pymethods]
impl Batch {
    /// How many rows there are.
    #[getter]
    fn num_rows(&self) -> usize {
        self.0.num_rows()
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Capsule<'py>> {
        schema_capsule(py, self.0.schema_ref())
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Py<PyAny>>,
    ) -> PyResult<(Capsule<'py>, Capsule<'py>)> {
        drop(requested_schema);
        let array = StructArray::from(self.0.clone());
        let (array, schema) =
            to_ffi(&array.to_data()).map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
        Ok((
            PyCapsule::new_with_value(py, schema, c"arrow_schema")?,
            PyCapsule::new_with_value(py, array, c"arrow_array")?,
        ))
    }
}

impl Stream {
    /// Opens the next source; false when there is none.
    fn open(&mut self) -> PyResult<bool> {
        Python::attach(|py| {
            let mut sources = self.sources.bind(py).clone();
            let Some(description) = sources.next().transpose()? else {
                return Ok(false);
            };
            let opened = Opened::new(&description)?;
            self.current = Some(Current {
                reader: BatchReader::new(&self.table, &opened.name, opened.origin),
                source: opened.source,
                name: opened.name,
            });
            Ok(true)
        })
    }

    /// Reads on until there are batches or the sources end.
    fn advance(&mut self) -> Result<(), ArrowError> {
        while self.ready.is_empty() && !self.has_ended {
            let Some(mut current) = self.current.take() else {
                let opened = self.open().map_err(external)?;
                self.has_ended = !opened;
                continue;
            };
            let read = current.source.read(&mut self.chunk);
            read.map_err(|error| external(format!("{}: {error}", current.name)))?;
            if self.chunk.is_empty() {
                let (ready, report) = current.reader.finish();
                self.ready = ready;
                self.note(Found::of(&current.name, &report))?;
                continue;
            }
            current.reader.push(&self.chunk);
            while let Some(batch) = current.reader.next_batch()? {
                self.ready.push_back(Ok(batch));
            }
            self.current = Some(current);
        }
        Ok(())
    }

    /// Keeps the problems of a file, or ends with the first.
    fn note(&mut self, found: Vec<Found>) -> Result<(), ArrowError> {
        if let Some(first) = found.first().filter(|_| self.raises) {
            self.has_ended = true;
            self.ready.clear();
            return Err(external(first.text()));
        }
        let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        let room = PROBLEM_LIMIT.saturating_sub(problems.len());
        problems.extend(found.into_iter().take(room));
        Ok(())
    }
}

fn external(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ArrowError {
    ArrowError::ExternalError(error.into())
}

impl Iterator for Stream {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        // Who asks may hold Python's lock: others are to run meanwhile.
        let advanced = Python::attach(|py| py.detach(|| self.advance()));
        if let Err(error) = advanced {
            self.has_ended = true;
            self.current = None;
            return Some(Err(error));
        }
        self.ready.pop_front()
    }
}

impl RecordBatchReader for Stream {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}
