//! Why a template is rejected.

use std::fmt;

/// A place in the text of a template. Lines and columns count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}, column {}", self.line, self.column)
    }
}

/// Why a template is refused, in CloudFormation's text, followed by the position.
///
/// Source: Assumption A-340.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// The problem.
    pub message: String,
    /// Where; `None` if the reason has no place, such as a parameter that is not given.
    pub position: Option<Position>,
}

impl TemplateError {
    /// An error without a place.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            position: None,
        }
    }

    /// An error at a place.
    #[must_use]
    pub fn at(position: Position, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            position: Some(position),
        }
    }

    /// An error of the form: `Template format error: …`.
    pub(crate) fn format(position: Position, message: impl fmt::Display) -> Self {
        Self::at(position, format!("Template format error: {message}"))
    }

    /// An error of a function: `Template error: …`.
    pub(crate) fn function(position: Position, message: impl fmt::Display) -> Self {
        Self::at(position, format!("Template error: {message}"))
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some(position) => write!(out, "{} ({position})", self.message),
            None => out.write_str(&self.message),
        }
    }
}

impl std::error::Error for TemplateError {}
