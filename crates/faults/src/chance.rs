//! Random numbers that can be repeated: each is a function of the seed and of the place that
//! draws it.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The purpose of a draw; each purpose has its own stream.
///
/// So that adding a probability to a rule leaves its latencies as they were.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    Rule = 1,
    RuleLatency = 2,
    Step = 3,
    StepLatency = 4,
}

/// Where chance is asked: for which request of which partition of which rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draw<'a> {
    pub(crate) seed: u64,
    pub(crate) rule: &'a str,
    pub(crate) partition: &'a str,
    pub(crate) ordinal: u64,
}

impl Draw<'_> {
    /// The numbers for one purpose, each time from the first one on.
    pub(crate) fn numbers(self, purpose: Purpose) -> RandomSequence {
        let words = [
            self.seed,
            hash(self.rule),
            hash(self.partition),
            purpose as u64,
        ];
        let mut key = [0; 32];
        for (byte, value) in key
            .iter_mut()
            .zip(words.iter().flat_map(|word| word.to_le_bytes()))
        {
            *byte = value;
        }
        let mut random = ChaCha8Rng::from_seed(key);
        random.set_stream(self.ordinal);
        RandomSequence(random)
    }
}

/// A row of numbers, each at least 0 and less than 1.
#[derive(Clone, Debug)]
pub(crate) struct RandomSequence(ChaCha8Rng);

impl RandomSequence {
    pub(crate) fn next(&mut self) -> f64 {
        // A float has 53 bits for the fraction; 2^-53 is the step between the values.
        const STEP: f64 = 1.0 / 9_007_199_254_740_992.0;
        let bits = self.0.next_u64() >> 11;
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit a float exactly")]
        let whole = bits as f64;
        whole * STEP
    }

    /// A number of the standard normal distribution (Box and Muller).
    pub(crate) fn next_normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.next()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.next()).cos()
    }
}

/// FNV-1a; the standard library's hash may change between releases, and a replay must not.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::{Draw, Purpose};

    const HERE: Draw<'_> = Draw {
        seed: 42,
        rule: "rule-1",
        partition: "",
        ordinal: 1,
    };

    fn first(draw: Draw<'_>) -> f64 {
        draw.numbers(Purpose::Rule).next()
    }

    #[test]
    fn the_same_place_gives_the_same_number() {
        assert!((first(HERE) - first(HERE)).abs() < f64::EPSILON);
    }

    #[test]
    fn every_part_of_the_place_counts() {
        let mut found = vec![
            first(HERE),
            first(Draw { seed: 43, ..HERE }),
            first(Draw {
                rule: "rule-2",
                ..HERE
            }),
            first(Draw {
                partition: "account=1",
                ..HERE
            }),
            first(Draw { ordinal: 2, ..HERE }),
            HERE.numbers(Purpose::Step).next(),
        ];
        found.sort_by(f64::total_cmp);
        found.dedup();
        assert_eq!(found.len(), 6);
    }

    #[test]
    fn numbers_stay_as_they_were_in_earlier_releases() {
        assert_eq!(format!("{:.12}", first(HERE)), "0.853463639016");
    }

    #[test]
    fn numbers_fill_the_unit_interval_evenly() {
        let draws = (0..10_000).map(|ordinal| first(Draw { ordinal, ..HERE }));
        let low = draws.filter(|number| *number < 0.3).count();
        assert!((2_850..3_150).contains(&low), "{low}");
    }

    #[test]
    fn normal_numbers_have_their_spread() {
        let draws = (0..10_000).map(|n| Draw { ordinal: n, ..HERE }.numbers(Purpose::Rule));
        let inside = draws
            .filter(|numbers| numbers.clone().next_normal().abs() < 1.0)
            .count();
        assert!((6_650..7_000).contains(&inside), "{inside}");
    }
}
