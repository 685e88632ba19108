//! Finds the missing parts of a loop when it closes.

use super::{Frame, GuideOrder, ST};
use crate::tables::{Guide, Use};
use crate::validate::Notes;
use crate::validate::hints::{due, qualifiers};
use crate::validate::lost::OpenerPlace;
use crate::{Position, ProblemKind};

impl GuideOrder {
    /// Closes loops until `length` are open, and reports the missing parts of each.
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
                if is_missing && !self.is_absence_known(&frame, (at, place), position, notes) {
                    self.missing(guide, &frame, (at, place), position, notes);
                }
            }
            self.spare.push(frame);
            self.odd.closed(self.frames.len());
            self.lost.closed(self.frames.len());
        }
    }

    /// Whether a previously reported segment explains why a place has none.
    #[cold]
    fn is_absence_known(
        &mut self,
        frame: &Frame,
        (at, place): (usize, &Use),
        position: &Position,
        notes: &mut Notes,
    ) -> bool {
        let number = self.frames.len();
        let passed = frame.passed_at(at);
        let (since, before) = passed.map_or((self.last_expected, position.segment), |passed| {
            (passed.since, passed.position.segment)
        });
        let opener = OpenerPlace {
            frame: number,
            item: at,
        };
        self.lost.take_opener(opener, notes)
            || self.odd.take_for(place.segment, number)
            || self.odd.take_between(since, before)
    }

    /// Reports that a place of a loop has no segment, at the position where it was due.
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
        let passed = frame.passed_at(at);
        let here = (*position, self.previous.unwrap_or(ST));
        let (position, after) = passed.map_or(here, |passed| (passed.position, passed.after));
        if place.segment == "HL" {
            notes.lose_level(&position);
        }
        let id = id_of(place.opens.unwrap_or(frame.number));
        let detail = due(id, place.segment, &qualifiers(place), after);
        notes.is_of_loop = place.opens.is_some();
        notes.loop_id = id_of(frame.number);
        notes.add_with(ProblemKind::SegmentMissing, position, place.segment, detail);
        (notes.is_of_loop, notes.loop_id) = (false, "");
    }
}
