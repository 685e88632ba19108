//! Delays of requests.

use serde::Serialize;
use serde_json::Value;

use crate::chance::RandomSequence;
use crate::read::{RuleReadError, Table, expected, number, whole};

/// The longest delay a rule can ask for: one hour.
pub const MAX_DELAY_MS: u64 = 3_600_000;

const KEYS: [&str; 3] = ["fixedMs", "uniformMs", "lognormal"];
const LOGNORMAL_KEYS: [&str; 3] = ["medianMs", "sigma", "maxMs"];
const MAX_SIGMA: f64 = 10.0;
const DRAWS: usize = 8;

/// A delay, or how it is drawn.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Latency {
    /// Always the same, in milliseconds.
    #[serde(rename = "fixedMs")]
    Fixed(u64),
    /// Any between two ends, both possible, in milliseconds.
    #[serde(rename = "uniformMs")]
    Uniform(u64, u64),
    /// Mostly near the median, with a long tail.
    #[serde(rename = "lognormal")]
    Lognormal(Lognormal),
}

/// A lognormal distribution of delays.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Lognormal {
    /// Half of the delays are shorter, in milliseconds.
    pub median_ms: u64,
    /// The spread of the logarithm; 0 makes every delay the median.
    pub sigma: f64,
    /// The longest delay: longer ones are drawn again, and cut when that does not help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_ms: Option<u64>,
}

impl Latency {
    /// The delay in milliseconds; fixed delays draw nothing.
    pub(crate) fn sample(&self, numbers: impl FnOnce() -> RandomSequence) -> u64 {
        match self {
            Self::Fixed(ms) => *ms,
            Self::Uniform(low, high) => between(*low, *high, numbers().next()),
            Self::Lognormal(shape) => shape.sample(&mut numbers()),
        }
    }

    pub(crate) fn read(value: &Value) -> Result<Self, RuleReadError> {
        let table = Table::open(value, &KEYS)?;
        match table.present(&KEYS).as_slice() {
            ["fixedMs"] => table.need("fixedMs", delay).map(Self::Fixed),
            ["uniformMs"] => table.need("uniformMs", uniform),
            ["lognormal"] => table
                .need("lognormal", Lognormal::read)
                .map(Self::Lognormal),
            _ => Err(RuleReadError::new(
                "give exactly one of `fixedMs`, `uniformMs`, `lognormal`",
            )),
        }
    }
}

impl Lognormal {
    fn sample(&self, numbers: &mut RandomSequence) -> u64 {
        let longest = self.max_ms.unwrap_or(MAX_DELAY_MS);
        let draw =
            |_| milliseconds(float(self.median_ms) * (self.sigma * numbers.next_normal()).exp());
        (0..DRAWS)
            .map(draw)
            .find(|ms| *ms <= longest)
            .unwrap_or(longest)
    }

    pub(crate) fn read(value: &Value) -> Result<Self, RuleReadError> {
        let table = Table::open(value, &LOGNORMAL_KEYS)?;
        let shape = Self {
            median_ms: table.need("medianMs", delay)?,
            sigma: table.need("sigma", number)?,
            max_ms: table.read("maxMs", delay)?,
        };
        shape.checked().map_err(RuleReadError::new)
    }

    pub(crate) fn checked(self) -> Result<Self, &'static str> {
        if !(0.0..=MAX_SIGMA).contains(&self.sigma) {
            return Err("`sigma` must be from 0 to 10");
        }
        if self.max_ms.is_some_and(|max| max < self.median_ms) {
            return Err("`maxMs` must not be less than `medianMs`");
        }
        Ok(self)
    }
}

fn delay(value: &Value) -> Result<u64, RuleReadError> {
    let ms = whole(value)?;
    if ms > MAX_DELAY_MS {
        return Err(RuleReadError::new(format!(
            "{ms} ms is more than an hour ({MAX_DELAY_MS} ms)"
        )));
    }
    Ok(ms)
}

