//! Order and number of segments and loops.

mod lost;
mod retract;

use std::sync::Arc;

use super::Notes;
use super::hints::{DuePlace, due, places_in_set};
use super::lost::{LostLoops, OpenerPlace};
use super::odd::UnknownSegments;
use crate::tables::{Item, Set};
use crate::{Fit, Place, Position, ProblemKind};

/// Marks the count of an item that occurred before its loop began again without its first segment.
const BEFORE: u32 = 1 << 31;

/// The open loops of a transaction with the occurrences in each.
#[derive(Default)]
pub(super) struct Order {
    set: Option<Arc<Set>>,
    frames: Vec<Frame>,
    /// For each open loop, the number of occurrences of each of its items; the frames have the
    /// bounds.
    counts: Vec<u32>,
    /// Required items that were skipped without an occurrence.
    passed: Vec<Passed>,
    odd: UnknownSegments,
    lost: LostLoops,
    /// The last segment in its place, and its position.
    previous: (u16, u32),
    /// The position of the last expected segment.
    last_expected: u32,
    /// The loops closed since the last segment.
    closed: Vec<u16>,
    reached: Reached,
}

/// Where the last segment was counted.
#[derive(Clone, Copy, Default)]
struct Reached {
    /// The number of the open loop.
    at: usize,
    /// The loop's previous item.
    before: u16,
    item: u16,
}

#[derive(Clone, Copy)]
struct Frame {
    in_loop: u16,
    /// The current item.
    item: u16,
    /// The start of the loop's counts.
    counts: usize,
}

struct Passed {
    frame: usize,
    item: u16,
    position: Position,
    /// The segment before, and its position.
    after: (u16, u32),
    /// The position of the last expected segment before.
    since: u32,
}

/// Why an item may not occur now.
#[derive(Clone, Copy)]
enum Refused {
    Late,
    Full,
}

impl Order {
    pub(super) fn begin(&mut self, set: Option<&Arc<Set>>) {
        self.set = set.cloned();
        self.frames.clear();
        self.counts.clear();
        self.passed.clear();
        self.previous = (u16::MAX, 1);
        self.odd.clear();
        self.lost.clear();
        self.last_expected = 1;
        self.closed.clear();
        self.push(set.map(|set| &**set), 0);
    }

    /// Remembers a segment that is not in the set.
    #[cold]
    pub(super) fn odd(&mut self, id: &[u8], position: u32) {
        let frame = self.frames.len().saturating_sub(1);
        self.odd.note(id, frame, position);
    }

    /// Whether a segment that no open loop lists belongs to a loop whose first segment is missing.
    #[cold]
    pub(super) fn explains(&mut self, member: u16, position: &Position, notes: &mut Notes) -> bool {
        let Some(set) = self.set.clone() else {
            return false;
        };
        let is_explained = self.is_explained(&set, member);
        if !is_explained {
            self.suspect(&set, member, position, notes);
        }
        is_explained
    }

    /// Where the set lists a segment.
    pub(super) fn places(&self, member: u16) -> Box<str> {
        let set = self.set.as_deref();
        set.map_or(Box::default(), |set| places_in_set(set, member))
    }

    /// Whether an unknown segment may have been meant to open a loop with `opener`, or a segment
    /// that does is assumed to be missing.
    pub(super) fn has_lost(&self, opener: &str) -> bool {
        let set = self.set.as_deref();
        let of = |number: &usize| set?.loops().get(*number).map(crate::Loop::opener);
        let mut openers = self.lost.loops().iter().filter_map(of);
        self.odd.may_open(opener, false) || openers.any(|found| found == opener)
    }

    /// Records the loops that a segment has closed although no open loop lists it.
    pub(super) fn stray(&mut self) {
        self.odd.lose(&self.closed);
        self.closed.clear();
    }

    #[inline]
    pub(super) fn segment(&mut self, place: Place, position: &Position, notes: &mut Notes) {
        // Moved out and back: a clone would count a reference for each segment.
        let Some(set) = self.set.take() else { return };
        self.placed(&set, place, position, notes);
        self.set = Some(set);
    }

    fn placed(&mut self, set: &Set, place: Place, position: &Position, notes: &mut Notes) {
        let opens = place.fit == Fit::Opens;
        if opens {
            self.end_level(set, place.in_loop, position);
        }
        let of_loop = if opens {
            set.parent_of(place.in_loop)
        } else {
            place.in_loop
        };
        let at = self
            .frames
            .iter()
            .rposition(|frame| frame.in_loop == of_loop);
        if let Some(at) = at
            && let Err(refused) = self.count(set, at, place.item, position)
            && !self.fits_further_out(set, at, place.member, position)
        {
            self.refused(set, (at, of_loop), place, refused, (position, notes));
        } else {
            self.last_expected = position.segment;
            if !self.lost.is_empty() {
                let opened = opens.then_some(usize::from(place.in_loop));
                self.lost
                    .pass(opened, |number| lists_within(set, number, place.member));
            }
        }
        self.closed.clear();
        self.previous = (place.member, position.segment);
        if opens {
            self.push(Some(set), place.in_loop);
            if !self.odd.is_empty()
                && let Some(opened) = set.loops().get(usize::from(place.in_loop))
            {
                self.odd.opened(opened.opener());
                self.odd.found(place.in_loop, |lost| {
                    lost != place.in_loop && set.lists_within(lost, place.member)
                });
            }
        }
    }

