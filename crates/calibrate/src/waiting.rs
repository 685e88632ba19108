//! Waits for the reply that a step requires.

use std::fmt;
use std::time::Duration;

use crate::battery::{Step, Until};
use crate::endpoint::Response;
use crate::probe::refusal;
use crate::runner::EVENTS;

/// The first pause; each other one is twice as long as the one before.
const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(10);
/// How long a question waits that has waited for something in vain.
pub(crate) const SHORT: Duration = Duration::from_secs(10);

/// The thing that a step waits for. Its text is a line about it.
#[derive(Debug)]
pub struct Waiting<'a> {
    pub(crate) until: &'a Until,
    /// How long it has been waited.
    pub waited: Duration,
    /// How long is waited at most.
    pub limit: Duration,
}

impl fmt::Display for Waiting<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.until.contains.iter();
        let parts: Vec<String> = parts.map(|part| format!("'{part}'")).collect();
        let what = match self.until.status {
            Some(status) => format!("status {status}"),
            None => parts.join(" or "),
        };
        let (waited, limit) = (self.waited.as_secs(), self.limit.as_secs());
        write!(
            out,
            "waiting for {what}: {waited} of at most {limit} seconds"
        )
    }
}

/// Pauses between requests, until it has been waited long enough.
pub(crate) struct Pauses {
    next: Duration,
    waited: Duration,
    limit: Duration,
}

impl Pauses {
    pub(crate) fn new(limit: Duration) -> Self {
        Self {
            next: FIRST,
            waited: Duration::ZERO,
            limit,
        }
    }

    /// The next pause; `None` if the time is over.
    pub(crate) fn next(&mut self) -> Option<Duration> {
        let left = self.limit.saturating_sub(self.waited);
        let pause = self.next.min(left);
        if pause.is_zero() {
            return None;
        }
        self.waited = self.waited.saturating_add(pause);
        self.next = self.next.saturating_mul(2).min(LONGEST);
        Some(pause)
    }

    /// How long it has been waited, the last pause included.
    pub(crate) fn waited(&self) -> Duration {
        self.waited
    }
}

/// Whether a reply is what the step waits for, or another that will not change.
pub(crate) fn is_final(step: &Step, response: &Response) -> bool {
    let Some(until) = &step.until else {
        return true;
    };
    let is_lasting = || {
        let error = response.error_type();
        let is_gone = error.is_some_and(|name| name == "NoSuchBucket" || step.call == EVENTS);
        is_gone || refusal(response).is_some()
    };
    is_reached(until, response) || is_lasting()
}

fn is_reached(until: &Until, response: &Response) -> bool {
    let text = response.text();
    let has_text =
        until.contains.is_empty() || until.contains.iter().any(|part| text.contains(part));
    has_text && until.status.is_none_or(|status| status == response.status)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Pauses, Waiting};
    use crate::battery::Until;

    #[test]
    fn pauses_grow_and_end_at_the_limit() {
        let check = |limit: u64, expected: &[u64]| {
            let limit = Duration::from_millis(limit);
            let mut pauses = Pauses::new(limit);
            let made: Vec<u128> = std::iter::from_fn(|| pauses.next())
                .map(|pause| pause.as_millis())
                .collect();
            let expected: Vec<u128> = expected.iter().map(|pause| u128::from(*pause)).collect();
            assert_eq!(made, expected, "{limit:?}");
            assert_eq!(pauses.waited(), limit);
        };
        check(0, &[]);
        check(100, &[100]);
        check(1000, &[250, 500, 250]);
        check(30_000, &[250, 500, 1000, 2000, 4000, 8000, 10_000, 4250]);
    }

    #[test]
    fn it_is_told_what_is_waited_for() {
        let check = |contains: &[&str], status: Option<u16>, expected: &str| {
            let until = Until {
                contains: contains.iter().map(|part| (*part).to_owned()).collect(),
                status,
            };
            let waiting = Waiting {
                until: &until,
                waited: Duration::from_secs(20),
                limit: Duration::from_mins(3),
            };
            assert_eq!(waiting.to_string(), expected);
        };
        let rest = ": 20 of at most 180 seconds";
        check(&[".997"], None, &format!("waiting for '.997'{rest}"));
        check(&["a", "b"], None, &format!("waiting for 'a' or 'b'{rest}"));
        check(&[], Some(200), &format!("waiting for status 200{rest}"));
    }
}
