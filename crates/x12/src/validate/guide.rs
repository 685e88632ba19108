//! The rules of an implementation guide in addition to the standard.

mod elements;
mod levels;
mod lost;
mod missing;

use std::ops::Range;
use std::sync::Arc;

use elements::check;

use super::Notes;
use super::hints::{DuePlace, places_in_guide};
use super::lost::LostLoops;
use super::odd::UnknownSegments;
use crate::tables::{Guide, Qualifier, Use};
use crate::text::decode;
use crate::{Position, ProblemKind, Segment};

/// The open loops of a guide with the occurrences in each.
#[derive(Clone, Default)]
pub(super) struct GuideOrder {
    guide: Option<Arc<Guide>>,
    frames: Vec<Frame>,
    /// Closed loops, whose memory is used again.
    spare: Vec<Frame>,
    odd: UnknownSegments,
    lost: LostLoops,
    /// The position of the last expected segment.
    last_expected: u32,
    /// The last expected segment.
    previous: Option<DuePlace<'static>>,
}

const ST: DuePlace<'static> = DuePlace {
    id: "ST",
    position: 1,
};

#[derive(Clone, Default)]
struct Frame {
    number: usize,
    /// Whether the loop has content in the input, but no first segment.
    is_implied: bool,
    /// Whether it has begun again at an earlier place.
    is_anew: bool,
    /// The current place.
    at: usize,
    /// The number of occurrences of each place.
    counts: Vec<u32>,
    /// The segment after which each skipped place was due.
    passed: Vec<Passed>,
}

/// Places that were skipped without an occurrence.
#[derive(Clone)]
struct Passed {
    places: Range<usize>,
    position: Position,
    /// The segment before.
    after: DuePlace<'static>,
    /// The position of the last expected segment before.
    since: u32,
}

/// Marks the count of a place that occurred before its loop began again without its first segment.
const BEFORE: u32 = 1 << 31;

