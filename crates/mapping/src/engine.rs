//! The traits of a mapping language.

use std::time::Duration;

use jsonata_core::evaluator::CancelToken;

use crate::messages::Messages;
use crate::problem::MappingError;

/// A mapping language.
pub trait Engine {
    /// Reads a template.
    ///
    /// # Errors
    ///
    /// The template is not valid in this language; the error has the position.
    fn compile(&self, template: &str) -> Result<Box<dyn Template>, MappingError>;
}

/// A compiled template.
pub trait Template {
    /// Maps an input and writes the result; `None` if the template selects nothing.
    ///
    /// An empty input is no value: nothing can be selected from it.
    ///
    /// # Errors
    ///
    /// The input cannot be read, the template fails on it, a limit is reached, or the run was
    /// cancelled.
    fn evaluate(&self, input: &str, run: &Run) -> Result<Option<String>, MappingError>;

    /// The same for an input that the caller does not need: it is dropped as soon as it has been
    /// read.
    ///
    /// # Errors
    ///
    /// The errors of [`Self::evaluate`].
    fn evaluate_owned(&self, input: String, run: &Run) -> Result<Option<String>, MappingError> {
        self.evaluate(&input, run)
    }
}

/// The external values of an evaluation.
#[derive(Clone, Debug)]
pub struct Run {
    /// The current time for the template, in milliseconds since 1970.
    pub now: i64,
    /// The seed of random numbers: the same seed gives the same numbers.
    pub seed: u64,
    /// The limits of the evaluation.
    pub limits: Limits,
    /// Cancels the evaluation from another thread.
    pub cancel: Cancel,
    /// Messages of the template, separate from its output.
    pub messages: Messages,
}

impl Run {
    /// A run that is not cancelled.
    #[must_use]
    pub fn new(now: i64, seed: u64, limits: Limits) -> Self {
        Self {
            now,
            seed,
            limits,
            cancel: Cancel::default(),
            messages: Messages::default(),
        }
    }
}

/// The limits of an evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The maximum duration.
    pub time: Duration,
    /// The maximum depth of nesting.
    pub depth: usize,
    /// The maximum number of items that a step selects.
    pub items: usize,
    /// The maximum length of a string that it builds, in bytes.
    pub string_bytes: usize,
    /// The maximum length of the output, in bytes.
    pub output_bytes: usize,
}

impl Limits {
    /// Limits that templates for business documents do not reach.
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            time: Duration::from_secs(10),
            depth: 29_000,
            items: 5_000_000,
            string_bytes: 64 << 20,
            output_bytes: 64 << 20,
        }
    }

    /// The same limits, scaled to an input of this size. Each full MiB adds a tenth of the time,
    /// two MiB of output and of a string, and an item for each eight bytes.
    ///
    /// The largest inputs of the service need more than a small input with an endless template
    /// should get.
    #[must_use]
    pub fn for_input(mut self, bytes: usize) -> Self {
        let mebibytes = bytes >> 20;
        let turns = u32::try_from(mebibytes).unwrap_or(u32::MAX);
        let more = (self.time / 10).saturating_mul(turns);
        self.time = self.time.saturating_add(more);
        let twice = mebibytes.saturating_mul(2 << 20);
        self.string_bytes = self.string_bytes.saturating_add(twice);
        self.output_bytes = self.output_bytes.saturating_add(twice);
        self.items = self.items.saturating_add(mebibytes.saturating_mul(1 << 17));
        self
    }

    /// How long the second evaluation may take that searches the position of an error.
    #[must_use]
    pub fn search_time(&self) -> Duration {
        (self.time / 2).min(Duration::from_secs(1))
    }
}

/// Cancels a run from another thread; clones cancel the same run.
#[derive(Clone, Debug, Default)]
pub struct Cancel(CancelToken);

impl Cancel {
    /// Cancels the run at its next step.
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether the run has been cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    /// The same token in the type of the JSONata library.
    pub(crate) fn token(&self) -> CancelToken {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Limits;

    #[test]
    fn limits_grow_with_the_input() {
        let standard = Limits::standard();
        let check = |bytes: usize, seconds: u64, strings: usize, items: usize| {
            let wanted = Limits {
                time: Duration::from_secs(seconds),
                depth: standard.depth,
                items,
                string_bytes: strings,
                output_bytes: strings,
            };
            assert_eq!(standard.for_input(bytes), wanted, "{bytes}");
        };
        check(0, 10, 64 << 20, 5_000_000);
        check((1 << 20) - 1, 10, 64 << 20, 5_000_000);
        check(1 << 20, 11, 66 << 20, 5_131_072);
        check(150 << 20, 160, 364 << 20, 24_660_800);
    }

    #[test]
    fn limits_end_at_the_largest_number() {
        let most = Limits {
            time: Duration::MAX,
            items: usize::MAX,
            string_bytes: usize::MAX,
            output_bytes: usize::MAX,
            ..Limits::standard()
        };
        assert_eq!(most.for_input(usize::MAX), most);
    }
}
