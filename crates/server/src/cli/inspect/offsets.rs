//! Offsets in bytes as offsets in UTF-16 code units.

/// How many bytes a block has.
const BLOCK: usize = 4096;

/// Converts offsets in a text; an ASCII text costs nothing.
#[derive(Debug)]
pub(super) struct Offsets<'t> {
    text: &'t str,
    /// The code units before each block; empty for ASCII.
    blocks: Vec<u64>,
}

impl<'t> Offsets<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let mut blocks = Vec::new();
        if !text.is_ascii() {
            let mut units = 0_u64;
            for block in text.as_bytes().chunks(BLOCK) {
                blocks.push(units);
                units = units.saturating_add(code_units(block));
            }
        }
        Self { text, blocks }
    }

    /// The code units before a byte.
    pub(super) fn of(&self, byte: u64) -> u64 {
        let at = usize::try_from(byte).unwrap_or(usize::MAX);
        let at = at.min(self.text.len());
        let Some(before) = self.blocks.get(at / BLOCK) else {
            return match self.blocks.last() {
                None => u64::try_from(at).unwrap_or(u64::MAX),
                Some(before) => before.saturating_add(code_units(self.slice(at - at % BLOCK, at))),
            };
        };
        before.saturating_add(code_units(self.slice(at - at % BLOCK, at)))
    }

    fn slice(&self, from: usize, to: usize) -> &'t [u8] {
        self.text.as_bytes().get(from..to).unwrap_or_default()
    }
}

/// The number of UTF-16 code units of the characters that begin in these bytes: one, or two for
/// characters of four bytes.
fn code_units(bytes: &[u8]) -> u64 {
    let units = bytes.iter().map(|byte| match byte {
        0x80..=0xbf => 0,
        0xf0..=0xff => 2,
        _ => 1,
    });
    units.sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::Offsets;

    proptest! {
        #[test]
        fn offsets_count_code_units(text in "[ -~äß€😀\\n]{0,40}", times in 1_usize..120) {
            let text = text.repeat(times);
            let offsets = Offsets::new(&text);
            let mut units = 0;
            for (at, character) in text.char_indices().chain([(text.len(), 'x')]) {
                prop_assert_eq!(offsets.of(at as u64), units);
                units += character.len_utf16() as u64;
            }
        }
    }
}
