//! Segments of loops whose first segment is missing.

use super::{BEFORE, Order, due_in_set, lists_within};
use crate::tables::{Item, Set};
use crate::validate::Notes;
use crate::validate::lost::{Candidate, OpenerPlace, Reported, candidates};
use crate::{Position, Problem, ProblemKind};

impl Order {
    /// Whether a segment may belong to a loop whose first segment is assumed to be missing.
    #[inline]
    pub(in crate::validate) fn is_of_lost_loop(&self, member: u16) -> bool {
        !self.lost.is_empty() && self.lists_lost(member)
    }

    #[cold]
    fn lists_lost(&self, member: u16) -> bool {
        let mut lost = self.lost.loops().iter();
        let lists = |set: &Set| lost.any(|number| lists_within(set, *number, member));
        self.set.as_deref().is_some_and(lists)
    }

    /// Whether a previously reported segment explains why this one is not expected.
    pub(super) fn is_explained(&mut self, set: &Set, member: u16) -> bool {
        if self.is_of_mistyped(set, member)
            || self.lost.narrow(|number| lists_within(set, number, member))
        {
            return true;
        }
        if self.odd.is_empty() {
            return false;
        }
        let candidates = self.candidates(set, member, true);
        self.lost
            .explain(&candidates, &mut self.odd, self.last_expected)
            || (self.odd.is_after(self.last_expected) && self.is_of_closed(set, member))
    }

    /// Whether a loop that a segment closes could have opened one that lists it.
    pub(super) fn is_of_closed(&self, set: &Set, member: u16) -> bool {
        let closed = self.closed.iter();
        let closed = closed.filter_map(|number| set.loops().get(usize::from(*number)));
        let mut opened = closed
            .flat_map(crate::Loop::items)
            .filter_map(|item| item.opens);
        opened.any(|number| set.lists_within(number, member))
    }

    /// Assumes that the first segment of a loop is missing, because a segment of the loop is not
    /// expected at its place. If a required loop turns out to be missing, that is reported instead.
    pub(super) fn suspect(
        &mut self,
        set: &Set,
        member: u16,
        position: &Position,
        notes: &mut Notes,
    ) {
        if self.is_of_level(set, member) {
            notes.lose_level(position);
        }
        let candidates = self.candidates(set, member, false);
        for candidate in &candidates {
            let item = self.item_at(set, candidate);
            let Some((item, in_loop)) = item.filter(|(item, _)| item.min > 0) else {
                continue;
            };
            let id = set.id_of(&item);
            let missing = Problem {
                detail: due_in_set(set, in_loop, id, self.previous),
                ..Notes::plain(ProblemKind::SegmentMissing, *position, id)
            };
            let from = notes.first_of_segment();
            let missing = Reported {
                from,
                problem: missing,
            };
            self.lost.assume_opener(candidate.place, Some(missing));
        }
        self.lost.assume(&candidates);
        self.note_odd(set, member, position);
    }

    /// Whether an open HL loop lists a segment, which may belong to the next one.
    fn is_of_level(&self, set: &Set, member: u16) -> bool {
        let is_level = |number: u16| {
            let found = set.loops().get(usize::from(number));
            found.is_some_and(|found| found.opener() == "HL")
        };
        let mut open = self.frames.iter().map(|frame| frame.in_loop);
        open.any(|number| is_level(number) && set.lists_within(number, member))
    }

    /// The position of the last unknown segment.
    pub(in crate::validate) fn latest_odd(&self) -> Option<u32> {
        self.odd.latest()
    }

    /// Whether an unknown segment has explained nothing so far.
    pub(in crate::validate) fn has_odd(&self) -> bool {
        self.odd.has_free()
    }

    /// Remembers a segment that was reported as not expected.
    pub(super) fn note_odd(&mut self, set: &Set, member: u16, position: &Position) {
        if let Some(known) = set.members().get(usize::from(member)) {
            self.odd(known.id.as_bytes(), position.segment);
        }
    }

    fn item_at(&self, set: &Set, candidate: &Candidate) -> Option<(Item, u16)> {
        let frame = self.frames.get(candidate.place.frame)?;
        let item = u16::try_from(candidate.place.item).ok()?;
        let item = set.item(frame.in_loop, item).copied()?;
        Some((item, frame.in_loop))
    }

    /// Whether a segment belongs to a loop that a mistyped segment was meant to open, or that was
    /// closed too early.
    fn is_of_mistyped(&self, set: &Set, member: u16) -> bool {
        if self.odd.is_empty() {
            return false;
        }
        // A segment that a loop further out lists has closed those that it may have been meant for.
        let open = self.frames.iter().map(|frame| (frame.in_loop, false));
        let closed = self.closed.iter().map(|number| (*number, true));
        let mut opened = open.chain(closed).flat_map(|(number, is_closed)| {
            let items = set.loops().get(usize::from(number));
            let items = items.map_or(&[][..], |found| found.items()).iter();
            items.filter_map(move |item| {
                let number = item.opens?;
                Some((number, set.loops().get(usize::from(number))?, is_closed))
            })
        });
        let mut lost = self.odd.lost().iter();
        lost.any(|number| set.lists_within(*number, member))
            || opened.any(|(number, opened, is_closed)| {
                self.odd.may_open(opened.opener(), is_closed) && set.lists_within(number, member)
            })
    }

    /// The loops that list a segment and that an open loop could open now. Preferred are loops
    /// where it may come directly after the first segment, and innermost loops.
    fn candidates(&self, set: &Set, member: u16, with_open: bool) -> Vec<Candidate> {
        let inner = |number: usize| {
            let found = set.loops().get(number);
            found.map_or(&[][..], |found| found.items()).iter()
        };
        let lists = |number: usize| inner(number).any(|item| item.member == member);
        let follows = |number: usize| {
            let mut ahead = inner(number).take_while(|item| item.member != member);
            lists(number) && !ahead.any(|item| item.min > 0)
        };
        let within = |number: usize| lists_within(set, number, member);
        candidates(
            self.frames.len(),
            [&follows, &lists, &within],
            |at, lists| self.openable(set, at, with_open, lists),
        )
    }

    fn openable(
        &self,
        set: &Set,
        at: usize,
        with_open: bool,
        lists: &dyn Fn(usize) -> bool,
    ) -> Vec<Candidate> {
        let Some(frame) = self.frames.get(at) else {
            return Vec::new();
        };
        let is_open = |number: u16| self.frames.iter().any(|open| open.in_loop == number);
        let items = set.loops().get(usize::from(frame.in_loop));
        let items = (0..).zip(items.map_or(&[][..], |found| found.items()));
        let may_open = |(item, found): (u16, &Item)| {
            let number = found.opens?;
            let is_full = self.occurred(frame, item) & !BEFORE >= found.max;
            let opened = usize::from(number);
            (lists(opened) && !is_full && (with_open || !is_open(number))).then_some(Candidate {
                place: OpenerPlace {
                    frame: at,
                    item: usize::from(item),
                },
                number: opened,
            })
        };
        items.filter_map(may_open).collect()
    }
}
