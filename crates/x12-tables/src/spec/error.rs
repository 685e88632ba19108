//! What can be wrong with a specification.

use std::error::Error;
use std::fmt;

/// A specification that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecificationError {
    pub(super) line: usize,
    pub(super) message: String,
    pub(super) source: Option<toml::de::Error>,
}

impl SpecificationError {
    pub(super) fn new(text: &str, byte: usize, message: impl Into<String>) -> Self {
        let before = text.as_bytes().get(..byte).unwrap_or(text.as_bytes());
        Self {
            line: memchr::memchr_iter(b'\n', before).count().saturating_add(1),
            message: message.into(),
            source: None,
        }
    }

    /// A specification in which the intended table is ambiguous.
    pub(crate) fn choice(name: Option<&str>, names: &[String]) -> Self {
        let names = names.join(", ");
        let message = match name {
            Some(name) => format!("there is no table {name}; there are {names}"),
            None => format!("name one of its tables: {names}"),
        };
        Self {
            line: 0,
            message,
            source: None,
        }
    }

    /// The line of the specification, the first being 1; 0 if no line is concerned.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }
}

impl fmt::Display for SpecificationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        f.write_str(&self.message)
    }
}

impl Error for SpecificationError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
