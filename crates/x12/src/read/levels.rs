//! The depth of each HL of a transaction.

use std::collections::HashMap;

/// Depths by HL01, which is nearly always a small number.
#[derive(Default)]
pub(crate) struct Levels {
    numbered: Vec<Option<u8>>,
    named: HashMap<Box<[u8]>, u8>,
}

/// The maximum distance of a number from the greatest one so far.
const STEP: usize = 1 << 10;

impl Levels {
    pub(crate) fn clear(&mut self) {
        self.numbered.clear();
        self.named.clear();
    }

    /// Records an HL and returns its depth: one more than that of its parent, 0 without a known
    /// parent.
    pub(crate) fn enter(&mut self, id: &[u8], parent: &[u8]) -> u8 {
        let depth = self
            .depth(parent)
            .map_or(0, |depth| depth.saturating_add(1));
        match number(id) {
            Some(number) if number < self.numbered.len().saturating_add(STEP) => {
                if number >= self.numbered.len() {
                    self.numbered.resize(number.saturating_add(1), None);
                }
                if let Some(slot) = self.numbered.get_mut(number) {
                    *slot = Some(depth);
                }
            }
            _ => {
                self.named.insert(id.into(), depth);
            }
        }
        depth
    }

    fn depth(&self, id: &[u8]) -> Option<u8> {
        number(id)
            .and_then(|number| self.numbered.get(number).copied().flatten())
            .or_else(|| self.named.get(id).copied())
    }
}

/// An identifier as a number, if it has no leading zeros.
fn number(id: &[u8]) -> Option<usize> {
    std::str::from_utf8(id)
        .ok()
        .filter(|id| !id.starts_with(['0', '+']))?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::{Levels, STEP};

    #[test]
    fn depths_are_found_whatever_the_numbers_and_take_little_room() {
        let mut levels = Levels::default();
        for (id, parent, depth) in [
            ("16777215", "", 0),
            ("2", "16777215", 1),
            ("A", "2", 2),
            ("1026", "A", 3),
            ("16777215", "1026", 4),
            ("1500", "16777215", 5),
            ("02", "2", 2),
            ("18446744073709551615", "02", 3),
            ("99999999999999999999999", "18446744073709551615", 4),
        ] {
            assert_eq!(
                levels.enter(id.as_bytes(), parent.as_bytes()),
                depth,
                "{id}"
            );
        }
        assert!(levels.numbered.len() <= 3 * STEP);
    }
}