    /// Handles a segment that may not occur now: reports it unless a previously reported one
    /// explains it.
    #[cold]
    fn refused(
        &mut self,
        set: &Set,
        (at, of_loop): (usize, u16),
        place: Place,
        refused: Refused,
        (position, notes): (&Position, &mut Notes),
    ) {
        let opens = place.fit == Fit::Opens;
        let is_explained = self.is_explained(set, place.member);
        // The rest of the loops that a segment closes by mistake may follow.
        let is_late = matches!(refused, Refused::Late);
        if is_explained || is_late || !opens || self.is_of_closed(set, place.member) {
            notes.forget_missing(position);
            self.odd.lose(&self.closed);
        }
        if !is_explained {
            match refused {
                Refused::Late => self.suspect(set, place.member, position, notes),
                Refused::Full => self.note_odd(set, place.member, position),
            }
            let item = set.item(of_loop, place.item).copied();
            report(set, refused, item, position, notes);
        }
        if matches!(refused, Refused::Late) {
            self.begin_anew(set, at, place.item);
        }
        self.force(at, place.item);
    }

    /// A loop opens within one of its kind, whose own content ends with that.
    fn end_level(&mut self, set: &Set, inner: u16, position: &Position) {
        let at = self.frames.len().saturating_sub(1);
        let Some(frame) = self
            .frames
            .get(at)
            .copied()
            .filter(|frame| frame.in_loop == inner)
        else {
            return;
        };
        let items = set.loops().get(usize::from(inner));
        for (number, item) in (0..).zip(items.map_or(&[][..], |found| found.items())) {
            if item.min > self.occurred(&frame, number) {
                self.pass(at, number, position);
            }
        }
    }

    /// Closes the innermost loop, or at the end the transaction.
    pub(super) fn close(&mut self, position: &Position, notes: &mut Notes) {
        // Moved out and back, as for a segment.
        let Some(set) = self.set.take() else { return };
        if let Some(frame) = self.frames.pop() {
            self.end_frame(&set, &frame, position, notes);
        }
        self.set = Some(set);
    }

    fn end_frame(&mut self, set: &Set, frame: &Frame, position: &Position, notes: &mut Notes) {
        let items = set
            .loops()
            .get(usize::from(frame.in_loop))
            .map_or(&[][..], |found| found.items());
        let at = self.frames.len();
        for (number, item) in (0..).zip(items) {
            if item.min > 0 && self.occurred(frame, number) < item.min {
                self.missing(set, frame, (number, item), position, notes);
            }
        }
        self.passed.retain(|passed| passed.frame != at);
        self.odd.closed(at);
        self.lost.closed(at);
        self.closed.push(frame.in_loop);
        self.counts.truncate(frame.counts);
    }

    /// A loop that closes lacks an item: reports it unless another segment is the reason.
    #[cold]
    fn missing(
        &mut self,
        set: &Set,
        frame: &Frame,
        (number, item): (u16, &Item),
        position: &Position,
        notes: &mut Notes,
    ) {
        let at = self.frames.len();
        let place = OpenerPlace {
            frame: at,
            item: usize::from(number),
        };
        let noticed = self
            .passed
            .iter()
            .find(|passed| passed.frame == at && passed.item == number);
        let (position, after, since) = noticed
            .map_or((*position, self.previous, self.last_expected), |passed| {
                (passed.position, passed.after, passed.since)
            });
        if self.lost.take_opener(place, notes)
            || self.odd.take_for(set.id_of(item), at)
            || self.odd.take_between(since, position.segment)
        {
            return;
        }
        let id = set.id_of(item);
        let detail = due_in_set(set, frame.in_loop, id, after);
        notes.add_with(ProblemKind::SegmentMissing, position, id, detail);
        // The segment that closed the loop may be stray, and the rest of the loop may follow.
        if at > 0 {
            self.odd.lose(&[frame.in_loop]);
        }
    }

    fn push(&mut self, set: Option<&Set>, in_loop: u16) {
        let counts = self.counts.len();
        let items = set.and_then(|set| set.loops().get(usize::from(in_loop)));
        self.counts
            .resize(counts + items.map_or(0, |found| found.items().len()), 0);
        self.frames.push(Frame {
            in_loop,
            item: 0,
            counts,
        });
    }

