//! Writes plain segments as indented JSON, with one reservation of the buffer for each segment.

use super::compact::put;
use super::json::TWO_DIGITS;
use crate::Segment;

/// The length of a chunk that is copied at once: a line break, the indentation, and a key with its
/// quotes.
const CHUNK: usize = 64;
/// A chunk without the quote and the comma that end the value before it.
const FIRST: usize = CHUNK - 2;
/// The maximum number of bytes between two values, without the indentation of the segment.
const BETWEEN: usize = "\",\n  \"ABC_01\": \"".len();
/// The distance from the end of a key to the start of its number.
const NUMBER: usize = "01\": \"".len();

/// Bytes that begin a line, and how many of the chunk are in use.
struct Chunk {
    bytes: [u8; CHUNK],
    length: usize,
}

impl Chunk {
    /// `before`, then `width` spaces, then `after`; `None` if that is too long.
    #[inline]
    fn new<const B: usize>(before: [u8; B], width: usize, after: &[u8]) -> Option<Self> {
        let mut bytes = [b' '; CHUNK];
        *bytes.first_chunk_mut()? = before;
        let start = B + width;
        let length = start + after.len();
        put(bytes.get_mut(start..length)?, after)?;
        Some(Self { bytes, length })
    }

    /// The line that begins with the key of an element whose number is not set yet.
    #[inline]
    fn key(id: &[u8], width: usize) -> Option<Self> {
        match *id {
            [a, b] => Self::new(
                *b"\",\n",
                width,
                &[b'"', a, b, b'_', 0, 0, b'"', b':', b' ', b'"'],
            ),
            [a, b, c] => Self::new(
                *b"\",\n",
                width,
                &[b'"', a, b, c, b'_', 0, 0, b'"', b':', b' ', b'"'],
            ),
            _ => None,
        }
    }

    #[inline]
    fn set_number(&mut self, digits: [u8; 2]) -> Option<()> {
        let at = self.length.checked_sub(NUMBER)?;
        *self.bytes.get_mut(at..)?.first_chunk_mut()? = digits;
        Some(())
    }

    /// Writes the last `N` bytes of the chunk, as far as they are used, and returns the rest of the
    /// buffer. All `N` are copied: their number is known, so this needs no call.
    #[inline]
    fn write<'r, const N: usize>(&self, room: &'r mut [u8]) -> Option<&'r mut [u8]> {
        *room.first_chunk_mut::<N>()? = *self.bytes.last_chunk()?;
        room.get_mut(self.length.checked_sub(CHUNK - N)?..)
    }
}

/// Appends the object of a plain segment, starting with the line break before it; returns whether
/// it could. It cannot if the segment is nested very deep.
#[inline]
pub(super) fn push_object(out: &mut Vec<u8>, depth: usize, segment: &Segment<'_>) -> bool {
    let (begin, width) = (out.len(), 2 * depth);
    let between = width + BETWEEN;
    // A segment without values also has a key. The last chunk is copied as a whole.
    let most = segment.bytes().len() + segment.len().max(1) * between + 3 * CHUNK;
    out.resize(begin + most, 0);
    let room = out.get_mut(begin..).unwrap_or_default();
    let left = fill(room, width, segment);
    out.truncate(begin + left.map_or(0, |left| most - left));
    left.is_some()
}

/// Writes the object at the start of `room` and returns the rest of `room`; `None` if it does not
/// fit.
#[inline]
fn fill(room: &mut [u8], width: usize, segment: &Segment<'_>) -> Option<usize> {
    let mut room = Chunk::new(*b"\n", width, b"{")?.write::<CHUNK>(room)?;
    let mut key = Chunk::key(segment.id(), width + 2)?;
    let mut is_empty = true;
    for (element, digits) in segment.elements().zip(TWO_DIGITS.iter().skip(1)) {
        let value = element.value();
        if value.is_empty() {
            continue;
        }
        key.set_number(*digits)?;
        room = if is_empty {
            key.write::<FIRST>(room)?
        } else {
            key.write::<CHUNK>(room)?
        };
        room = put(room, value)?;
        is_empty = false;
    }
    if is_empty {
        key.set_number(*b"01")?;
        room = key.write::<FIRST>(room)?;
    }
    let room = Chunk::new(*b"\"\n", width, b"}")?.write::<CHUNK>(room)?;
    Some(room.len())
}
