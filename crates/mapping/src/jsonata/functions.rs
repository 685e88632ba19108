//! The functions that depend on time and random numbers. They use the clock and the seed of the
//! run.

use std::cell::Cell;
use std::rc::Rc;

use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::value::JValue;

use super::dates::by_the_library;
use crate::engine::Run;

type Made = Result<JValue, EvaluatorError>;

/// Replaces the library's `$now`, `$millis`, `$random`, `$shuffle` and `$clone`, which use the
/// machine's clock and entropy, or are missing.
pub(super) fn register(evaluator: &mut Evaluator, run: &Run) -> Result<(), EvaluatorError> {
    let now = run.now;
    let chance = Rc::new(Chance(Cell::new(run.seed)));
    let shuffling = Rc::clone(&chance);
    evaluator.register_fn_override("now", move |given: &[JValue]| formatted(now, given))?;
    evaluator.register_fn_override("millis", move |_: &[JValue]| Ok(JValue::from_i64(now)))?;
    evaluator.register_fn_override("random", move |_: &[JValue]| {
        Ok(JValue::from_f64(chance.fraction()))
    })?;
    evaluator.register_fn_override("shuffle", move |given: &[JValue]| {
        Ok(shuffling.shuffle(given.first()))
    })?;
    // Values are immutable, so a copy and its original cannot be distinguished.
    evaluator.register_fn_override("clone", |given: &[JValue]| {
        Ok(given.first().cloned().unwrap_or(JValue::Undefined))
    })
}

/// `$fromMillis(now, picture, timezone)`, with as many arguments as were given.
fn formatted(now: i64, given: &[JValue]) -> Made {
    let mut args = vec![JValue::from_i64(now)];
    args.extend(given.iter().cloned());
    by_the_library("fromMillis", &args)
}

/// Random numbers from a seed.
struct Chance(Cell<u64>);

impl Chance {
    /// The next 64 bits of `SplitMix64`.
    fn bits(&self) -> u64 {
        let state = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0.set(state);
        let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number from 0 up to but not including 1, with as many digits as a double has.
    fn fraction(&self) -> f64 {
        /// 2 to the power of 53.
        const STEPS: f64 = 9_007_199_254_740_992.0;
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
        let drawn = (self.bits() >> 11) as f64;
        drawn / STEPS
    }

    fn shuffle(&self, value: Option<&JValue>) -> JValue {
        let Some(value) = value else {
            return JValue::Undefined;
        };
        let Some(items) = value.as_array() else {
            return match value {
                JValue::Undefined => JValue::Undefined,
                single => JValue::array(vec![single.clone()]),
            };
        };
        let mut items = items.clone();
        for end in (1..items.len()).rev() {
            let bound = u64::try_from(end + 1).unwrap_or(u64::MAX);
            let other = usize::try_from(self.bits() % bound).unwrap_or_default();
            items.swap(end, other);
        }
        JValue::array(items)
    }
}
