//! What a loop lacks when it closes.

use super::{Frame, GuideOrder, ST};
use crate::tables::{Guide, Use};
use crate::validate::Notes;
use crate::validate::hints::{due, qualifiers};
use crate::{Position, ProblemKind};

impl GuideOrder {
    /// Closes loops until so many are open, and tells what each lacks.
    pub(super) fn close_to(
        &mut self,
        guide: &Guide,
        length: usize,
        position: &Position,
        notes: &mut Notes,
    ) {
        while self.frames.len() > length {
            let Some(frame) = self.frames.pop() else {
                return;
            };
            let places = guide.loops.get(frame.number).map_or(&[][..], Vec::as_slice);
            for (at, (place, count)) in places.iter().zip(&frame.counts).enumerate() {
                let is_envelope = matches!(place.segment, "ST" | "SE");
                let is_missing = place.required && *count == 0 && !is_envelope && !frame.is_implied;
                if is_missing && !self.odd.take_for(place.segment, self.frames.len()) {
                    self.missing(guide, &frame, (at, place), position, notes);
                }
            }
            self.odd.closed(self.frames.len());
        }
    }

    /// Tells that a place of a loop has no segment: where that was due, or else here.
    #[cold]
    fn missing(
        &self,
        guide: &Guide,
        frame: &Frame,
        (at, place): (usize, &Use),
        position: &Position,
        notes: &mut Notes,
    ) {
        let id_of = |number: usize| guide.ids.get(number).copied().unwrap_or("");
        let passed = frame.passed.iter().find(|(passed, ..)| *passed == at);
        let here = (*position, self.previous.unwrap_or(ST));
        let (position, after) = passed.map_or(here, |(_, at, after)| (*at, *after));
        let id = id_of(place.opens.unwrap_or(frame.number));
        let detail = due(id, place.segment, &qualifiers(place), after);
        notes.is_of_loop = place.opens.is_some();
        notes.loop_id = id_of(frame.number);
        notes.add_with(ProblemKind::SegmentMissing, position, place.segment, detail);
        (notes.is_of_loop, notes.loop_id) = (false, "");
    }
}
