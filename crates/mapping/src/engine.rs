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
    /// The template is not one of this language; the problem says where.
    fn compile(&self, template: &str) -> Result<Box<dyn Template>, MappingError>;
}

/// A template that was read.
pub trait Template {
    /// Maps an input, and writes the result; none where the template selects nothing.
    ///
    /// An empty input is no value at all: nothing can be selected from it.
    ///
    /// # Errors
    ///
    /// The input cannot be read, the template does not fit it, a limit is reached, or the run was
    /// cancelled.
    fn evaluate(&self, input: &str, run: &Run) -> Result<Option<String>, MappingError>;
}

/// What an evaluation is handed from outside.
#[derive(Clone, Debug)]
pub struct Run {
    /// The time it is in the template, in milliseconds since 1970.
    pub now: i64,
    /// Where chance begins: the same seed draws the same numbers.
    pub seed: u64,
    /// How far it may go.
    pub limits: Limits,
    /// Ends it from another thread.
    pub cancel: Cancel,
    /// What the template says beside its output.
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

/// How far an evaluation may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long it may take.
    pub time: Duration,
    /// How deep it may nest.
    pub depth: usize,
    /// The most items that a step may select.
    pub items: usize,
    /// The most bytes of a string that it builds.
    pub string_bytes: usize,
    /// The most bytes of the output.
    pub output_bytes: usize,
}

impl Limits {
    /// Limits that no template for a business document reaches.
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

    /// The same limits for an input of this size: each full MiB adds a tenth of the time.
    ///
    /// An input as large as the service takes needs longer than a template that never ends deserves.
    #[must_use]
    pub fn for_input(mut self, bytes: usize) -> Self {
        let mebibytes = u32::try_from(bytes >> 20).unwrap_or(u32::MAX);
        let more = (self.time / 10).saturating_mul(mebibytes);
        self.time = self.time.saturating_add(more);
        self
    }

    /// How long a failed evaluation may be done again to find the place of its error.
    #[must_use]
    pub fn search_time(&self) -> Duration {
        (self.time / 2).min(Duration::from_secs(1))
    }
}

/// Ends a run from another thread; clones end the same run.
#[derive(Clone, Debug, Default)]
pub struct Cancel(CancelToken);

impl Cancel {
    /// Ends the run at its next step.
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether the run is to end.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    /// The same in the form of the JSONata library.
    pub(crate) fn token(&self) -> CancelToken {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Limits;

    #[test]
    fn the_time_grows_with_the_input() {
        let check = |bytes: usize, wanted: Duration| {
            let limits = Limits::standard().for_input(bytes);
            assert_eq!(limits.time, wanted, "{bytes}");
            let standard = Limits::standard();
            assert_eq!(
                Limits {
                    time: standard.time,
                    ..limits
                },
                standard,
                "{bytes}"
            );
        };
        check(0, Duration::from_secs(10));
        check((1 << 20) - 1, Duration::from_secs(10));
        check(1 << 20, Duration::from_secs(11));
        check(150 << 20, Duration::from_secs(160));
        let most = Limits {
            time: Duration::MAX,
            ..Limits::standard()
        };
        assert_eq!(most.for_input(usize::MAX).time, Duration::MAX);
    }
}