fn uniform(value: &Value) -> Result<Latency, RuleReadError> {
    let ends = value.as_array().map(Vec::as_slice);
    let Some([low, high]) = ends else {
        return Err(expected("two numbers, `[shortest, longest]`", value));
    };
    let (low, high) = (delay(low)?, delay(high)?);
    if low > high {
        return Err(RuleReadError::new(
            "the first number must not be more than the second",
        ));
    }
    Ok(Latency::Uniform(low, high))
}

fn between(low: u64, high: u64, share: f64) -> u64 {
    let steps = high.saturating_sub(low).saturating_add(1);
    low.saturating_add(milliseconds((share * float(steps)).floor()))
        .min(high)
}

#[expect(clippy::cast_precision_loss, reason = "delays are at most an hour")]
fn float(ms: u64) -> f64 {
    ms as f64
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the cast saturates, which is what is meant"
)]
#[expect(clippy::cast_sign_loss, reason = "delays are never negative")]
fn milliseconds(ms: f64) -> u64 {
    ms.round() as u64
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Latency;
    use crate::chance::{Draw, Purpose};

    fn samples(written: &Value) -> Vec<u64> {
        let latency = Latency::read(written).unwrap();
        assert_eq!(serde_json::to_value(&latency).unwrap(), *written);
        let draw = |ordinal| Draw {
            seed: 7,
            rule: "r",
            partition: "",
            ordinal,
        };
        let sample = |n| latency.sample(|| draw(n).numbers(Purpose::RuleLatency));
        (0..2_000).map(sample).collect()
    }

    /// Shortest, middle and longest of two thousand samples.
    fn check(written: Value, expected: [std::ops::RangeInclusive<u64>; 3]) {
        let mut found = samples(&written);
        found.sort_unstable();
        let found = [found[0], found[1_000], found[1_999]];
        for (range, found) in expected.iter().zip(found) {
            assert!(range.contains(&found), "{written}: {found} in {range:?}");
        }
    }

    #[test]
    fn delays_are_spread_as_asked() {
        check(json!({"fixedMs": 250}), [250..=250, 250..=250, 250..=250]);
        check(
            json!({"uniformMs": [100, 200]}),
            [100..=100, 145..=155, 200..=200],
        );
        check(json!({"uniformMs": [7, 7]}), [7..=7, 7..=7, 7..=7]);
        check(
            json!({"lognormal": {"medianMs": 90, "sigma": 0.0}}),
            [90..=90, 90..=90, 90..=90],
        );
        check(
            json!({"lognormal": {"medianMs": 90, "sigma": 0.4}}),
            [15..=40, 85..=95, 250..=600],
        );
        check(
            json!({"lognormal": {"medianMs": 90, "sigma": 0.4, "maxMs": 120}}),
            [15..=40, 75..=90, 115..=120],
        );
        let wild = json!({"lognormal": {"medianMs": 3_600_000, "sigma": 10.0}});
        check(wild, [0..=10, 0..=3_600_000, 3_590_000..=3_600_000]);
    }

    #[test]
    fn delays_that_cannot_be_are_refused() {
        for latency in [
            json!({}),
            json!({"fixedMs": 1, "uniformMs": [1, 2]}),
            json!({"fixedMs": -1}),
            json!({"fixedMs": 3_600_001}),
            json!({"uniformMs": [2, 1]}),
            json!({"uniformMs": [1]}),
            json!({"uniformMs": 1}),
            json!({"lognormal": {"medianMs": 90}}),
            json!({"lognormal": {"medianMs": 90, "sigma": -0.1}}),
            json!({"lognormal": {"medianMs": 90, "sigma": 11}}),
            json!({"lognormal": {"medianMs": 90, "sigma": 1, "maxMs": 89}}),
            json!({"fixed": 1}),
            json!(200),
        ] {
            assert!(Latency::read(&latency).is_err(), "{latency}");
        }
    }
}
