//! The tables, and the reader of a file's rows.

use std::sync::{Arc, Mutex, PoisonError};

use b2bi_local_x12::{Piece, Reader, Sink, Splitter, Strictness, Validator};

use crate::context::Origin;
use crate::documents;
use crate::elements::{self, ElementRows};
use crate::problems::{self, ProblemRows, ValueProblem};
use crate::schema::{Column, RowSink};
use crate::segments::{self, SegmentRows};
use crate::spec::Specification;
use crate::tracker::Tracker;
use crate::typed::TypedRows;

/// A table from X12 files.
#[derive(Clone, Debug)]
pub enum Table {
    /// A row for each segment, from which the file can be written again.
    Segments,
    /// A row for each value.
    Elements,
    /// A row for each problem that validation finds, and for each value that a table of these
    /// specifications would have null for, because it does not fit its column.
    Problems(Vec<Arc<Specification>>),
    /// A row with the service's JSON for each transaction.
    Documents,
    /// The rows and columns of a specification.
    Typed(Arc<Specification>),
}

impl Table {
    /// The columns.
    #[must_use]
    pub fn schema(&self) -> Vec<Column> {
        match self {
            Self::Segments => segments::COLUMNS.to_vec(),
            Self::Elements => elements::COLUMNS.to_vec(),
            Self::Problems(_) => problems::COLUMNS.to_vec(),
            Self::Documents => documents::COLUMNS.to_vec(),
            Self::Typed(specification) => specification.schema(),
        }
    }

    /// Whether several ranges of a file give the rows of the whole.
    #[must_use]
    pub fn is_of_ranges(&self) -> bool {
        !matches!(self, Self::Problems(_))
    }
}

/// The outcome of reading a file.
#[derive(Debug, Default)]
pub struct TableReport {
    /// The fatal problem that ended the reading, with the envelope's problems before it.
    pub problems: Vec<b2bi_local_x12::Problem>,
    /// The kept values that do not fit their columns.
    pub values: Vec<ValueProblem>,
    /// The number of problems and values that were not kept.
    pub omitted: u64,
}

impl TableReport {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.problems.is_empty() && self.values.is_empty() && self.omitted == 0
    }
}

/// Makes the rows of a table from a file that arrives in pieces.
pub struct TableReader<R> {
    file: Box<str>,
    rows: Inner<R>,
}

enum Inner<R> {
    Segments(Box<Reader<Tracker<SegmentRows<R>>>>),
    Elements(Box<Reader<Tracker<ElementRows<R>>>>),
    Problems(Box<ProblemReader>, R),
    Documents(Box<Documents>, R),
    Typed(Box<Reader<TypedRows<R>>>),
}

/// Validates, and reads the values of specifications.
struct ProblemReader {
    validator: Reader<Validator<'static>>,
    typed: Vec<Reader<TypedRows<()>>>,
}

/// Splits the input, and keeps the transactions that have ended.
struct Documents {
    origin: Origin,
    reader: Reader<Splitter<Pieces>>,
    pieces: Arc<Mutex<Vec<Piece>>>,
}

type Pieces = Box<dyn FnMut(Piece) + Send + Sync>;

impl<R: RowSink> TableReader<R> {
    /// A reader for a file of this name, or for a range of it.
    #[must_use]
    pub fn new(table: &Table, file: &str, origin: Origin, rows: R) -> Self {
        let head = origin.head.clone();
        let is_part = origin.is_part;
        let inner = match table {
            Table::Segments => {
                let tracker = Tracker::new(file, origin, SegmentRows(rows));
                Inner::Segments(Box::new(reader(tracker, is_part)))
            }
            Table::Elements => {
                let tracker = Tracker::new(file, origin, ElementRows(rows));
                Inner::Elements(Box::new(reader(tracker, is_part)))
            }
            Table::Problems(specifications) => {
                Inner::Problems(Box::new(ProblemReader::new(file, specifications)), rows)
            }
            Table::Documents => Inner::Documents(Box::new(Documents::new(origin)), rows),
            Table::Typed(specification) => {
                let typed = TypedRows::new(Arc::clone(specification), file, origin, rows);
                Inner::Typed(Box::new(reader(typed, is_part)))
            }
        };
        let mut reader = Self {
            file: file.into(),
            rows: inner,
        };
        reader.push(&head);
        reader
    }

