//! Regular expressions with JavaScript's behaviour, compiled once for each template.
//!
//! The library's own regular expressions have no look-around or back-references, and are compiled
//! again in every call. So a call of `$contains`, `$match`, `$replace` or `$split` whose pattern is
//! a regular expression, in the call or in a variable, becomes a call of one of our functions,
//! whose names cannot be written in a template. Any other use of a regular expression is left to
//! the library.

mod calls;
mod functions;
mod matches;
mod pattern;
mod translate;
mod watch;

use std::rc::Rc;

use super::errors;
use crate::problem::{Cause, MappingError, Position};
use pattern::Pattern;

pub(super) use calls::change;
pub(super) use functions::register;

/// The maximum number of different regular expressions in a template: each uses memory.
const MOST: usize = 128;

/// The regular expressions of a template.
#[derive(Clone, Debug, Default)]
pub(super) struct Patterns(Vec<Rc<Pattern>>);

impl Patterns {
    /// Reads the regular expressions of a template.
    ///
    /// # Errors
    ///
    /// One of them is invalid, with its position in the template, or there are too many.
    pub(super) fn new(found: &[(String, String)], template: &str) -> Result<Self, MappingError> {
        let mut patterns = Self::default();
        for (source, flags) in found {
            if patterns.get(source, flags).is_none() {
                let pattern = Pattern::new(source, flags);
                let pattern =
                    pattern.map_err(|error| wrong(template, source, &error.to_string()))?;
                patterns.0.push(Rc::new(pattern));
                if patterns.0.len() > MOST {
                    return Err(too_many());
                }
            }
        }
        Ok(patterns)
    }

    fn get(&self, source: &str, flags: &str) -> Option<&Rc<Pattern>> {
        self.0.iter().find(|item| item.is(source, flags))
    }

    fn are_demanding(&self) -> bool {
        self.0.iter().any(|item| item.is_demanding())
    }
}

fn too_many() -> MappingError {
    let reason = format!("The template has more than {MOST} different regular expressions");
    MappingError::new(Cause::Limit, Some(errors::TOO_LONG.to_owned()), reason)
}

/// The language has codes for an empty expression and for one without an end. For others it passes
/// on JavaScript's error, which has no code.
fn wrong(template: &str, source: &str, reason: &str) -> MappingError {
    let written = format!("/{source}/");
    let code = if source.is_empty() {
        Some("S0301")
    } else if is_unbalanced(source) {
        Some("S0302")
    } else {
        None
    };
    let at = template.find(&written);
    MappingError {
        position: at.map(|at| Position::after(template, at)),
        ..MappingError::new(
            Cause::Template,
            code.map(str::to_owned),
            format!("{written} is not a regular expression: {reason}"),
        )
    }
}

/// Whether brackets do not match: a slash within brackets does not end the expression.
fn is_unbalanced(source: &str) -> bool {
    let mut depth = 0_i32;
    let mut escaped = false;
    for letter in source.chars() {
        match letter {
            _ if escaped => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        escaped = letter == '\\' && !escaped;
    }
    depth != 0
}
