//! Segments that turn out to be stray after they were counted.

use super::{BEFORE, Order, Reached};
use crate::{Fit, Place, Position};

impl Order {
    /// The loops closed since the last segment.
    pub(in crate::validate) fn closed(&self) -> &[u16] {
        &self.closed
    }

    /// Whether a segment is in the innermost loop, or opens a loop in it.
    #[cold]
    pub(in crate::validate) fn is_of_last(&self, place: Place) -> bool {
        let in_loop = match (place.fit, &self.set) {
            (Fit::Listed, _) => place.in_loop,
            (Fit::Opens, Some(set)) => set.parent_of(place.in_loop),
            _ => return false,
        };
        let last = self.frames.last();
        last.is_some_and(|frame| frame.in_loop == in_loop)
    }

    /// Undoes the last segment, which is a stray HL segment and closed loops.
    #[cold]
    pub(in crate::validate) fn take_back_level(&mut self, closed: &[u16], position: &Position) {
        self.retract();
        self.odd(b"HL", position.segment);
        self.odd.lose(closed);
        // Its loop lacks nothing.
        if let Some(frame) = self.frames.last() {
            let counts = self.counts.get_mut(frame.counts..).unwrap_or_default();
            counts.fill(BEFORE);
        }
    }

    /// Undoes the last segment, which is stray: the segments after it are allowed where they were
    /// before.
    #[cold]
    pub(in crate::validate) fn retract(&mut self) {
        let Reached { at, before, item } = self.reached;
        let Some(frame) = self.frames.get_mut(at) else {
            return;
        };
        frame.item = before;
        let set = self.set.as_deref();
        let min = set
            .and_then(|set| set.item(frame.in_loop, item))
            .map(|found| found.min);
        let count = self
            .counts
            .get_mut(frame.counts.saturating_add(usize::from(item)));
        if let Some(count) = count.filter(|count| **count & !BEFORE > min.unwrap_or(0)) {
            *count -= 1;
        }
    }
}