impl Frame {
    /// Counts an occurrence of a place and returns the number so far. `after` is the segment
    /// before, and the position of the last expected one.
    fn count(&mut self, at: usize, position: &Position, after: (DuePlace<'static>, u32)) -> u32 {
        self.pass(at, position, after);
        self.at = self.at.max(at);
        self.counts.get_mut(at).map_or(0, |count| {
            *count += 1;
            *count & !BEFORE
        })
    }

    /// Notes the places from the current one up to this one as skipped, if they were not before.
    fn pass(&mut self, at: usize, position: &Position, after: (DuePlace<'static>, u32)) {
        let passed = |places| Passed {
            places,
            position: *position,
            after: after.0,
            since: after.1,
        };
        if !self.is_anew {
            if self.at < at {
                self.passed.push(passed(self.at..at));
            }
            return;
        }
        for place in self.at..at {
            if self.passed_at(place).is_none() {
                self.passed.push(passed(place..place.saturating_add(1)));
            }
        }
    }

    /// How a place was skipped.
    fn passed_at(&self, place: usize) -> Option<&Passed> {
        self.passed
            .iter()
            .find(|passed| passed.places.contains(&place))
    }

    /// Goes back to a place, so that those after it are in order again.
    fn begin_anew(&mut self, at: usize) {
        self.at = at;
        self.is_anew = true;
        let counts = self.counts.iter_mut().skip(at.saturating_add(1));
        for count in counts.filter(|count| **count > 0) {
            *count = BEFORE;
        }
    }
}

impl GuideOrder {
    pub(super) fn begin(&mut self, guide: Option<Arc<Guide>>) {
        self.spare.append(&mut self.frames);
        self.odd.clear();
        self.lost.clear();
        self.last_expected = 1;
        self.previous = None;
        if let Some(guide) = &guide {
            self.push(guide, 0);
        }
        self.guide = guide;
    }

    /// The guide's name of the innermost open loop.
    pub(super) fn loop_id(&self) -> &'static str {
        let frame = self.frames.last();
        let id = frame.and_then(|frame| self.guide.as_ref()?.ids.get(frame.number).copied());
        id.unwrap_or("")
    }

    /// Whether a segment may come directly after the first of the innermost loop.
    #[cold]
    pub(super) fn may_follow_first(&self, segment: &Segment<'_>) -> bool {
        let Some((guide, frame)) = self.guide.as_ref().zip(self.frames.last()) else {
            return true;
        };
        let places = guide.loops.get(frame.number).into_iter().flatten().skip(1);
        let mut ahead = places.take_while(|place| !place.is_for(segment));
        !ahead.any(|place| place.required)
    }

    /// Whether the guide has a level (HL03); without a guide any level is allowed.
    #[cold]
    pub(super) fn has_level(&self, code: &[u8]) -> bool {
        let is_level = |guide: &Guide| {
            let mut levels = guide.levels.iter();
            levels.any(|(_, level)| level.as_bytes() == code)
        };
        self.guide.as_deref().is_none_or(is_level)
    }

    /// The guide in force.
    pub(super) fn guide(&self) -> Option<&Guide> {
        self.guide.as_deref()
    }

    /// Checks a segment that the set allows here; returns whether it is stray according to the
    /// guide, so that the segments after it are checked as if it did not exist.
    pub(super) fn segment(
        &mut self,
        segment: &Segment<'_>,
        position: &Position,
        notes: &mut Notes,
    ) -> bool {
        // Moved out and back: a clone would count a reference for each segment.
        let Some(guide) = self.guide.take() else {
            return false;
        };
        let is_odd = self.compare(&guide, segment, position, notes);
        self.guide = Some(guide);
        is_odd
    }

    fn compare(
        &mut self,
        guide: &Guide,
        segment: &Segment<'_>,
        position: &Position,
        notes: &mut Notes,
    ) -> bool {
        let found = self.find(guide, segment);
        let Some((frame, at)) = found.filter(|found| {
            !self.is_of_lost(guide, *found, segment) && !self.is_passed(guide, *found)
        }) else {
            if segment.id() == b"HL" {
                self.misplaced_level(guide, segment, position, notes);
                return false;
            } else if has_wrong_qualifier(guide, segment, notes) {
                self.odd(segment.id(), position.segment);
            } else if self.is_explained(guide, segment) || self.ends_lost_bounds(segment) {
                notes.forget_misplaced();
                self.enter_lost_level(guide, segment, position, notes);
                return false;
            } else {
                self.suspect(guide, segment, position, notes);
                let id = decode(segment.id());
                let detail = places_in_guide(guide, segment);
                notes.add_with(ProblemKind::SegmentUnexpected, *position, &id, detail);
                self.enter_lost_level(guide, segment, position, notes);
            }
            return true;
        };
        self.place(guide, (frame, at), segment, position, notes);
        false
    }

    /// Remembers a segment that is not in the set.
    #[cold]
    pub(super) fn odd(&mut self, id: &[u8], position: u32) {
        let frame = self.frames.len().saturating_sub(1);
        self.odd.note(id, frame, position);
    }

    /// Handles a segment that the set does not allow here. It closes no loop, and counts only in
    /// the innermost loop, unless a previously reported segment explains it.
    #[cold]
    pub(super) fn stray(
        &mut self,
        segment: &Segment<'_>,
        is_explained: bool,
        position: &Position,
        notes: &mut Notes,
    ) {
        let Some(guide) = self.guide.clone() else {
            return;
        };
        let innermost = self.frames.len().saturating_sub(1);
        let found = self.find(&guide, segment);
        if found.is_none() && !self.is_explained(&guide, segment) {
            self.suspect(&guide, segment, position, notes);
        }
        let counts = |(frame, _): &(usize, usize)| is_explained || *frame == innermost;
        if let Some(found) = found.filter(counts) {
            self.place(&guide, found, segment, position, notes);
        }
    }

    fn place(
        &mut self,
        guide: &Guide,
        (frame, at): (usize, usize),
        segment: &Segment<'_>,
        position: &Position,
        notes: &mut Notes,
    ) {
        if self.is_full(guide, (frame, at)) {
            self.lose(frame + 1);
        }
        self.close_to(guide, frame + 1, position, notes);
        let place = guide
            .loops
            .get(self.loop_of(frame))
            .and_then(|places| places.get(at));
        let (Some(place), Some(open)) = (place, self.frames.get_mut(frame)) else {
            return;
        };
        let after = (self.previous.unwrap_or(ST), self.last_expected);
        let is_behind = at < open.at && frame > 0;
        let count = open.count(at, position, after);
        self.previous = Some(DuePlace {
            id: place.segment,
            position: position.segment,
        });
        if count > place.max {
            if is_behind {
                open.begin_anew(at);
            }
            if self.is_explained(guide, segment) {
                return;
            }
            self.too_often(place, segment, position, notes);
        } else {
            self.expected(guide, place.opens, segment, position);
        }
        if let Some(number) = place.opens {
            self.push(guide, number);
            self.odd.opened(place.segment);
            self.found(guide, number, segment);
            self.opening(guide, number, segment, position, notes);
        }
        check(place, segment, position, notes);
    }

    /// Reports a segment whose place has already occurred as often as it may.
    #[cold]
    fn too_often(
        &mut self,
        place: &Use,
        segment: &Segment<'_>,
        position: &Position,
        notes: &mut Notes,
    ) {
        let max = place.max;
        let kind = match place.opens {
            Some(_) => ProblemKind::LoopTooOften { max },
            None => ProblemKind::SegmentTooOften { max },
        };
        self.odd(segment.id(), position.segment);
        if place.opens.is_none() {
            // The rest of the loops that it closes by mistake may follow.
            notes.forget_missing(position);
        }
        notes.add(kind, *position, place.segment);
    }

    /// Whether a place further out than the innermost loop has passed and has occurred as often as
    /// it may, so that a segment for it is stray.
    fn is_passed(&self, guide: &Guide, (frame, at): (usize, usize)) -> bool {
        let places = guide.loops.get(self.loop_of(frame));
        let place = places.and_then(|places| places.get(at));
        let Some((open, place)) = self.frames.get(frame).zip(place) else {
            return false;
        };
        let count = open.counts.get(at).map_or(0, |count| count & !BEFORE);
        place.segment != "HL"
            && frame.saturating_add(1) < self.frames.len()
            && at < open.at
            && count >= place.max
    }

    /// Whether a place that opens no loop has occurred as often as it may.
    fn is_full(&self, guide: &Guide, (frame, at): (usize, usize)) -> bool {
        let count = self.frames.get(frame).and_then(|open| open.counts.get(at));
        let places = guide.loops.get(self.loop_of(frame));
        let place = places.and_then(|places| places.get(at));
        let max = place
            .filter(|place| place.opens.is_none())
            .map(|place| place.max);
        count
            .zip(max)
            .is_some_and(|(count, max)| *count & !BEFORE >= max)
    }

    pub(super) fn end(&mut self, position: &Position, notes: &mut Notes) {
        if let Some(guide) = self.guide.take() {
            self.close_to(&guide, 0, position, notes);
        }
    }

    fn loop_of(&self, frame: usize) -> usize {
        self.frames
            .get(frame)
            .map_or(usize::MAX, |frame| frame.number)
    }

    fn push(&mut self, guide: &Guide, number: usize) {
        let places = guide.loops.get(number).map_or(0, Vec::len);
        let Frame {
            mut counts,
            mut passed,
            ..
        } = self.spare.pop().unwrap_or_default();
        counts.clear();
        counts.resize(places, 0);
        passed.clear();
        self.frames.push(Frame {
            number,
            counts,
            passed,
            ..Frame::default()
        });
    }

    /// The segment that opens a loop is also the first that the loop lists.
    fn opening(
        &mut self,
        guide: &Guide,
        number: usize,
        segment: &Segment<'_>,
        position: &Position,
        notes: &mut Notes,
    ) {
        let first = guide.loops.get(number).and_then(|places| places.first());
        let count = self
            .frames
            .last_mut()
            .and_then(|frame| frame.counts.first_mut());
        if let (Some(first), Some(count)) = (first.filter(|first| first.is_for(segment)), count) {
            *count = 1;
            check(first, segment, position, notes);
        }
    }

    /// The intended place: from the innermost loop outwards, places that may still occur come
    /// before those that have passed.
    fn find(&self, guide: &Guide, segment: &Segment<'_>) -> Option<(usize, usize)> {
        let frames = || self.frames.iter().enumerate().rev();
        let fitting = |frame: &Frame, from: usize| {
            // The first place of a loop is the segment that opened it; another one opens it again.
            let from = if frame.number == 0 { from } else { from.max(1) };
            let places = guide.loops.get(frame.number)?.iter().enumerate().skip(from);
            let mut fitting = places.filter(|(_, place)| place.is_for(segment));
            let free = |(at, place): &(usize, &Use)| {
                frame
                    .counts
                    .get(*at)
                    .is_some_and(|count| *count & !BEFORE < place.max)
            };
            let first = fitting.clone().find(free).or_else(|| fitting.next());
            first.map(|(at, _)| at)
        };
        let ahead = frames().find_map(|(number, frame)| Some((number, fitting(frame, frame.at)?)));
        ahead.or_else(|| frames().find_map(|(number, frame)| Some((number, fitting(frame, 0)?))))
    }
}

/// Whether the value that selects a place of the guide is wrong.
#[cold]
fn has_wrong_qualifier(guide: &Guide, segment: &Segment<'_>, notes: &mut Notes) -> bool {
    let places = guide.loops.iter().flatten();
    let qualifiers = places
        .filter(|place| place.segment.as_bytes() == segment.id())
        .flat_map(|place| &place.qualifiers);
    let elements: Vec<usize> = qualifiers.map(|qualifier| qualifier.element).collect();
    let mut found = notes.problems.kept_from(notes.from).iter();
    found.any(|found| {
        found.is_of_unusable_value() && elements.contains(&usize::from(found.position.element))
    })
}

impl Guide {
    /// Whether a loop, or one within it, lists a segment.
    fn lists_within(&self, number: usize, segment: &Segment<'_>) -> bool {
        let Some(places) = self.loops.get(number) else {
            return false;
        };
        places.iter().any(|place| {
            place.is_for(segment)
                // A loop comes after the one that contains it.
                || place.opens.is_some_and(|inner| inner > number && self.lists_within(inner, segment))
        })
    }
}

impl Use {
    pub(super) fn is_for(&self, segment: &Segment<'_>) -> bool {
        self.is_of(segment.id())
            && self
                .qualifiers
                .iter()
                .all(|qualifier| qualifier.holds(segment))
    }
}

impl Qualifier {
    fn holds(&self, segment: &Segment<'_>) -> bool {
        let element = segment
            .element(self.element)
            .and_then(|element| element.repetitions().next());
        let value = match self.component {
            0 => element,
            nth => element.and_then(|element| element.components().nth(nth - 1)),
        };
        let value = value.map_or(&[][..], |value| value.value());
        self.values.iter().any(|wanted| wanted.as_bytes() == value)
    }
}
