//! The line of a template where an error is, with a caret.

use crate::problem::{MappingError, Position};

/// The maximum number of characters that are shown from a line.
const WIDTH: usize = 100;

impl MappingError {
    /// The line of the template with the error, and a caret below its column. This is two lines, or
    /// one if the column is unknown; `None` if the line is unknown.
    #[must_use]
    pub fn excerpt(&self, template: &str) -> Option<String> {
        excerpt(template, self.position?)
    }
}

/// The line of a text at a position, with a caret below the column.
#[must_use]
pub fn excerpt(text: &str, position: Position) -> Option<String> {
    let line = text.split('\n').nth(position.line.checked_sub(1)?)?;
    let column = position.column.unwrap_or(1).saturating_sub(1);
    let first = (column + 1).saturating_sub(WIDTH * 3 / 4);
    let shown: String = line
        .chars()
        .skip(first)
        .take(WIDTH)
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    let number = position.line.to_string();
    let margin = " ".repeat(number.len());
    let line = format!("{number} | {}\n", shown.trim_end());
    if position.column.is_none() {
        return Some(line);
    }
    let indent = " ".repeat(column - first);
    Some(format!("{line}{margin} | {indent}^\n"))
}
