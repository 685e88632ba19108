//! The errors of templates: why one could not be read or evaluated.

use std::error::Error;
use std::fmt;

/// Why a template could not be read or evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingError {
    /// The kind of problem.
    pub cause: Cause,
    /// The language's own code, such as `S0207` or `T2001`.
    pub code: Option<String>,
    /// Its position in the template, if that is known.
    pub position: Option<Position>,
    /// A message for people.
    pub reason: String,
}

/// The kind of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The template is not valid in its language.
    Template,
    /// The input cannot be read.
    Input,
    /// The template fails on the input.
    Evaluation,
    /// A limit was reached.
    Limit,
    /// The run was cancelled.
    Cancelled,
}

/// A position in a template, counted from 1 in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character of the line, if that is known.
    pub column: Option<usize>,
}

impl Position {
    /// The position after the first `bytes` bytes of a text.
    #[must_use]
    pub fn after(text: &str, bytes: usize) -> Self {
        let before = text.get(..bytes).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: Some(before.get(line_start..).unwrap_or_default().chars().count() + 1),
        }
    }

    /// The byte of the text at this position: the start of the line if there is no column, and the
    /// end of the text if the position does not exist.
    #[must_use]
    pub fn offset(&self, text: &str) -> usize {
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        let mut starts = std::iter::once(0).chain(breaks);
        let start = starts
            .nth(self.line.saturating_sub(1))
            .unwrap_or(text.len());
        let column = self.column.unwrap_or(1).saturating_sub(1);
        let rest = text.get(start..).unwrap_or_default();
        let in_line = rest
            .char_indices()
            .nth(column)
            .map_or(rest.len(), |(at, _)| at);
        start.saturating_add(in_line)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}", self.line)?;
        match self.column {
            Some(column) => write!(out, ", column {column}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for MappingError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(code) = &self.code {
            write!(out, "{code}: ")?;
        }
        out.write_str(&self.reason)?;
        match self.position {
            Some(position) => write!(out, " ({position})"),
            None => Ok(()),
        }
    }
}

impl Error for MappingError {}
