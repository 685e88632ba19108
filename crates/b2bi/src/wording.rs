//! Other words for what reports say.

use std::fmt;
use std::sync::Arc;

type Reword = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Gives lines of validation reports other words.
#[derive(Clone)]
pub struct Wording(Arc<Reword>);

impl Wording {
    /// A wording by a function, which returns nothing for lines that stay as they are.
    pub fn new(line: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(line))
    }

    /// The line in other words.
    pub(crate) fn line(&self, line: &str) -> Option<String> {
        (self.0)(line)
    }
}

impl fmt::Debug for Wording {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Wording")
    }
}
