//! Writes plain segments as compact JSON, with one reservation of the buffer for each segment.

use super::json::TWO_DIGITS;
use crate::{Place, Segment};

/// Whether a segment can be written here, or indented in `pretty`: no byte of it needs escaping,
/// none of its elements is a composite, and its keys have the usual lengths.
#[inline]
pub(super) fn is_plain(segment: &Segment<'_>, place: Place) -> bool {
    segment.classes == 0
        && !place.has_composites(segment.len())
        && matches!(segment.id().len(), 2 | 3)
        && segment.len() < TWO_DIGITS.len()
}

/// Appends the object of a plain segment after the byte `before`, which may be any byte: it makes
/// the text before the first key as long as the text between two keys.
#[inline]
pub(super) fn push_object(out: &mut Vec<u8>, before: u8, segment: &Segment<'_>) {
    match *segment.id() {
        [a, b] => push::<11>(out, before, [b'"', b',', b'"', a, b, b'_', 0, 0], segment),
        [a, b, c] => push::<12>(out, before, [b'"', b',', b'"', a, b, c, b'_', 0], segment),
        _ => {}
    }
}

/// The text between two values has `BETWEEN` bytes and begins with those of `key`.
#[inline]
fn push<const BETWEEN: usize>(out: &mut Vec<u8>, before: u8, key: [u8; 8], segment: &Segment<'_>) {
    let begin = out.len();
    // The identifier has no value: its space is for the end of the object.
    let most = segment.bytes().len() + (segment.len() + 1) * BETWEEN;
    out.resize(begin + most, 0);
    let room = out.get_mut(begin..).unwrap_or_default();
    let left = fill::<BETWEEN>(room, before, key, segment).unwrap_or(most);
    out.truncate(begin + most - left);
}

/// Writes the object at the start of `room` and returns the rest of `room`; `None` if it is too
/// small.
#[inline]
fn fill<const BETWEEN: usize>(
    mut room: &mut [u8],
    before: u8,
    key: [u8; 8],
    segment: &Segment<'_>,
) -> Option<usize> {
    let mut first = key;
    *first.first_chunk_mut()? = [before, b'{'];
    // A number is copied at once; a compiler may copy an array byte by byte.
    let key = u64::from_le_bytes(key);
    let mut next = u64::from_le_bytes(first);
    let mut is_empty = true;
    let digits = TWO_DIGITS.iter().skip(1);
    for (element, digits) in segment.elements().zip(digits) {
        let value = element.value();
        if value.is_empty() {
            continue;
        }
        let (place, rest) = room.split_first_chunk_mut::<BETWEEN>()?;
        *place.first_chunk_mut()? = next.to_le_bytes();
        *place.get_mut(BETWEEN - 5..)?.first_chunk_mut()? = *digits;
        *place.last_chunk_mut()? = *b"\":\"";
        room = put(rest, value)?;
        next = key;
        is_empty = false;
    }
    if is_empty {
        let (place, rest) = room.split_first_chunk_mut::<BETWEEN>()?;
        *place.first_chunk_mut()? = next.to_le_bytes();
        *place.get_mut(BETWEEN - 5..)?.first_chunk_mut()? = *b"01";
        *place.last_chunk_mut()? = *b"\":\"";
        room = rest;
    }
    Some(put(room, b"\"}")?.len())
}

/// Copies bytes, at least one and usually few, to the start of `room` and returns the rest of it.
#[inline]
pub(super) fn put<'a>(room: &'a mut [u8], bytes: &[u8]) -> Option<&'a mut [u8]> {
    let (place, rest) = room.split_at_mut_checked(bytes.len())?;
    // Two overlapping copies of lengths that the compiler knows need no call.
    if let [only] = bytes {
        *place.first_mut()? = *only;
    } else if bytes.len() < 4 {
        *place.first_chunk_mut::<2>()? = *bytes.first_chunk()?;
        *place.last_chunk_mut::<2>()? = *bytes.last_chunk()?;
    } else if bytes.len() < 8 {
        *place.first_chunk_mut::<4>()? = *bytes.first_chunk()?;
        *place.last_chunk_mut::<4>()? = *bytes.last_chunk()?;
    } else if bytes.len() <= 16 {
        *place.first_chunk_mut::<8>()? = *bytes.first_chunk()?;
        *place.last_chunk_mut::<8>()? = *bytes.last_chunk()?;
    } else {
        place.copy_from_slice(bytes);
    }
    Some(rest)
}