    #[inline]
    fn occurred(&self, frame: &Frame, item: u16) -> u32 {
        self.counts
            .get(frame.counts + usize::from(item))
            .copied()
            .unwrap_or(0)
    }

    /// Counts an occurrence of an item, unless it comes too late or too often.
    #[inline]
    fn count(
        &mut self,
        set: &Set,
        at: usize,
        item: u16,
        position: &Position,
    ) -> Result<(), Refused> {
        let Some(frame) = self.frames.get(at).copied() else {
            return Ok(());
        };
        self.reached = Reached {
            at,
            before: frame.item,
            item,
        };
        if item < frame.item {
            return Err(Refused::Late);
        }
        let max = set
            .item(frame.in_loop, item)
            .map_or(u32::MAX, |item| item.max);
        if self.occurred(&frame, item) & !BEFORE >= max {
            return Err(Refused::Full);
        }
        for passed in frame.item..item {
            let min = set.item(frame.in_loop, passed).map_or(0, |item| item.min);
            if min > self.occurred(&frame, passed) {
                self.pass(at, passed, position);
            }
        }
        self.force(at, item);
        Ok(())
    }

    /// Records that a required item is skipped.
    #[cold]
    fn pass(&mut self, frame: usize, item: u16, position: &Position) {
        let mut passed = self.passed.iter();
        if !passed.any(|passed| passed.frame == frame && passed.item == item) {
            self.passed.push(Passed {
                frame,
                item,
                position: *position,
                after: self.previous,
                since: self.last_expected,
            });
        }
    }

    /// Goes back to an item that comes too late, so that those after it are in order again.
    #[cold]
    fn begin_anew(&mut self, set: &Set, at: usize, item: u16) {
        let Some(frame) = self.frames.get(at).copied() else {
            return;
        };
        let max = set.item(frame.in_loop, item).map_or(0, |item| item.max);
        if at == 0 && self.occurred(&frame, item) >= max {
            return;
        }
        if let Some(frame) = self.frames.get_mut(at) {
            frame.item = item;
        }
        let loops = set.loops().get(usize::from(frame.in_loop));
        let after = frame.counts + usize::from(item) + 1;
        let end = frame.counts + loops.map_or(0, |found| found.items().len());
        if at > 0
            && let Some(counts) = self.counts.get_mut(after..end)
        {
            for count in counts.iter_mut().filter(|count| **count > 0) {
                *count = BEFORE;
            }
        }
    }

    /// Counts an occurrence of an item and moves on to it.
    #[inline]
    fn force(&mut self, at: usize, item: u16) {
        let Some(frame) = self.frames.get_mut(at) else {
            return;
        };
        frame.item = frame.item.max(item);
        if let Some(count) = self.counts.get_mut(frame.counts + usize::from(item)) {
            *count += 1;
        }
    }

    /// Whether a loop further out may have the segment now. Reading keeps a segment in the
    /// innermost loop that lists it, whatever its order, so this is not a problem of the input.
    #[cold]
    fn fits_further_out(&mut self, set: &Set, at: usize, member: u16, position: &Position) -> bool {
        (0..at).rev().any(|outer| {
            let Some(frame) = self.frames.get(outer).copied() else {
                return false;
            };
            let items = set
                .loops()
                .get(usize::from(frame.in_loop))
                .map_or(&[][..], |found| found.items());
            let numbers = (0..).zip(items).filter(|(_, item)| item.member == member);
            let mut numbers = numbers.map(|(number, _)| number);
            numbers.any(|number: u16| self.count(set, outer, number, position).is_ok())
        })
    }
}

#[cold]
fn report(set: &Set, refused: Refused, item: Option<Item>, position: &Position, notes: &mut Notes) {
    let Some(item) = item else { return };
    let kind = match refused {
        Refused::Late => ProblemKind::SegmentOutOfOrder,
        Refused::Full if item.opens.is_some() => ProblemKind::LoopTooOften { max: item.max },
        Refused::Full => ProblemKind::SegmentTooOften { max: item.max },
    };
    notes.add(kind, *position, set.id_of(&item));
}

/// Where a missing segment of a loop belongs.
fn due_in_set(set: &Set, in_loop: u16, id: &str, (member, position): (u16, u32)) -> Box<str> {
    let after = set.members().get(usize::from(member));
    let after = DuePlace {
        id: after.map_or("ST", |found| found.id),
        position,
    };
    let name = set
        .loops()
        .get(usize::from(in_loop))
        .map_or("", |found| found.name());
    due(name, id, "", after)
}

fn lists_within(set: &Set, number: usize, member: u16) -> bool {
    u16::try_from(number).is_ok_and(|number| set.lists_within(number, member))
}
