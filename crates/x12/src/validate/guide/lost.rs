//! Segments of loops whose first segment is missing.

use super::{BEFORE, GuideOrder, ST};
use crate::tables::{Guide, Use};
use crate::validate::Notes;
use crate::validate::hints::{due, qualifiers};
use crate::validate::lost::{Candidate, OpenerPlace, Reported, candidates};
use crate::{GuideContext, Position, Problem, ProblemKind, Segment};

impl GuideOrder {
    /// Whether a loop that opens with this segment is assumed to lack it.
    pub(in crate::validate) fn has_lost(&self, opener: &str) -> bool {
        let Some(guide) = &self.guide else {
            return false;
        };
        let first = |number: &usize| guide.loops.get(*number)?.first();
        let mut openers = self.lost.loops().iter().filter_map(first);
        openers.any(|first| first.segment == opener)
    }

    /// Whether a segment may belong to a loop whose first segment is assumed to be missing.
    #[inline]
    pub(in crate::validate) fn is_of_lost_loop(&self, segment: &Segment<'_>) -> bool {
        !self.lost.is_empty() && self.lists_lost(segment)
    }

    #[cold]
    fn lists_lost(&self, segment: &Segment<'_>) -> bool {
        let lists = |guide: &Guide| {
            let mut lost = self.lost.loops().iter();
            lost.any(|number| guide.lists_within(*number, segment))
        };
        self.guide.as_deref().is_some_and(lists)
    }

    /// Whether a previously reported segment explains why this one is not expected.
    pub(super) fn is_explained(&mut self, guide: &Guide, segment: &Segment<'_>) -> bool {
        if self.is_of_mistyped(guide, segment)
            || self
                .lost
                .narrow(|number| guide.lists_within(number, segment))
        {
            return true;
        }
        if self.odd.is_empty() {
            return false;
        }
        let candidates = self.candidates(guide, segment);
        self.lost
            .explain(&candidates, &mut self.odd, self.last_expected)
    }

    /// Whether a segment is the LE of an LS loop that seems to be closed, because of a stray
    /// segment in it.
    pub(super) fn ends_lost_bounds(&self, segment: &Segment<'_>) -> bool {
        segment.id() == b"LE" && !self.odd.is_empty()
    }

    /// Whether a segment that would open a loop too late belongs to a loop that can come next.
    pub(super) fn is_of_lost(
        &self,
        guide: &Guide,
        (frame, at): (usize, usize),
        segment: &Segment<'_>,
    ) -> bool {
        let Some(open) = self.frames.get(frame).filter(|open| at < open.at) else {
            return false;
        };
        let places = guide.loops.get(open.number);
        let place = places.and_then(|places| places.get(at));
        if place.is_none_or(|place| place.opens.is_none()) {
            return false;
        }
        let is_next = |candidate: &Candidate| {
            let frame = self.frames.get(candidate.place.frame);
            frame.is_some_and(|frame| candidate.place.item >= frame.at)
        };
        self.candidates(guide, segment).iter().any(is_next)
    }

    /// Assumes that the first segment of a loop is missing, because a segment of the loop is not
    /// expected at its place. If a required loop turns out to be missing, that is reported instead.
    #[cold]
    pub(super) fn suspect(
        &mut self,
        guide: &Guide,
        segment: &Segment<'_>,
        position: &Position,
        notes: &mut Notes,
    ) {
        let candidates = self.candidates(guide, segment);
        for candidate in &candidates {
            let frame = self.frames.get(candidate.place.frame);
            let places = frame.and_then(|frame| guide.loops.get(frame.number));
            let place = places.and_then(|places| places.get(candidate.place.item));
            let Some(place) = place.filter(|place| place.required) else {
                continue;
            };
            let missing = Reported {
                from: notes.first_of_segment(),
                problem: self.missing_opener(guide, candidate, place, position),
            };
            self.lost.assume_opener(candidate.place, Some(missing));
        }
        self.lost.assume(&candidates);
        self.odd(segment.id(), position.segment);
    }

    /// Opens the HL loop of a segment that follows a missing HL segment, so that the segments after
    /// it are checked as those of that level.
    #[cold]
    pub(super) fn enter_lost_level(
        &mut self,
        guide: &Guide,
        segment: &Segment<'_>,
        position: &Position,
        notes: &mut Notes,
    ) {
        let candidates = self.candidates(guide, segment);
        let is_level = |candidate: &&Candidate| {
            let places = guide.loops.get(candidate.number);
            let Some((first, inner)) = places.and_then(|places| places.split_first()) else {
                return false;
            };
            first.segment == "HL" && inner.iter().any(|place| place.is_for(segment))
        };
        let Some(level) = candidates.iter().find(is_level) else {
            return;
        };
        notes.lose_level(position);
        let length = level.place.frame.saturating_add(1);
        // The segment may be stray and no HL segment missing: then the rest of these loops follows.
        for frame in self.frames.iter_mut().skip(length) {
            frame.is_implied = true;
        }
        self.close_to(guide, length, position, notes);
        self.push(guide, level.number);
        if let Some(frame) = self.frames.last_mut() {
            frame.is_implied = true;
        }
        if let Some(found) = self.find(guide, segment) {
            self.place(guide, found, segment, position, notes);
        }
    }