    /// Reads the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        match &mut self.rows {
            Inner::Segments(reader) => reader.push(bytes),
            Inner::Elements(reader) => reader.push(bytes),
            Inner::Problems(reader, _) => reader.push(bytes),
            Inner::Documents(documents, rows) => {
                documents.reader.push(bytes);
                documents.hand_over(&self.file, rows);
            }
            Inner::Typed(reader) => reader.push(bytes),
        }
    }

    /// The receiver of the rows.
    pub fn rows(&mut self) -> &mut R {
        match &mut self.rows {
            Inner::Segments(reader) => &mut reader.sink().take.0,
            Inner::Elements(reader) => &mut reader.sink().take.0,
            Inner::Problems(_, rows) | Inner::Documents(_, rows) => rows,
            Inner::Typed(reader) => &mut reader.sink().rows,
        }
    }

    /// Ends the file.
    #[must_use]
    pub fn finish(self) -> (R, TableReport) {
        let report = |reading: b2bi_local_x12::ReadReport| TableReport {
            omitted: reading.omitted.count(),
            problems: reading.problems,
            values: Vec::new(),
        };
        match self.rows {
            Inner::Segments(reader) => {
                let (tracker, reading) = reader.finish();
                (tracker.take.0, report(reading))
            }
            Inner::Elements(reader) => {
                let (tracker, reading) = reader.finish();
                (tracker.take.0, report(reading))
            }
            Inner::Problems(reader, mut rows) => {
                let report = reader.finish(&self.file, &mut rows);
                (rows, report)
            }
            Inner::Documents(documents, mut rows) => {
                let reading = documents.finish(&self.file, &mut rows);
                (rows, report(reading))
            }
            Inner::Typed(reader) => {
                let (typed, reading) = reader.finish();
                let omitted = typed.omitted.saturating_add(reading.omitted.count());
                let report = TableReport {
                    problems: reading.problems,
                    values: typed.problems,
                    omitted,
                };
                (typed.rows, report)
            }
        }
    }
}

/// A reader of a file, or of one of its ranges.
fn reader<S: Sink>(sink: S, is_part: bool) -> Reader<S> {
    let reader = Reader::new(sink);
    if is_part {
        reader.not_wrapped()
    } else {
        reader
    }
}

impl ProblemReader {
    fn new(file: &str, specifications: &[Arc<Specification>]) -> Self {
        let validator = Validator::new(Strictness::Attested, None).guided();
        let typed = specifications.iter().map(|specification| {
            let rows = TypedRows::new(Arc::clone(specification), file, Origin::default(), ());
            Reader::new(rows)
        });
        Self {
            validator: Reader::new(validator),
            typed: typed.collect(),
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.validator.push(bytes);
        for reader in &mut self.typed {
            reader.push(bytes);
        }
    }

    fn finish(self, file: &str, rows: &mut impl RowSink) -> TableReport {
        let (validator, _) = self.validator.finish();
        let validation = validator.finish();
        let mut rows = ProblemRows { file, rows };
        for problem in &validation.problems {
            rows.problem(problem);
        }
        rows.omitted(validation.omitted.count(), "problems");
        let mut report = TableReport::default();
        for reader in self.typed {
            let (typed, _) = reader.finish();
            typed.problems.iter().for_each(|value| rows.value(value));
            rows.omitted(typed.omitted, "values");
            report.values.extend(typed.problems);
        }
        report.omitted = validation.omitted.count();
        report.problems = validation.problems;
        report
    }
}

impl Documents {
    fn new(origin: Origin) -> Self {
        let pieces = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&pieces);
        let take: Pieces = Box::new(move |piece| {
            let mut pieces = into.lock().unwrap_or_else(PoisonError::into_inner);
            pieces.push(piece);
        });
        let reader = reader(Splitter::new(take), origin.is_part);
        Self {
            origin,
            reader,
            pieces,
        }
    }

    fn hand_over(&self, file: &str, rows: &mut impl RowSink) {
        let mut pieces = self.pieces.lock().unwrap_or_else(PoisonError::into_inner);
        for piece in pieces.drain(..) {
            documents::row(file, &self.origin, &piece, rows);
        }
    }

    fn finish(self, file: &str, rows: &mut impl RowSink) -> b2bi_local_x12::ReadReport {
        let (_, reading) = self.reader.finish();
        let mut pieces = self.pieces.lock().unwrap_or_else(PoisonError::into_inner);
        for piece in pieces.drain(..) {
            documents::row(file, &self.origin, &piece, rows);
        }
        reading
    }
}
