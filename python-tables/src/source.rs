//! Where bytes come from, and the ranges of a file.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Take};

use b2bi_local_x12_tables::{Origin, RangeFinder};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

use crate::error::TableError;

/// How much is read at once.
const CHUNK: usize = 1 << 20;

/// A range of a file as Python has it: the path, the end, and the fields of [`Origin`].
type RangeFields = (String, u64, Vec<u8>, u64, u32, u32, u32, u32);

/// A file that is being read.
pub(crate) enum Source {
    File(Take<File>),
    Bytes(PyBackedBytes, usize),
    /// A Python object with the method `read`.
    Object(Py<PyAny>),
}

/// A file to read, its name, and where in it to begin.
pub(crate) struct Opened {
    pub(crate) source: Source,
    pub(crate) name: String,
    pub(crate) origin: Origin,
}

impl Opened {
    /// The source that Python describes: a kind, a name and an object.
    pub(crate) fn new(description: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (kind, name, object): (String, String, Bound<'_, PyAny>) = description.extract()?;
        let mut origin = Origin::default();
        let source = match kind.as_str() {
            "path" => Source::File(open(&object.extract::<String>()?, 0, u64::MAX)?),
            "bytes" => Source::Bytes(object.extract()?, 0),
            "object" => Source::Object(object.unbind()),
            "range" => {
                let fields: RangeFields = object.extract()?;
                let (path, end, head, byte, ..) = &fields;
                let file = open(path, *byte, end.saturating_sub(*byte))?;
                let size = file.get_ref().metadata().map_or(*end, |facts| facts.len());
                let (.., interchange, group, transaction, segment_in_interchange) = fields;
                origin = Origin {
                    head: head.clone(),
                    byte: *byte,
                    interchange,
                    group,
                    transaction,
                    segment_in_interchange,
                    is_part: !head.is_empty() || *end < size,
                };
                Source::File(file)
            }
            _ => {
                return Err(PyTypeError::new_err(format!(
                    "{kind} is not a kind of source"
                )));
            }
        };
        Ok(Self {
            source,
            name,
            origin,
        })
    }
}

/// Opens a file for its bytes from `from` on, at most `length` of them.
fn open(path: &str, from: u64, length: u64) -> PyResult<Take<File>> {
    let failed = |error| TableError::new_err(format!("{path} cannot be read: {error}"));
    let mut file = File::open(path).map_err(failed)?;
    if from > 0 {
        file.seek(SeekFrom::Start(from)).map_err(failed)?;
    }
    Ok(file.take(length))
}

impl Source {
    /// Reads the next bytes into `chunk`, which stays empty at the end.
    pub(crate) fn read(&mut self, chunk: &mut Vec<u8>) -> Result<(), String> {
        chunk.clear();
        match self {
            Self::File(file) => {
                let mut part = file.by_ref().take(CHUNK as u64);
                part.read_to_end(chunk).map_err(|error| error.to_string())?;
            }
            Self::Bytes(bytes, at) => {
                let rest = bytes.get(*at..).unwrap_or_default();
                let part = rest.get(..CHUNK).unwrap_or(rest);
                chunk.extend_from_slice(part);
                *at = at.saturating_add(part.len());
            }
            Self::Object(object) => Python::attach(|py| {
                let part = object.call_method1(py, "read", (CHUNK,));
                let part = part.and_then(|part| {
                    let bytes: PyBackedBytes = part.extract(py).map_err(|_| {
                        PyTypeError::new_err("read() gives no bytes; open the file with \"rb\"")
                    })?;
                    Ok(bytes)
                });
                part.map(|part| chunk.extend_from_slice(&part))
                    .map_err(|error| error.to_string())
            })?,
        }
        Ok(())
    }
}

/// The ranges of a file, each of about `size` bytes, as tuples.
#[pyfunction]
pub(crate) fn ranges(py: Python<'_>, path: &str, size: u64) -> PyResult<Vec<RangeFields>> {
    let found = py.detach(|| {
        let mut file = File::open(path)?;
        let mut finder = RangeFinder::new(size);
        let mut chunk = Vec::with_capacity(CHUNK);
        loop {
            chunk.clear();
            file.by_ref().take(CHUNK as u64).read_to_end(&mut chunk)?;
            if chunk.is_empty() {
                return Ok(finder.finish());
            }
            finder.push(&chunk);
        }
    });
    let found = found.map_err(|error: std::io::Error| {
        TableError::new_err(format!("{path} cannot be read: {error}"))
    })?;
    let fields = found.into_iter().map(|range| {
        let origin = range.origin;
        (
            path.to_owned(),
            range.end,
            origin.head,
            origin.byte,
            origin.interchange,
            origin.group,
            origin.transaction,
            origin.segment_in_interchange,
        )
    });
    Ok(fields.collect())
}
