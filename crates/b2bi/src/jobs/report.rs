//! The validation report of a file.

use b2bi_local_x12::Validation;

use crate::wording::Wording;

/// The number of errors in a log record.
///
/// Source: the service's documentation of its logs.
const SHOWN: usize = 5;
/// The prefix of a line with an error.
const MARK: &str = "*** ";

/// A written report, and its summary for log records.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// Empty if there are no problems.
    pub(super) text: String,
    /// The first errors, and how many there are.
    pub(super) summary: String,
}

impl Report {
    /// The report of a validation, with the texts of the configured wording.
    pub(super) fn of(validation: &Validation, wording: Option<&Wording>) -> Self {
        let text = validation.report();
        if text.is_empty() {
            return Self::default();
        }
        let mut first = Vec::new();
        let mut worded = String::with_capacity(text.len());
        for line in text.lines() {
            let changed = wording.and_then(|wording| wording.line(line));
            let changed = changed.as_deref().unwrap_or(line);
            worded.push_str(changed);
            worded.push('\n');
            if first.len() < SHOWN && line.trim_start().starts_with(MARK) {
                let error = changed.trim_start();
                first.push(error.strip_prefix(MARK).unwrap_or(error).to_owned());
            }
        }
        let (errors, total) = (first.join(", "), validation.total());
        Self {
            text: worded,
            summary: format!("First {SHOWN} validation errors: [{errors}] Total errors: {total}"),
        }
    }
}
