//! Finds the number of a segment within a set by its identifier.

/// A hash table of identifiers of two or three bytes, with enough free slots that a look-up rarely
/// probes twice.
#[derive(Clone)]
pub(crate) struct SegmentIndex {
    slots: Vec<(u32, u16)>,
    shift: u32,
}

const EMPTY: u32 = 0;

impl SegmentIndex {
    /// Numbers the identifiers by their order.
    pub(crate) fn new<'a>(ids: impl ExactSizeIterator<Item = &'a [u8]>) -> Self {
        let size = (ids.len() * 4).next_power_of_two().max(8);
        let mut index = Self {
            slots: vec![(EMPTY, 0); size],
            shift: 32 - size.trailing_zeros(),
        };
        for (number, id) in (0..).zip(ids) {
            index.insert(pack(id), number);
        }
        index
    }

    fn insert(&mut self, key: u32, number: u16) {
        let mut at = self.home(key);
        while let Some(slot) = self.slots.get_mut(at) {
            if slot.0 == EMPTY {
                *slot = (key, number);
                return;
            }
            at = (at + 1) % self.slots.len();
        }
    }

    /// The number of an identifier.
    #[inline]
    pub(crate) fn get(&self, id: &[u8]) -> Option<u16> {
        let key = pack(id);
        let mut at = self.home(key);
        loop {
            let (found, number) = *self.slots.get(at)?;
            if found == EMPTY {
                return None;
            }
            if found == key {
                return Some(number);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    #[inline]
    fn home(&self, key: u32) -> usize {
        (key.wrapping_mul(0x9E37_79B1) >> self.shift) as usize
    }
}

/// An identifier as a number; no identifier of the standard gives `EMPTY`.
#[inline]
fn pack(id: &[u8]) -> u32 {
    match *id {
        [a, b] => u32::from_be_bytes([0, a, b, 0]),
        [a, b, c] => u32::from_be_bytes([0, a, b, c]),
        _ => u32::MAX,
    }
}
