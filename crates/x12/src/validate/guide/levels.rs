//! HL segments at levels that the guide does not expect.

use super::{Frame, GuideOrder, ST};
use crate::tables::Guide;
use crate::validate::Notes;
use crate::{Position, Segment};

impl GuideOrder {
    /// Handles a mistyped HL segment, which has been reported.
    #[cold]
    pub(in crate::validate) fn level(
        &mut self,
        hl: &Segment<'_>,
        position: &Position,
        notes: &mut Notes,
    ) {
        if let Some(guide) = self.guide.clone() {
            self.misplaced_level(&guide, hl, position, notes);
            // Its segments may be mistaken for those of loops around it.
            if let Some(frame) = self.frames.last_mut() {
                frame.is_implied = true;
            }
        }
    }

    /// Handles an HL segment at a level that is not expected here, which the check of the hierarchy
    /// has reported. The segments after it are checked as those of that level, or else of a lower
    /// one.
    #[cold]
    pub(super) fn misplaced_level(
        &mut self,
        guide: &Guide,
        hl: &Segment<'_>,
        position: &Position,
        notes: &mut Notes,
    ) {
        let mut path = Vec::new();
        let is_level = guide.path_to_level(0, hl.value(3), &mut path);
        if is_level {
            let frames = self.frames.iter().skip(1);
            let is_open =
                |((_, number), frame): &(&(usize, usize), &Frame)| *number == frame.number;
            // The last one always opens again.
            let above = path.split_last().map_or(&[][..], |(_, above)| above);
            let open = above.iter().zip(frames).take_while(is_open).count();
            path.drain(..open);
            self.close_to(guide, open.saturating_add(1), position, notes);
        } else {
            let opens = |frame: &Frame| {
                let places = guide.loops.get(frame.number)?.iter().enumerate();
                let mut levels = places.filter(|(_, place)| place.segment == "HL");
                levels.find_map(|(at, place)| Some((at, place.opens?)))
            };
            let mut frames = self.frames.iter().enumerate().rev();
            let Some((frame, below)) = frames.find_map(|(at, frame)| Some((at, opens(frame)?)))
            else {
                return;
            };
            path = vec![below];
            self.close_to(guide, frame.saturating_add(1), position, notes);
        }
        for (at, number) in path {
            self.count_in_last(at, position);
            self.push(guide, number);
            if let Some(frame) = self.frames.last_mut() {
                frame.is_implied = true;
            }
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.is_implied = !is_level;
        }
        self.count_in_last(0, position);
    }

    /// Counts an occurrence of a place of the innermost loop.
    fn count_in_last(&mut self, at: usize, position: &Position) {
        let after = (self.previous.unwrap_or(ST), self.last_expected);
        if let Some(frame) = self.frames.last_mut() {
            frame.count(at, position, after);
        }
    }
}

impl Guide {
    /// Finds the path from a loop to the HL loop of a level: the places that open loops, and the
    /// loops.
    fn path_to_level(&self, from: usize, code: &[u8], path: &mut Vec<(usize, usize)>) -> bool {
        let places = self.loops.get(from).map_or(&[][..], Vec::as_slice);
        for (at, place) in places.iter().enumerate() {
            let Some(inner) = place
                .opens
                .filter(|inner| *inner > from && place.segment == "HL")
            else {
                continue;
            };
            path.push((at, inner));
            if place.levels().any(|level| level.as_bytes() == code)
                || self.path_to_level(inner, code, path)
            {
                return true;
            }
            path.pop();
        }
        false
    }
}
