//! Unknown and unexpected segments, which explain why others are missing or misplaced after them.
//!
//! A mistyped identifier is one problem: with `NMI` in place of `NM1`, neither the missing NM1 nor
//! the segments of its loop are reported.

/// The unknown segments of a transaction so far, each with its loop.
#[derive(Clone, Default)]
pub(super) struct UnknownSegments {
    seen: Vec<Seen>,
    /// The loops that a misplaced segment closed.
    lost: Vec<u16>,
}

#[derive(Clone)]
struct Seen {
    id: Box<[u8]>,
    /// The number of the open loop that contains it.
    frame: usize,
    /// Its position in the transaction.
    position: u32,
    /// Whether no loop has opened since that it may have been meant to open.
    is_latest: bool,
    /// Whether it has been matched with a missing segment.
    is_taken: bool,
}

/// The maximum number of remembered segments.
const MOST: usize = 32;

impl UnknownSegments {
    pub(super) fn clear(&mut self) {
        self.seen.clear();
        self.lost.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.seen.is_empty() && self.lost.is_empty()
    }

    pub(super) fn note(&mut self, id: &[u8], frame: usize, position: u32) {
        if self.seen.len() >= MOST {
            self.seen.remove(0);
        }
        self.seen.push(Seen {
            id: id.into(),
            frame,
            position,
            is_latest: true,
            is_taken: false,
        });
    }

    /// Whether the last one is after a position; it is then matched with the missing segment there.
    pub(super) fn take_after(&mut self, position: u32) -> bool {
        let last = self.seen.len().saturating_sub(1);
        self.take(|number, seen| number == last && seen.position > position)
    }

    /// Whether one has not been matched with a missing segment.
    pub(super) fn has_free(&self) -> bool {
        self.seen.iter().any(|seen| !seen.is_taken)
    }

    /// The position of the last one.
    pub(super) fn latest(&self) -> Option<u32> {
        self.seen.last().map(|seen| seen.position)
    }

    /// Whether the last one is after a position, even if it has been matched with a missing
    /// segment.
    pub(super) fn is_after(&self, position: u32) -> bool {
        self.seen
            .last()
            .is_some_and(|seen| seen.position > position)
    }

    /// Whether one is between two positions; it is matched once with what is missing there.
    pub(super) fn take_between(&mut self, after: u32, before: u32) -> bool {
        self.take(|_, seen| seen.position > after && seen.position < before)
    }

    /// Whether one in this open loop was meant as `wanted`; it is matched with that once.
    pub(super) fn take_for(&mut self, wanted: &str, frame: usize) -> bool {
        self.take(|_, seen| seen.frame == frame && resembles(&seen.id, wanted))
    }

    fn take(&mut self, is_meant: impl Fn(usize, &Seen) -> bool) -> bool {
        let mut free = self.seen.iter_mut().enumerate();
        let found = free.find(|(number, seen)| !seen.is_taken && is_meant(*number, seen));
        found.map(|(_, seen)| seen.is_taken = true).is_some()
    }

    /// Whether one may have been meant to open a loop with `opener`; those that have been matched
    /// count only with `taken`.
    pub(super) fn may_open(&self, opener: &str, taken: bool) -> bool {
        let mut seen = self.seen.iter();
        seen.any(|seen| seen.is_latest && (taken || !seen.is_taken) && resembles(&seen.id, opener))
    }

    /// Remembers loops that a misplaced segment closed.
    pub(super) fn lose(&mut self, loops: &[u16]) {
        self.lost.extend(loops.iter().take(MOST));
        self.lost.truncate(MOST);
    }

    /// The loops that a misplaced segment closed and that have not opened since.
    pub(super) fn lost(&self) -> &[u16] {
        &self.lost
    }

    /// Records that a loop opens: this ends the lost loops after it, except those to which its
    /// first segment may belong. Loops are numbered from the outermost.
    pub(super) fn found(&mut self, number: u16, may_belong: impl Fn(u16) -> bool) {
        self.lost.retain(|lost| *lost < number || may_belong(*lost));
    }

    /// Records that a loop opens: what follows is its content, and not that of a loop that an
    /// earlier segment was meant to open.
    pub(super) fn opened(&mut self, opener: &str) {
        for seen in &mut self.seen {
            seen.is_latest &= !resembles(&seen.id, opener);
        }
    }

    /// Records that an open loop closes; its unknown segments now count for the enclosing loop.
    pub(super) fn closed(&mut self, frame: usize) {
        for seen in &mut self.seen {
            seen.frame = seen.frame.min(frame.saturating_sub(1));
        }
    }
}

/// The segments between LS and LE.
#[derive(Default)]
pub(super) struct LostBounds {
    /// The current LS is mistyped or misplaced: then the segments up to its LE are not in their
    /// place either.
    are_lost: bool,
    /// The position of the last unknown segment since the last LE, or 0.
    unknown: u32,
}

impl LostBounds {
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn unknown(&mut self, id: &str, position: u32) {
        self.are_lost |= id.eq_ignore_ascii_case("LS");
        self.unknown = position;
    }

    /// The position of the unknown segment that may have been meant as the LS for an LE.
    pub(super) fn mistyped(&mut self) -> Option<u32> {
        Some(std::mem::take(&mut self.unknown)).filter(|position| *position > 0)
    }

    /// Handles a segment of the set and returns whether its place can be checked.
    #[inline]
    pub(super) fn can_check_place(&mut self, id: &[u8], is_stray: bool) -> bool {
        let were_lost = self.are_lost;
        self.are_lost = (were_lost && id != b"LE") || (is_stray && id == b"LS");
        !were_lost
    }
}

/// Whether an identifier equals `wanted` except for case or one character.
pub(super) fn resembles(id: &[u8], wanted: &str) -> bool {
    let wanted = wanted.as_bytes();
    let same = |a: &[u8], b: &[u8]| a.eq_ignore_ascii_case(b);
    let ahead = id
        .iter()
        .zip(wanted)
        .take_while(|(a, b)| a.eq_ignore_ascii_case(b))
        .count();
    let (id, wanted) = (id.get(ahead..), wanted.get(ahead..));
    let (Some(id), Some(wanted)) = (id, wanted) else {
        return false;
    };
    match (id, wanted) {
        ([], []) => true,
        ([_, id @ ..], [_, rest @ ..]) if same(id, rest) => true,
        ([_, id @ ..], wanted) if same(id, wanted) => true,
        (id, [_, wanted @ ..]) if same(id, wanted) => true,
        ([a, b, id @ ..], [c, d, rest @ ..]) => {
            a.eq_ignore_ascii_case(d) && b.eq_ignore_ascii_case(c) && same(id, rest)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::resembles;

    #[test]
    fn one_character_may_differ() {
        for id in ["NM1", "nm1", "NMI", "NM", "M1", "NM11", "MN1", "N1", "XM1"] {
            assert!(resembles(id.as_bytes(), "NM1"), "{id}");
        }
        for id in ["ZZZ", "N", "REF", "1MN", "NM111", ""] {
            assert!(!resembles(id.as_bytes(), "NM1"), "{id}");
        }
    }
}