    fn missing_opener(
        &self,
        guide: &Guide,
        candidate: &Candidate,
        place: &Use,
        position: &Position,
    ) -> Problem {
        let id_of = |number: usize| guide.ids.get(number).copied().unwrap_or("");
        let after = self.previous.unwrap_or(ST);
        let detail = due(
            id_of(candidate.number),
            place.segment,
            &qualifiers(place),
            after,
        );
        let context = GuideContext {
            is_demanding: true,
            is_of_loop: true,
            loop_id: id_of(self.loop_of(candidate.place.frame)),
            unit: None,
        };
        Problem {
            detail,
            guide: Some(Box::new(context)),
            ..Notes::plain(ProblemKind::SegmentMissing, *position, place.segment)
        }
    }

    /// Remembers the loops from `from` on, which a superfluous segment closes.
    #[cold]
    pub(super) fn lose(&mut self, from: usize) {
        let numbers = self.frames.iter().skip(from);
        let numbers = numbers.filter_map(|frame| u16::try_from(frame.number).ok());
        let numbers: Vec<u16> = numbers.collect();
        self.odd.lose(&numbers);
    }

    /// Records that a loop opens.
    pub(super) fn found(&mut self, guide: &Guide, number: usize, opener: &Segment<'_>) {
        let Ok(number) = u16::try_from(number) else {
            return;
        };
        if !self.odd.lost().is_empty() {
            self.odd.found(number, |lost| {
                lost != number && guide.lists_within(usize::from(lost), opener)
            });
        }
    }

    /// Records a segment in its place.
    pub(super) fn expected(
        &mut self,
        guide: &Guide,
        opened: Option<usize>,
        segment: &Segment<'_>,
        position: &Position,
    ) {
        self.last_expected = position.segment;
        if !self.lost.is_empty() {
            self.lost
                .pass(opened, |number| guide.lists_within(number, segment));
        }
    }

    /// Whether a segment belongs to a loop that an unknown segment may have been meant to open.
    fn is_of_mistyped(&self, guide: &Guide, segment: &Segment<'_>) -> bool {
        if self.odd.is_empty() {
            return false;
        }
        let places = self
            .frames
            .iter()
            .filter_map(|frame| guide.loops.get(frame.number));
        let mut opened = places
            .flatten()
            .filter(|place| self.odd.may_open(place.segment, false))
            .filter_map(|place| place.opens);
        let mut lost = self.odd.lost().iter();
        lost.any(|number| guide.lists_within(usize::from(*number), segment))
            || opened.any(|number| guide.lists_within(number, segment))
    }

    /// The loops that list a segment and that an open loop could open now. Preferred are loops
    /// where it may come directly after the first segment, and innermost loops.
    fn candidates(&self, guide: &Guide, segment: &Segment<'_>) -> Vec<Candidate> {
        // The first of its places is the opening segment itself.
        let inner = |number: usize| guide.loops.get(number).into_iter().flatten().skip(1);
        let lists = |number: usize| inner(number).any(|place| place.is_for(segment));
        let follows = |number: usize| {
            let mut ahead = inner(number).take_while(|place| !place.is_for(segment));
            lists(number) && !ahead.any(|place| place.required)
        };
        let within = |number: usize| guide.lists_within(number, segment);
        candidates(
            self.frames.len(),
            [&follows, &lists, &within],
            |at, lists| self.openable(guide, at, lists),
        )
    }

    fn openable(&self, guide: &Guide, at: usize, lists: &dyn Fn(usize) -> bool) -> Vec<Candidate> {
        let Some(frame) = self.frames.get(at) else {
            return Vec::new();
        };
        let places = guide.loops.get(frame.number).into_iter().flatten();
        let counted = places.zip(&frame.counts).enumerate();
        let may_open = |(item, (place, count)): (usize, (&Use, &u32))| {
            let number = place.opens?;
            let is_free = count & !BEFORE < place.max;
            (is_free && lists(number)).then_some(Candidate {
                place: OpenerPlace { frame: at, item },
                number,
            })
        };
        counted.filter_map(may_open).collect()
    }
}
