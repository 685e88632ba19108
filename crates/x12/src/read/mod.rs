//! Reading: from bytes to the calls of a [`Sink`].

mod contents;
mod envelope;
mod levels;
mod lexer;
mod lines;
mod pair;
mod parallel;
mod placement;
mod reader;
mod sink;
mod state;
mod transactions;

pub(crate) use lines::LineUnwrapper;
pub use parallel::{ParallelReader, ParallelSink};
pub use reader::Reader;
pub use sink::{Fit, LoopKey, Place, Sink};

use crate::tables::Version;
use crate::{Delimiters, Omitted, Problem, Severity};

/// The result of reading an input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadReport {
    /// The kept problems of the envelope, in the order of the input.
    pub problems: Vec<Problem>,
    /// The problems of the envelope that were not kept.
    pub omitted: Omitted,
    /// The kept notes about tolerated problems.
    pub notes: Vec<Problem>,
    /// The kinds of transaction, in the order of their first occurrence.
    ///
    /// Beyond a thousand kinds, only the first of each set with a table is listed; the last entry,
    /// without names, counts the transactions of the others.
    pub contents: Vec<TransactionKind>,
    /// The delimiters of the first interchange.
    pub delimiters: Option<Delimiters>,
    /// The number of interchanges that began.
    pub interchanges: u32,
    /// The line of the last segment; 0 in a file that is wrapped at a length.
    pub last_line: u32,
}

/// A kind of transaction that occurs in an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionKind {
    /// The version in GS08, if it has tables.
    pub version: Option<Version>,
    /// GS08.
    pub group_version: Box<str>,
    /// ST01.
    pub set: Box<str>,
    /// The number of such transactions.
    pub transactions: u64,
}

impl ReadReport {
    /// The number of problems in the envelope, kept or not.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.omitted
            .count()
            .saturating_add(self.problems.len() as u64)
    }

    /// The problem that ended the reading.
    #[must_use]
    pub fn fatal(&self) -> Option<&Problem> {
        self.problems
            .iter()
            .find(|problem| problem.severity() == Severity::Fatal)
    }
}

/// Reads a whole input into `sink`.
pub fn read<S: Sink>(input: &[u8], sink: S) -> (S, ReadReport) {
    let mut reader = Reader::new(sink);
    reader.push(input);
    reader.finish()
}
