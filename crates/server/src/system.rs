//! The machine's clock and entropy, behind the traits of the service.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use b2bi_local_b2bi::Ids;
use b2bi_local_model::Timestamp;
use serde::{Serialize, Serializer};

/// The time of the machine.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let millis = since.map(|since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
    Timestamp::from_millis(millis.unwrap_or_default())
}

/// Identifiers that follow from a seed: the same seed gives the same ids in the same order.
#[derive(Debug)]
pub(crate) struct SeededIds {
    seed: u64,
    count: AtomicU64,
}

impl SeededIds {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            count: AtomicU64::new(0),
        }
    }
}

impl SeededIds {
    /// Gives the same ids again, in the same order.
    pub(crate) fn restart(&self) {
        self.count.store(0, Ordering::Relaxed);
    }
}

impl Ids for SeededIds {
    fn bits(&self) -> u128 {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let high = mix(self.seed ^ mix(count));
        let low = mix(high ^ count);
        u128::from(high) << 64 | u128::from(low)
    }
}

/// The finaliser of `SplitMix64`: a bijection, so different counts give different bits.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ value >> 31
}

/// An unpredictable seed: the standard library seeds its hashers from the system.
pub(crate) fn random_seed() -> u64 {
    RandomState::new().hash_one("b2bi-local")
}

/// A random UUID: `60fbc37c-87f0-4fce-9012-3456789abcde`. It stores only its text, which is all
/// that is needed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Uuid([u8; 36]);

impl Uuid {
    /// The UUID from these 128 bits, except for six that give its version and variant.
    pub(crate) fn of(bits: u128) -> Self {
        let bits = bits & !(0xf000_u128 << 64) | 0x4000_u128 << 64;
        let bits = bits & !(0xc000_u128 << 48) | 0x8000_u128 << 48;
        let mut text = [b'-'; 36];
        let mut bytes = bits.to_be_bytes().into_iter();
        for group in [0..8, 9..13, 14..18, 19..23, 24..36] {
            let places = text.get_mut(group).unwrap_or_default();
            for (pair, byte) in places.chunks_exact_mut(2).zip(&mut bytes) {
                pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
            }
        }
        Self(text)
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

fn digit(nibble: u8) -> u8 {
    nibble + if nibble < 10 { b'0' } else { b'a' - 10 }
}

/// The UUID of zero bits.
impl Default for Uuid {
    fn default() -> Self {
        Self::of(0)
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl Serialize for Uuid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{SeededIds, Uuid};
    use b2bi_local_b2bi::Ids as _;

    #[test]
    fn a_seed_repeats_and_ids_do_not() {
        let (one, same, other) = (SeededIds::new(1), SeededIds::new(1), SeededIds::new(2));
        let first: Vec<u128> = (0..1000).map(|_| one.bits()).collect();
        let again: Vec<u128> = (0..1000).map(|_| same.bits()).collect();
        assert_eq!(first, again);
        assert_ne!(first[0], other.bits());
        let mut distinct = first.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), first.len());
    }

    #[test]
    fn a_uuid_says_that_it_is_random() {
        for (bits, text) in [
            (u128::MAX, "ffffffff-ffff-4fff-bfff-ffffffffffff"),
            (0, "00000000-0000-4000-8000-000000000000"),
            (
                0x60fb_c37c_87f0_0fce_1012_3456_789a_bcde,
                "60fbc37c-87f0-4fce-9012-3456789abcde",
            ),
        ] {
            assert_eq!(Uuid::of(bits).to_string(), text);
        }
    }
}
