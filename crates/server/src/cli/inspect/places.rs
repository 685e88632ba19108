//! The places of the reader as offsets in the text as it is shown.

use super::offsets::Offsets;

/// Converts places; a file that is wrapped at a length has breaks that the reader does not count.
#[derive(Debug)]
pub(super) struct Places<'t> {
    offsets: Offsets<'t>,
    /// Where the line breaks would be if those before them were not counted.
    breaks: Vec<u64>,
}

impl<'t> Places<'t> {
    pub(super) fn new(text: &'t str, is_wrapped: bool) -> Self {
        let breaks = if is_wrapped { breaks(text) } else { Vec::new() };
        Self {
            offsets: Offsets::new(text),
            breaks,
        }
    }

    /// The byte of the text at a place.
    pub(super) fn byte(&self, place: u64) -> u64 {
        let before = self.breaks.partition_point(|at| *at <= place);
        place.saturating_add(u64::try_from(before).unwrap_or_default())
    }

    /// The offset at a place, in UTF-16 code units.
    pub(super) fn of(&self, place: u64) -> u64 {
        self.offsets.of(self.byte(place))
    }

    /// The offset of a byte of the text, in UTF-16 code units.
    pub(super) fn of_byte(&self, byte: u64) -> u64 {
        self.offsets.of(byte)
    }
}

fn breaks(text: &str) -> Vec<u64> {
    let is_break = |(_, byte): &(usize, u8)| matches!(byte, b'\r' | b'\n');
    let found = text.bytes().enumerate().filter(is_break);
    (0_usize..)
        .zip(found)
        .map(|(before, (at, _))| u64::try_from(at.saturating_sub(before)).unwrap_or_default())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Places;

    #[test]
    fn breaks_of_a_wrapped_file_are_counted_in() {
        let places = Places::new("ab\r\ncd\r\nef", true);
        for (place, expected) in [(0, 0), (1, 1), (2, 4), (3, 5), (4, 8), (5, 9)] {
            assert_eq!(places.of(place), expected, "{place}");
        }
        assert_eq!(Places::new("ab\ncd", false).of(3), 3);
    }
}
