//! Checks whether a file is accepted.

use b2bi_local_x12::{Problem, ReadReport};

use super::{Conversion, EdiError};

/// The maximum number of problems in the reason of a failed job.
const REASONS: usize = 20;

/// Why a file is rejected.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RejectError {
    /// It cannot be read to its end.
    #[error("{0}")]
    Unreadable(String),
    /// It contains transactions of another set or version.
    #[error("{0}")]
    Other(#[source] EdiError),
    /// Its envelope is rejected.
    #[error("{0}")]
    Envelope(String),
}

/// Checks whether a file is accepted: the headers and trailers of its interchanges and groups are in
/// order.
///
/// Problems of transactions are reported and acknowledged, and the file is accepted anyway.
///
/// Source: Assumption A-60.
///
/// # Errors
///
/// The reason if it is not.
pub(crate) fn check_file(
    reading: &ReadReport,
    problems: &[Problem],
    conversion: &Conversion,
) -> Result<(), RejectError> {
    let fatal = reading.fatal();
    let reasons: Vec<String> = problems
        .iter()
        .filter(|problem| problem.rejects_file())
        .filter(|problem| Some(*problem) != fatal)
        .take(REASONS)
        .chain(fatal)
        .map(ToString::to_string)
        .collect();
    if fatal.is_some() {
        return Err(RejectError::Unreadable(reasons.join("; ")));
    }
    let other = conversion.selection.check(&reading.contents).err();
    if reasons.is_empty() {
        return other.map_or(Ok(()), |error| Err(RejectError::Other(error)));
    }
    let other = other.map(|error| error.to_string());
    let reasons: Vec<String> = reasons.into_iter().chain(other).collect();
    Err(RejectError::Envelope(reasons.join("; ")))
}

/// Refuses to split a file of more than `limit` transactions.
pub(crate) fn check_transactions(count: usize, limit: usize) -> Result<(), EdiError> {
    if count <= limit {
        return Ok(());
    }
    Err(EdiError::ManyTransactions { count, limit })
}
