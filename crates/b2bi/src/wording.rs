//! Other texts for reports.

use std::fmt;
use std::sync::Arc;

type Reword = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Replaces the lines of validation reports.
#[derive(Clone)]
pub struct Wording(Arc<Reword>);

impl Wording {
    /// A wording from a function that returns `None` for unchanged lines.
    pub fn new(line: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(line))
    }

    /// The replacement of the line.
    pub(crate) fn line(&self, line: &str) -> Option<String> {
        (self.0)(line)
    }
}

impl fmt::Debug for Wording {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Wording")
    }
}
