//! The depth of each HL of a transaction.

use std::collections::HashMap;

/// Depths by HL01, which is nearly always a small number.
#[derive(Default)]
pub(crate) struct Levels {
    numbered: Vec<Option<u8>>,
    named: HashMap<Box<[u8]>, u8>,
}

const MOST_NUMBERED: usize = 1 << 24;

impl Levels {
    pub(crate) fn clear(&mut self) {
        self.numbered.clear();
        self.named.clear();
    }

    /// Notes an HL and returns its depth: one more than that of its parent, 0 without a known parent.
    pub(crate) fn enter(&mut self, id: &[u8], parent: &[u8]) -> u8 {
        let depth = self
            .depth(parent)
            .map_or(0, |depth| depth.saturating_add(1));
        match number(id) {
            Some(number) => {
                if number >= self.numbered.len() {
                    self.numbered.resize(number + 1, None);
                }
                if let Some(slot) = self.numbered.get_mut(number) {
                    *slot = Some(depth);
                }
            }
            None => {
                self.named.insert(id.into(), depth);
            }
        }
        depth
    }

    fn depth(&self, id: &[u8]) -> Option<u8> {
        match number(id) {
            Some(number) => self.numbered.get(number).copied().flatten(),
            None => self.named.get(id).copied(),
        }
    }
}

/// The number that an identifier spells without leading zeros.
fn number(id: &[u8]) -> Option<usize> {
    let number = std::str::from_utf8(id)
        .ok()
        .filter(|id| !id.starts_with(['0', '+']))?
        .parse()
        .ok()?;
    (number < MOST_NUMBERED).then_some(number)
}
