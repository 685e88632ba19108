//! A token bucket. The caller passes the time.

/// How fast tokens are refilled, and the maximum number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    pub(crate) per_second: f64,
    pub(crate) burst: u32,
}

/// One bucket, full at first.
///
/// It stores one number, the time at which it would be full again; that is equivalent to a count of
/// tokens, without the error that accumulates when a count is refilled at every access.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bucket {
    full_at_ms: f64,
}

impl Bucket {
    /// Takes a token, or returns the number of milliseconds until there is one.
    pub(crate) fn take(&mut self, rate: Rate, now_ms: f64) -> Result<(), u64> {
        // Less than any refill that matters, more than the rounding error of a year in floats.
        const SLACK_MS: f64 = 1e-3;
        let token_ms = 1000.0 / rate.per_second;
        let depth_ms = token_ms * f64::from(rate.burst);
        // A clock that is set back must not leave the bucket emptier than empty.
        let full_at = self.full_at_ms.max(now_ms).min(now_ms + depth_ms);
        self.full_at_ms = full_at;
        let wait_ms = full_at + token_ms - depth_ms - now_ms;
        if wait_ms > SLACK_MS {
            return Err(whole(wait_ms - SLACK_MS));
        }
        self.full_at_ms = full_at + token_ms;
        Ok(())
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the cast saturates, which is what is meant"
)]
#[expect(clippy::cast_sign_loss, reason = "a wait is positive")]
fn whole(ms: f64) -> u64 {
    ms.ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::{Bucket, Rate};

    /// At each time: 0 if there was a token, otherwise the wait.
    fn check(per_second: f64, burst: u32, looks: &[(u32, u64)]) {
        let mut bucket = Bucket::default();
        for (now_ms, expected) in looks {
            let found = bucket.take(Rate { per_second, burst }, f64::from(*now_ms));
            assert_eq!(
                found.err().unwrap_or(0),
                *expected,
                "{per_second}/{burst} at {now_ms}"
            );
        }
    }

    #[test]
    fn tokens_are_taken_and_come_back() {
        check(
            2.0,
            1,
            &[(0, 0), (0, 500), (499, 1), (500, 0), (500, 500), (1_000, 0)],
        );
        check(
            2.0,
            3,
            &[
                (0, 0),
                (0, 0),
                (0, 0),
                (0, 500),
                (250, 250),
                (500, 0),
                (501, 499),
            ],
        );
        check(
            2.0,
            2,
            &[(0, 0), (0, 0), (9_000, 0), (9_000, 0), (9_000, 500)],
        );
        check(3.0, 1, &[(0, 0), (333, 1), (334, 0), (667, 1), (668, 0)]);
        check(0.5, 1, &[(0, 0), (1, 1_999), (2_000, 0)]);
    }

    #[test]
    fn looking_often_takes_nothing() {
        let mut bucket = Bucket::default();
        let rate = Rate {
            per_second: 10.0,
            burst: 1,
        };
        let served = (0..10_000)
            .filter(|now| bucket.take(rate, f64::from(*now)).is_ok())
            .count();
        assert_eq!(served, 100);
    }

    #[test]
    fn a_clock_set_back_waits_at_most_for_one_token() {
        check(1.0, 1, &[(50_000, 0), (10_000, 1_000), (11_000, 0)]);
    }
}
